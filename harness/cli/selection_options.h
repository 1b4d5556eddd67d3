// Which scenarios on which caches: what every verb that runs them asks in the same words.
//
// Thread safety: pure functions. The options borrow what they fill.
#ifndef TEARPROOF_HARNESS_CLI_SELECTION_OPTIONS_H_
#define TEARPROOF_HARNESS_CLI_SELECTION_OPTIONS_H_

#include <string>
#include <vector>

#include "harness/cli/verb.h"

namespace tearproof::cli {

// The scenarios, --tag and --backend.
std::vector<Option> SelectionOptions(std::vector<std::string>* scenarios,
                                     std::vector<std::string>* tags,
                                     std::vector<std::string>* backends);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_SELECTION_OPTIONS_H_
