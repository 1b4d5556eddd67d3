// Every execution with few changes from one process to another.
//
// Purpose: most races need few of them (Musuvathi and Qadeer, "Iterative context bounding", PLDI
// 2007), so where all executions are too many, those with at most P are a bound that means
// something, and the fewest that break a promise are the easiest to read. Beginnings that differ
// only in the order of events that commute lead to the same state, so one of them is enough for
// each process that went last and each rest of the bound.
// Thread safety: none. Memory: some 50 bytes for each beginning that was met.
#ifndef TEARPROOF_HARNESS_EXPLORE_BOUNDED_SCHEDULER_H_
#define TEARPROOF_HARNESS_EXPLORE_BOUNDED_SCHEDULER_H_

#include <unordered_map>
#include <vector>

#include "harness/explore/runner.h"
#include "harness/explore/scheduler.h"

namespace tearproof::explore {

class BoundedScheduler : public Scheduler {
 public:
  enum class Bounds : uint8_t {
    kPreemptions,  // Changes away from a process that could have gone on.
    kSwitches,     // All changes.
  };
  BoundedScheduler(Bounds bounds, uint32_t bound) : bounds_(bounds), bound_(bound) {}

  bool Begin() override;
  std::optional<ProcessId> Next(const Moment& moment) override;
  void End(const Execution& execution) override;

  // Some execution was left out for the bound alone.
  bool left_out() const { return left_out_; }

 private:
  struct Choice {
    ProcessSet untried = 0;
    ProcessId taken = 0;
    uint32_t used = 0;  // Of the bound, `taken` included.
  };
  struct Key {
    ClassDigest digest;
    ProcessId last = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const { return key.digest.words[0] + key.last; }
  };

  uint32_t Cost(const Moment& moment, ProcessId process) const;
  bool SeenBefore(const Moment& moment, uint32_t used);

  const Bounds bounds_;
  const uint32_t bound_;
  bool begun_ = false;
  bool left_out_ = false;
  std::vector<Choice> path_;
  // The most that was left of the bound at a beginning.
  std::unordered_map<Key, uint32_t, KeyHash> seen_;
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_BOUNDED_SCHEDULER_H_
