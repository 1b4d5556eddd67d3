// Explores the executions of a subject until nothing is left, something breaks, or the budget ends.
//
// Purpose: what `tearproof explore` runs. It knows schedulers, budgets and counts; what is wrong
// with an execution is the judge's to say, what an event is, the subject's.
// Thread safety: Explore may be called from any thread; it starts `jobs` - 1 more. A subject is
// made, used and destroyed by one of them. The judge is called by all at the same time, each with
// its own subject.
#ifndef TEARPROOF_HARNESS_EXPLORE_EXPLORER_H_
#define TEARPROOF_HARNESS_EXPLORE_EXPLORER_H_

#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/explore/counting.h"
#include "harness/explore/runner.h"

namespace tearproof::explore {

// `job`: 0 to jobs - 1.
using SubjectFactory = std::function<Result<std::unique_ptr<Subject>>(uint32_t job)>;

// What a whole execution broke ("present"), or "". The subject stands where the execution ended.
using Judge = std::function<Result<std::string>(Subject& subject, const Execution& execution)>;

enum class Strategy : uint8_t {
  kReduced,  // One execution of each class. The only one that can be resumed.
  kBounded,  // All classes that at most `preemptions` changes reach.
  kPct,
  kRandom,
  kDepthFirst,  // Every interleaving.
};

struct ExploreOptions {
  Strategy strategy = Strategy::kReduced;
  uint32_t preemptions = 2;
  uint32_t pct_depth = 3;
  uint64_t seed = 1;
  // Also with each process dead in place of each of its events, one at a time.
  bool kill = false;
  // Also with each event failing in each of these ways that it can, one at a time.
  FaultSet faults = 0;
  // Goes on after a break, for one of each kind.
  bool all = false;
  // Tried before all else: the schedule of a known break.
  std::vector<ProcessId> first;
  std::optional<Mishap> first_mishap;
  uint64_t max_executions = std::numeric_limits<uint64_t>::max();
  int64_t max_nanos = std::numeric_limits<int64_t>::max();
  // Set by somebody else to end the exploration.
  const std::atomic<bool>* stop = nullptr;
  uint32_t jobs = 1;  // More than one: kReduced, kPct and kRandom only.
  RunnerOptions runner;
  // Classes with more beginnings than this are not counted.
  size_t count_limit = size_t{1} << 16;
  // Exploration::frontier of an exploration of the same program with the same options.
  std::string resume;
};

struct BrokenSchedule {
  std::string kind;
  std::vector<ProcessId> choices;
  std::optional<Mishap> mishap;
  std::vector<Event> events;
  Ending ending = Ending::kComplete;
  uint64_t execution = 0;  // How many had been run when it was met, itself included.
  uint64_t times = 0;      // How many executions broke in this way.
};

enum class Outcome : uint8_t {
  kExhausted,   // Nothing is left; of kBounded, within the bound.
  kBroken,      // Something broke, and one break was asked for.
  kExecutions,  // A budget.
  kTime,
  kStopped,
  kDifferent,  // The subject is not deterministic: `difference`.
};

struct Exploration {
  Outcome outcome = Outcome::kExhausted;
  uint64_t executions = 0;  // All that were begun,
  uint64_t abandoned = 0;   // those that led to nothing new,
  uint64_t too_long = 0;    // those that met the step limit (then nothing is exhausted),
  uint64_t repeated = 0;    // and whole ones of a class that had been seen.
  uint64_t classes = 0;     // Of whole executions.
  uint64_t deadlocks = 0;   // Whole, in which somebody waits for ever for a lock,
  uint64_t livelocks = 0;   // or polls for ever.
  uint64_t steps = 0;
  uint64_t kills = 0;   // Points at which a process died,
  uint64_t faults = 0;  // and at which a call was made to fail, once in each way.
  // Executions that the classes stand for, all orders counted.
  BigCount interleavings;
  uint64_t uncounted = 0;  // Classes too large to be counted in `interleavings`.
  // By formula, where all executions have the same events and nobody waits: no mishaps.
  std::optional<BigCount> expected_interleavings;
  bool waited = false;          // Somebody waited for a lock.
  bool polled = false;          // Somebody polled, so that executions with more tries are left out.
  bool bound_left_out = false;  // Of kBounded: the bound left executions out.
  std::vector<BrokenSchedule> broken;  // One of each kind.
  std::optional<Difference> difference;
  std::string
      frontier;  // What is left, for ExploreOptions::resume; "" if nothing, or not resumable.

  bool exhausted() const { return outcome == Outcome::kExhausted && too_long == 0; }
  // False: classes were lost, or the footprints are wrong. REQUIRES: exhausted.
  bool AddsUp() const {
    return !expected_interleavings || uncounted > 0 || *expected_interleavings == interleavings;
  }
};

// Errors: the subject's, the judge's; kUsage for a `resume` that is damaged.
Result<Exploration> Explore(const SubjectFactory& factory, const Judge& judge,
                            const ExploreOptions& options);

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_EXPLORER_H_
