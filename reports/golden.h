// Comparing a report with the file that says how it must look.
//
// Purpose: reports/testdata/<name>.golden. With TEARPROOF_UPDATE_GOLDEN=1 in the environment the
// file is written instead, to be looked at and committed. Thread safety: none needed.
#ifndef TEARPROOF_REPORTS_GOLDEN_H_
#define TEARPROOF_REPORTS_GOLDEN_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tearproof::reports {

testing::AssertionResult MatchesGolden(std::string_view name, const std::string& text);

// Nothing in it that a terminal obeys: no control character but newline, no ill-formed UTF-8, no
// bidirectional override.
testing::AssertionResult IsSafeForTerminal(std::string_view text);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_GOLDEN_H_
