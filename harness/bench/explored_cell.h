// A scenario on a cache, ready to be explored, for benchmarks.
//
// Thread safety: Run starts what threads it needs; one call at a time. Ownership: of the judge;
// processes and directories live as long as one call of Run. Errors: kUsage, kEnvironment.
#ifndef TEARPROOF_HARNESS_BENCH_EXPLORED_CELL_H_
#define TEARPROOF_HARNESS_BENCH_EXPLORED_CELL_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/explore/cache_exploration.h"

namespace tearproof::bench {

class ExploredCell {
 public:
  // One of the scenarios that come with the program.
  static Result<std::unique_ptr<ExploredCell>> Make(const std::string& scenario,
                                                    const std::string& backend,
                                                    const std::string& parent_directory);
  static Result<std::unique_ptr<ExploredCell>> MakeOf(const Scenario& scenario,
                                                      const std::string& backend,
                                                      const std::string& parent_directory);

  // The processes run this instead of the backend, and are judged as if they were it.
  void UseCommand(std::vector<std::string> command) { setup_.command = std::move(command); }
  // Starts one adapter.
  const std::vector<std::string>& command() const { return setup_.command; }

  // Only this promise breaks an execution, whether the cache makes it or not.
  void CountOnly(Promise promise);
  // What the footprints could not tell so far.
  trace::Unseen unseen() const { return judge_->unseen(); }

  struct Run {
    explore::Exploration found;
    double executions_per_second = 0;  // From when all jobs had made one.
    double steps_per_execution = 0;
  };
  Result<Run> Explore(const explore::ExploreOptions& options);

 private:
  ExploredCell() = default;
  void MakeJudge(std::set<Promise> counting);

  explore::CacheSetup setup_;
  Contract contract_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::unique_ptr<explore::CacheJudge> judge_;
};

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_EXPLORED_CELL_H_
