// What can be named on the command line: scenarios, backends, checkers, reporters.
//
// Purpose: the registries, parsed once, with the user's own files and backends beside them.
// Thread safety: immutable after Load. Ownership: owns all it hands out references to.
// Errors: kUsage, with "did you mean".
#ifndef TEARPROOF_HARNESS_CLI_CATALOGUE_H_
#define TEARPROOF_HARNESS_CLI_CATALOGUE_H_

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/api/backend_description.h"
#include "harness/api/checker.h"
#include "harness/api/project_file.h"
#include "harness/api/reporter.h"
#include "harness/api/run_record.h"
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
  std::string implementation;        // The registered backend that runs it; empty with a command.
  std::vector<std::string> command;  // The program behind it, where it is no part of this one.
  std::string missing;               // What to install before it can run; empty if nothing.
  BackendOptions options;            // Resolved: defaults filled in.
  std::string display;               // As named.
  std::vector<KnownRace> known;      // Races that its project file lists.
  Loaded loaded;                     // Of one with a command: what it really is.
};

class Catalogue {
 public:
  // With the project file at `project_file`; "" stands for ./tearproof.toml, if there is one.
  static Result<std::unique_ptr<Catalogue>> Load(const std::string& project_file = "");

  const std::vector<KnownScenario>& scenarios() const { return scenarios_; }
  const std::vector<BackendDescription>& backends() const { return backends_; }
  const ProjectFile& project() const { return project_; }
  // Errors: kUsage for a profile that the project file does not have.
  Result<const Profile*> FindProfile(const std::string& name) const;
  std::vector<const Checker*> checkers() const;
  const Reporter& reporter(std::string_view name) const;
  static std::vector<std::string> ReportFormats();  // The names of all reporters.

  // By id, or nullptr.
  const KnownScenario* FindScenario(std::string_view id) const;
  std::vector<std::string> ScenarioIds() const;
  std::vector<std::string> BackendIds() const;
  // The promises that `scenario` can put to the test; `limit`: of a cache that has one in force.
  std::set<Promise> Exercisable(const Scenario& scenario, bool limit) const;

  // Ids, "all", or paths of the user's own files ("./my.toml"), also several separated by commas.
  // Tagged ones come first, in their own order; each comes once.
  Result<std::vector<KnownScenario>> FindScenarios(const std::vector<std::string>& names,
                                                   const std::vector<std::string>& tags) const;
  // Names with options, "cmd:" with a line for the shell that runs an adapter, or "all" (every
  // sound or known one), "broken" (those with planted bugs) or "adapters" (real caches in other
  // languages). Items are separated by commas; an item without a ':' that holds a '=' continues the
  // options of the one before: "temp-rename:sync=full,naive",
  // "django-v1:max_entries=50,cull_frequency=0". Each comes once. Programs are asked what they are,
  // until `interrupted`, if any, becomes true.
  Result<std::vector<NamedBackend>> FindBackends(
      const std::vector<std::string>& names, const std::atomic<bool>* interrupted = nullptr) const;

 private:
  Result<NamedBackend> FindBackend(const std::string& named,
                                   const std::atomic<bool>* interrupted) const;
  Result<void> CheckTag(const std::string& tag) const;
  Error NoBackendError(const std::string& id) const;
  Error NoScenarioError(const std::string& name) const;
  Result<void> LoadBackends();
  Result<void> LoadProject(const std::string& path);
  Result<void> AddProjectBackend(const ProjectBackend& backend);

  std::vector<KnownScenario> scenarios_;
  std::vector<BackendDescription> backends_;  // The registered ones, then the project's.
  ProjectFile project_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::vector<std::unique_ptr<Reporter>> reporters_;
};

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_CATALOGUE_H_
