// What one worker does next: operations drawn from a mix, or steps in a row.
//
// Thread safety: none. Ownership: borrows the scenario.
#ifndef TEARPROOF_HARNESS_STRESS_ROLE_PROGRAM_H_
#define TEARPROOF_HARNESS_STRESS_ROLE_PROGRAM_H_

#include <optional>
#include <vector>

#include "harness/api/scenario.h"
#include "harness/core/random.h"
#include "harness/stress/recorder.h"

namespace tearproof::stress {

// Draws keys, sizes and times to live as the scenario has them.
class TaskMaker {
 public:
  // `index` of `size`: this process's place within its role, for KeyDistribution::kOwn.
  TaskMaker(const Scenario* scenario, uint64_t seed, uint32_t index, uint32_t size);

  // An operation of that kind on a key of the scenario's distribution.
  Task Make(OpKind kind);
  // The same on that key.
  Task MakeOn(OpKind kind, uint32_t key);
  // The tasks of one step, in order.
  std::vector<Task> MakeAll(const Step& step);
  Random& random() { return random_; }

 private:
  uint32_t DrawKey(OpKind kind);

  const Scenario* scenario_;
  Random random_;
  uint32_t index_;
  uint32_t size_;
  std::optional<ZipfDistribution> zipf_;
};

// A stress role's operations in one round.
class RoleProgram {
 public:
  RoleProgram(const StressRole* role, TaskMaker* maker);
  // Back to the beginning of the sequence.
  void Restart();
  // False when a sequence is at its end.
  bool Next(Task* task);

 private:
  const StressRole* role_;
  TaskMaker* maker_;
  std::vector<std::pair<uint64_t, OpKind>> weights_;  // Cumulative.
  std::vector<Task> pending_;  // What is left of the step in hand, last first.
  size_t next_step_ = 0;
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_ROLE_PROGRAM_H_
