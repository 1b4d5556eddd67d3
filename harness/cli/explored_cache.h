// A scenario's explore programs on a backend, as subjects of the explorer.
//
// Purpose: what `explore`, `replay` and `run` share: how processes are started, judged and named,
// and what a schedule is a schedule of.
// Thread safety: Start may be called by several threads. Ownership: borrows the cell.
#ifndef TEARPROOF_HARNESS_CLI_EXPLORED_CACHE_H_
#define TEARPROOF_HARNESS_CLI_EXPLORED_CACHE_H_

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/api/exploration_record.h"
#include "harness/api/schedule.h"
#include "harness/cli/planned_cell.h"
#include "harness/explore/cache_exploration.h"

namespace tearproof::cli {

class ExploredCache {
 public:
  // The caches lie under `parent_directory`. Calls may be made to fail by `faults`: then all keys
  // are read, and what was left behind is looked at, after each execution. `patience`:
  // CacheSetup's.
  ExploredCache(const PlannedCell& cell, std::string parent_directory, explore::FaultSet faults = 0,
                int64_t patience = trace::kPatience)
      : cell_(cell), parent_(std::move(parent_directory)), faults_(faults), patience_(patience) {}

  // `core`: on which all its processes run; -1: where the caller is. Errors: the user's or the
  // machine's.
  Result<std::unique_ptr<explore::TracedCache>> Start(int core) const;
  explore::CacheSetup Setup(int core) const;
  // Promises in `counting` break an execution.
  std::unique_ptr<explore::CacheJudge> MakeJudge(std::set<Promise> counting,
                                                 const std::vector<const Checker*>& checkers) const;

  // A schedule of this scenario and cache, without choices.
  Schedule EmptySchedule() const;
  // Not one of "cmd:...", which a schedule does not say.
  bool IsNamed() const;
  // Errors: kUsage, if it is one of another version of the scenario.
  Result<void> Check(const Schedule& schedule, const std::string& program_name) const;
  // "writer 0", "reader 1".
  std::vector<std::string> Lanes() const;

 private:
  Scenario Explored() const;

  const PlannedCell& cell_;
  const std::string parent_;
  const explore::FaultSet faults_;
  const int64_t patience_;
};

Result<PlannedCell> PlanExploreCell(const KnownScenario& known, const NamedBackend& backend,
                                    const std::vector<std::string>& typed);

// Each of the scenarios, those of the core family if neither names nor tags say which, on each of
// the backends, all if none is named. `interrupted`: ends a wait for an adapter.
Result<std::vector<PlannedCell>> PlanExploreCells(const Catalogue& catalogue,
                                                  const std::vector<std::string>& scenarios,
                                                  std::vector<std::string> tags,
                                                  std::vector<std::string> backends,
                                                  const std::atomic<bool>& interrupted);

std::vector<ExploredStep> StepsOf(const std::vector<explore::Event>& events);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_EXPLORED_CACHE_H_
