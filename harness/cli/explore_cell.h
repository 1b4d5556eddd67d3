// One cell of the explore engine, from plan to record.
//
// Purpose: what `explore` and `run` share: an exploration, its counterexamples shrunk and replayed,
// and what is left to explore kept in the cell's folder. Thread safety: none.
// Errors: a cell that this machine or its user's program could not run says so in its state.
#ifndef TEARPROOF_HARNESS_CLI_EXPLORE_CELL_H_
#define TEARPROOF_HARNESS_CLI_EXPLORE_CELL_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/explore_options.h"
#include "harness/cli/explored_cache.h"
#include "harness/cli/left_unexplored.h"

namespace tearproof::cli {

struct ExploreCellRequest {
  const PlannedCell* cell = nullptr;  // Not unfit.
  const ExploreSettings* settings = nullptr;
  std::optional<Schedule> first;
  std::optional<LeftUnexplored> earlier;
  std::string cell_directory;  // Where what is left is kept: absolute; made if need be.
  std::string cell_name;       // The same, relative to the run.
  std::string run;             // The run's folder as a person would type it; may be empty.
  std::string keep;            // Where the broken cache goes; may be empty.
  std::string program_name;    // Of the lines to copy.
  std::string rerun_options;   // " --all"
  Machine machine;
  std::vector<const Checker*> checkers;
};

struct ExploreProgress {
  int64_t elapsed = 0;  // ns
  uint64_t judged = 0;  // Whole executions.
};

struct ExploreCellOutcome {
  CellRecord record;  // Complete.
  std::vector<std::string> notes;
};

// `progress` is called some ten times a second, by the calling thread.
ExploreCellOutcome RunExploreCell(const ExploreCellRequest& request,
                                  const std::function<void(const ExploreProgress&)>& progress,
                                  const std::atomic<bool>& interrupted);

// "3.2 s, 560 classes, 7.1 k executions/s".
std::string ProgressWords(const ExploreProgress& progress);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_EXPLORE_CELL_H_
