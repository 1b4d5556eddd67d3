#include <algorithm>
#include <cctype>
#include <utility>

#include "harness/cli/shipped_catalogue_for_tests.h"
#include "harness/core/check.h"

namespace tearproof::cli {

std::unique_ptr<Catalogue> LoadCatalogue() {
  Result<std::unique_ptr<Catalogue>> catalogue = Catalogue::Load();
  TEARPROOF_CHECK(catalogue.ok(), catalogue.error().Message());
  return std::move(catalogue).value();
}

std::string TestName(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

}  // namespace tearproof::cli
