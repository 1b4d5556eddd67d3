// The stress engine: many real processes at full speed, every operation recorded and judged.
//
// Purpose: runs one cell (a scenario on a backend) in rounds. A round: a fresh directory; a setup
// process; the workers, started together, until the round's time is over; an audit by a fresh
// handle; then the history is judged while the next round runs, and kept if it broke something.
// Rounds go on until every promise that applies is either broken or has been exercised `goal`
// times, at most `duration`; and unless `keep_going` is set, only until a promise of the backend is
// broken. A round is judged before the next but one begins, and only rounds that broke something
// are kept: neither memory nor disk grow with the length of the run.
//
// Thread safety: none; one cell at a time a process (the workers are its children). Errors:
// kUsage, kEnvironment; what happened before an error stands in the record.
#ifndef TEARPROOF_HARNESS_STRESS_STRESS_ENGINE_H_
#define TEARPROOF_HARNESS_STRESS_STRESS_ENGINE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/api/backend_description.h"
#include "harness/api/checker.h"
#include "harness/api/run_record.h"
#include "harness/api/scenario.h"
#include "harness/core/result.h"
#include "harness/stress/plan.h"

namespace tearproof::stress {

// What must break needs luck, and on a busy machine more of it: as long as it has not, a cell whose
// expectations count goes on for up to so many times its duration.
inline constexpr int64_t kMustBreakPatience = 10;

struct CellRequest {
  Scenario scenario;  // Overridden and fitted (plan.h).
  BackendDescription description;
  Plan plan;                     // All but work_directory, cell_directory, coordinator.
  int64_t duration = 0;          // ns, at most; see kMustBreakPatience.
  uint64_t goal = 0;             // Exercised so often, a promise is covered; 0: no goal.
  bool expect = false;           // A promise that must break is covered only when it is broken.
  std::string parent_directory;  // Where the cache lies: a tearproof-XXXXXX is made in it.
  std::string cell_directory;    // Where the history goes. Absolute; must not exist.
  uint64_t history_budget = 0;   // Bytes that kept rounds may take.
  bool keep_all = false;         // Keep every round, whatever it takes.
  bool keep_going = true;        // Go on after a promise of the backend is broken.
};

struct Progress {
  int64_t elapsed = 0;
  uint64_t operations = 0;
  uint64_t rounds = 0;
  uint64_t kills = 0;
  double covered = 0;  // 0 to 1: how near the promise that lags most is to the goal.
  std::vector<Promise> broken;
};

struct CellOutcome {
  CellRecord record;              // Verdicts, speeds, state; names and rerun line are the caller's.
  uint64_t history_bytes = 0;     // What the kept rounds take.
  bool stopped_at_break = false;  // There was more to run, but a promise was broken.
  std::vector<std::string> notes;
};

// Runs the cell. `progress` is called some ten times a second. `interrupted` may be set by a signal
// handler: the cell ends, and what was seen is reported. REQUIRES: `checkers` outlive the call.
CellOutcome RunCell(const CellRequest& request, const std::vector<const Checker*>& checkers,
                    const std::function<void(const Progress&)>& progress,
                    const std::atomic<bool>& interrupted);

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_STRESS_ENGINE_H_
