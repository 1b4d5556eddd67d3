// What can be named on the command line: scenarios, backends, checkers, reporters.
//
// Purpose: the registries, parsed once, with the user's own files and backends beside them.
// Thread safety: immutable after Load. Ownership: owns all it hands out references to.
// Errors: kUsage, with "did you mean".
#ifndef TEARPROOF_HARNESS_CLI_CATALOGUE_H_
#define TEARPROOF_HARNESS_CLI_CATALOGUE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/api/backend_description.h"
#include "harness/api/checker.h"
#include "harness/api/reporter.h"
#include "harness/api/scenario.h"
#include "harness/core/result.h"

namespace tearproof::cli {

struct KnownScenario {
  Scenario scenario;
  std::string toml;
};

// A backend as named: "temp-rename:sync=full".
struct NamedBackend {
  BackendDescription description;
  BackendOptions options;      // Resolved: defaults filled in.
  std::string display;         // As named, normalised.
};

class Catalogue {
 public:
  static Result<std::unique_ptr<Catalogue>> Load();

  const std::vector<KnownScenario>& scenarios() const { return scenarios_; }
  const std::vector<BackendDescription>& backends() const { return backends_; }
  std::vector<const Checker*> checkers() const;
  const Reporter& reporter(std::string_view name) const;

  // Ids, "all", or paths of the user's own files ("./my.toml").
  Result<std::vector<KnownScenario>> FindScenarios(const std::vector<std::string>& names,
                                                   const std::vector<std::string>& tags) const;
  // Names with options, or "all" (every sound or known one) or "broken" (those with planted bugs).
  // Items are separated by commas; an item without a ':' that holds a '=' continues the options of
  // the one before: "temp-rename:sync=full,naive", "django-v1:max_entries=50,cull_frequency=0".
  Result<std::vector<NamedBackend>> FindBackends(const std::vector<std::string>& names) const;

 private:
  Result<NamedBackend> FindBackend(const std::string& named) const;

  std::vector<KnownScenario> scenarios_;
  std::vector<BackendDescription> backends_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::vector<std::unique_ptr<Reporter>> reporters_;
};

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_CATALOGUE_H_
