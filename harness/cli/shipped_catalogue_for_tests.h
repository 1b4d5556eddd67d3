// What tests over all shipped backends and scenarios share.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CLI_SHIPPED_CATALOGUE_FOR_TESTS_H_
#define TEARPROOF_HARNESS_CLI_SHIPPED_CATALOGUE_FOR_TESTS_H_

#include <memory>
#include <string>

#include "harness/cli/catalogue.h"

namespace tearproof::cli {

// Without a project file. It must load.
std::unique_ptr<Catalogue> LoadCatalogue();

// `name` with all that may not stand in a test's name replaced.
std::string TestName(std::string name);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_SHIPPED_CATALOGUE_FOR_TESTS_H_
