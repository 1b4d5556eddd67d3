// Schedulers that reduce nothing: plain depth first, random, and a given schedule.
#ifndef TEARPROOF_HARNESS_EXPLORE_SIMPLE_SCHEDULERS_H_
#define TEARPROOF_HARNESS_EXPLORE_SIMPLE_SCHEDULERS_H_

#include <memory>
#include <vector>

#include "harness/api/choice_source.h"
#include "harness/explore/runner.h"
#include "harness/explore/scheduler.h"

namespace tearproof::explore {

// The n-th process of a set, in ascending order. REQUIRES: there are more than n.
ProcessId NthOf(ProcessSet set, uint64_t n);

// Every interleaving once. For small programs, and to check the others by.
class DepthFirstScheduler : public Scheduler {
 public:
  bool Begin() override;
  std::optional<ProcessId> Next(const Moment& moment) override;
  void End(const Execution& execution) override;

 private:
  ExhaustiveChoices choices_;
  bool begun_ = false;
  bool more_ = true;
};

// Each choice alike, for ever.
class RandomScheduler : public Scheduler {
 public:
  explicit RandomScheduler(uint64_t seed) : random_(seed) {}
  bool Begin() override { return true; }
  std::optional<ProcessId> Next(const Moment& moment) override;
  void End(const Execution&) override {}

 private:
  Random random_;
};

// The processes of a schedule, one after the other, `times` times; what comes after the schedule,
// and whom it names though he cannot go on, is left to `departed`.
class ReplayScheduler : public Scheduler {
 public:
  enum class Beyond : uint8_t {
    kStop,  // The execution ends where the schedule does.
    kGoOn,  // Whoever went last goes on as long as he can, then the first who can.
  };
  ReplayScheduler(std::vector<ProcessId> choices, Beyond beyond, uint32_t times = 1)
      : choices_(std::move(choices)), beyond_(beyond), times_(times) {}

  bool Begin() override { return times_-- > 0; }
  std::optional<ProcessId> Next(const Moment& moment) override;
  void End(const Execution&) override {}
  // The first step at which the process that the schedule names could not go on.
  std::optional<size_t> impossible_at() const { return impossible_at_; }

 private:
  const std::vector<ProcessId> choices_;
  const Beyond beyond_;
  uint32_t times_;
  std::optional<size_t> impossible_at_;
};

// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010):
// whoever has the highest priority goes on, and at depth - 1 random steps that falls. A bug that
// needs d ordered steps of n processes and k steps is met by an execution with a chance of at least
// 1 / (n k^(d-1)).
class PctScheduler : public Scheduler {
 public:
  // REQUIRES: depth > 0. `steps`: an execution's estimated length, corrected by what is seen.
  PctScheduler(uint64_t seed, uint32_t processes, uint32_t depth, size_t steps = 30)
      : random_(seed), processes_(processes), depth_(depth), steps_(steps) {}

  bool Begin() override;
  std::optional<ProcessId> Next(const Moment& moment) override;
  void End(const Execution& execution) override;

 private:
  Random random_;
  const uint32_t processes_;
  const uint32_t depth_;
  size_t steps_;
  std::vector<uint32_t> priorities_;
  std::vector<size_t> falls_;  // The step at which the n-th lowest priority is given.
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_SIMPLE_SCHEDULERS_H_
