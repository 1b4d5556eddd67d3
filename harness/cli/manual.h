// The manual page and the completions of shells, made from the option tables.
//
// Purpose: nothing of the command line is written down twice. Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CLI_MANUAL_H_
#define TEARPROOF_HARNESS_CLI_MANUAL_H_

#include <string>

#include "harness/cli/verb.h"

namespace tearproof::cli {

// In man(7), section 1. `version` of the program.
std::string ManualPage(const Verb& program, const std::string& version);

std::string BashCompletion(const Verb& program);
std::string ZshCompletion(const Verb& program);
std::string FishCompletion(const Verb& program);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_MANUAL_H_
