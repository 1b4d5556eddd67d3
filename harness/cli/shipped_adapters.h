// The caches in other languages that come with tearproof: where they lie, and what they need.
//
// Purpose: a shipped adapter is files beside the program, so that people can read and copy it; its
// packages are the machine's, and may be missing.
// Thread safety: pure but for the file system and processes. Errors: kEnvironment.
#ifndef TEARPROOF_HARNESS_CLI_SHIPPED_ADAPTERS_H_
#define TEARPROOF_HARNESS_CLI_SHIPPED_ADAPTERS_H_

#include <string>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::cli {

// The folder `name` of backends/adapters/: beside the program in a build tree, else where it was
// installed. Errors: it is in neither place.
Result<std::string> FindAdapterFolder(const std::string& name);

// Runs `command` without a shell, its output thrown away. False: it failed or there is no such
// program.
bool Succeeds(const std::vector<std::string>& command);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_SHIPPED_ADAPTERS_H_
