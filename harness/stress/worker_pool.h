// The worker processes of a cell: started, killed, replaced, reaped.
//
// Purpose: sole owner of the workers' lives, through Boost.Process v2. Whatever way the pool goes,
// no worker outlives it, nor does anything that a worker's adapter has started; and as each worker
// asks to die with its parent, none outlives a killed coordinator either.
// Thread safety: none; the thread that starts workers must live as long as they do (prctl(2)).
// Ownership: owns the processes; borrows the control block. Errors: kEnvironment.
#ifndef TEARPROOF_HARNESS_STRESS_WORKER_POOL_H_
#define TEARPROOF_HARNESS_STRESS_WORKER_POOL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/adapter/orphans.h"
#include "harness/core/result.h"
#include "harness/history/history.h"
#include "harness/stress/control_block.h"

namespace tearproof::stress {

class WorkerPool {
 public:
  // Slots that share a process live and die together: each belongs to the group of its leader,
  // which may be itself alone. `leaders` names that of each slot.
  // REQUIRES: plan.json and the control block lie in `cell_directory`.
  WorkerPool(std::string cell_directory, ControlBlock* control, std::vector<uint32_t> leaders);
  ~WorkerPool();  // Kills what still lives.

  // Starts the process of the group of `slot`, each slot of it with the next free number; the
  // numbers of forgotten ones come round again, so that a run of many kills need not end. The
  // slots' kinds, roles and indices must be set; `roles` are their names, by slot. `finished` is
  // the phase that they need not do any more.
  Result<void> Start(uint32_t slot, const std::vector<std::string>& roles, uint32_t finished);
  // SIGKILL for the group, then reap. The ProcessInfos get the time after reaping.
  void Kill(uint32_t slot);
  // The slots that live and die with `slot`, itself included.
  std::vector<uint32_t> GroupOf(uint32_t slot) const;
  // Reaps, without waiting, those that ended by themselves. Returns their slots.
  std::vector<uint32_t> ReapDead();
  bool alive(uint32_t slot) const;
  bool any_alive() const;
  // Whether it, or its adapter, is stopped: by SIGSTOP or by a debugger.
  bool halted(uint32_t slot) const;
  bool any_halted() const;

  // Of all processes since the last ForgetDead, living ones included.
  const std::vector<ProcessInfo>& processes() const { return processes_; }
  // Drops those that are dead: their histories have been judged. Returns their numbers.
  std::vector<uint16_t> ForgetDead();
  // Numbers are 16 bits; no more can be started before some are forgotten.
  bool exhausted() const { return processes_.size() >= kMostProcesses; }

 private:
  static constexpr size_t kMostProcesses = 60'000;
  struct Child;
  uint16_t NextFreeNumber();
  ProcessInfo& InfoOf(uint32_t slot);
  // What dead workers have left.
  void EndOrphans();

  std::string cell_directory_;
  ControlBlock* control_;
  std::vector<uint32_t> leaders_;
  std::vector<std::unique_ptr<Child>> children_;  // By leader; null where none lives.
  std::vector<ProcessInfo> processes_;
  adapter::OrphanKeeper orphans_;
  uint32_t next_number_ = 0;
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_WORKER_POOL_H_
