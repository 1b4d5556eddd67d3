// Names of files in a sentence.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CHECK_FILE_LIST_H_
#define TEARPROOF_HARNESS_CHECK_FILE_LIST_H_

#include <string>
#include <vector>

namespace tearproof::check {

// "a, b, c and 4 more". At most three are named; captured, so escaped.
std::string ListFiles(const std::vector<std::string>& files);

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_FILE_LIST_H_
