// Who goes on: the one question of an exploration.
//
// Purpose: three methods, as Shuttle and loom have them, are all that random, exhaustive, bounded,
// reduced and replayed schedules differ in. The runner (runner.h) asks, the subject executes.
// Thread safety: none; a scheduler serves one runner. Ownership: references last for the call.
#ifndef TEARPROOF_HARNESS_EXPLORE_SCHEDULER_H_
#define TEARPROOF_HARNESS_EXPLORE_SCHEDULER_H_

#include <optional>

#include "harness/explore/happens_before.h"

namespace tearproof::explore {

struct Execution;

// An execution that stands before its next event.
struct Moment {
  const HappensBefore& order;  // Only the first `step` events are this execution's.
  size_t step = 0;
  ProcessSet enabled = 0;  // Not empty.

  // Who made the last event; nobody before the first.
  std::optional<ProcessId> Last() const {
    if (step == 0) return std::nullopt;
    return order.event(step - 1).process;
  }
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // Whether there is to be another execution.
  virtual bool Begin() = 0;
  // A process of `moment.enabled`, or nobody: this execution leads to nothing new.
  virtual std::optional<ProcessId> Next(const Moment& moment) = 0;
  // The execution, to learn from.
  virtual void End(const Execution& execution) = 0;
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_SCHEDULER_H_
