// The git checkout that a file lies in.
//
// Purpose: a report about a patch says which revision was judged. Thread safety: starts and awaits
// git(1). Errors: where there is no git, no checkout, or git does not trust it: nothing is known.
#ifndef TEARPROOF_HARNESS_CLI_CHECKOUT_H_
#define TEARPROOF_HARNESS_CLI_CHECKOUT_H_

#include <string>

namespace tearproof::cli {

// "1a2b3c4d5e6f", "1a2b3c4d5e6f-dirty" where tracked files are changed; "" where `file` is not
// tracked by the checkout around it (an environment within a project is not the project).
std::string RevisionOf(const std::string& file);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_CHECKOUT_H_
