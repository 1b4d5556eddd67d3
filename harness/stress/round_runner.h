// One round after another with the same workers: commands, barrier, kills, watchdog.
//
// Purpose: everything of a round that happens while processes run; what it meant is judged
// elsewhere. Thread safety: none. Ownership: owns pool and control block.
#ifndef TEARPROOF_HARNESS_STRESS_ROUND_RUNNER_H_
#define TEARPROOF_HARNESS_STRESS_ROUND_RUNNER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/api/choice_source.h"
#include "harness/api/scenario.h"
#include "harness/core/clock.h"
#include "harness/core/result.h"
#include "harness/history/history.h"
#include "harness/stress/control_block.h"
#include "harness/stress/worker_pool.h"

namespace tearproof::stress {

struct RoundLimits {
  int64_t run_nanos = 0;                       // How long the workers run.
  int64_t stall_nanos = 10 * kNanosPerSecond;  // An operation in flight for longer is looked at...
  int64_t alone_nanos = 10 * kNanosPerSecond;  // ...and gets that long with all others stopped.
};

class RoundRunner {
 public:
  // So many workers, at most, share a process: `concurrency`.
  // `tick` is called some ten times a second while processes run; false: the round is to end.
  RoundRunner(const Scenario* scenario, std::string cell_directory, uint64_t seed,
              uint32_t concurrency, std::function<bool()> tick,
              const std::atomic<bool>* interrupted);
  ~RoundRunner();

  // Starts all processes. REQUIRES: plan.json and live/ are there.
  Result<void> Start();
  // Starts anew what died in the last round.
  Result<void> Refill();

  void BeginRound(uint64_t round);
  // Each waits until all processes that it concerns have done it, died, or stalled for good.
  Result<void> SetUp() { return Do(Command::kSetup, SlotRole::kSetup, std::nullopt); }
  Result<void> Prepare() { return Do(Command::kPrepare, SlotRole::kWorker, std::nullopt); }
  Result<void> Run(const RoundLimits& limits);
  Result<void> Audit() { return Do(Command::kAudit, SlotRole::kAudit, std::nullopt); }
  Result<void> Baseline() { return Do(Command::kBaseline, SlotRole::kAudit, std::nullopt); }

  WorkerPool& pool() { return *pool_; }
  ControlBlock& control() { return control_; }
  const std::vector<Stall>& stalls() const { return stalls_; }  // Of this round.
  bool stuck() const;                                           // Some operation never returned.
  // Somebody had stopped a process of this round (SIGSTOP, a debugger) while an operation stalled.
  bool halted() const { return halted_; }
  uint64_t kills() const { return kills_; }
  uint64_t operations() const;                    // Since Start, of workers.
  int64_t run_time() const { return run_time_; }  // Since Start, of the Run phases.
  // An errno by which the machine, not the cache, failed some worker in this round; 0 if none
  // did.
  uint32_t environment_errno() const;

 private:
  struct Watch {
    uint64_t operations = 0;
    bool in_operation = false;
    int64_t since = 0;  // When the two above last changed.
    bool stalled = false;
  };

  std::vector<uint32_t> Leaders(uint32_t slots) const;
  // With its group.
  Result<void> StartSlot(uint32_t slot, uint32_t finished);
  void Post(Command command);
  Result<void> Do(Command command, SlotRole role, std::optional<RoundLimits> limits);
  // Whether every process concerned is through; looks after deaths. Errors: a worker gave up.
  Result<bool> AllDone(SlotRole role);
  bool ShouldStop(int64_t now) const;
  int64_t DrawKillDelay();
  Result<void> KillWhenDue(int64_t now);
  // False when stalled operations have been given up.
  bool WatchStalls(SlotRole role, int64_t now);
  void NoteStall(uint32_t slot, int64_t now, bool returned_alone);
  void GiveUpStalled(int64_t now);
  std::string RoleName(uint32_t slot) const;

  const Scenario* scenario_;
  uint32_t concurrency_;
  std::string cell_directory_;
  std::function<bool()> tick_;
  const std::atomic<bool>* interrupted_;
  ControlBlock control_;
  std::unique_ptr<WorkerPool> pool_;
  RandomChoices choices_;
  std::vector<Watch> watches_;
  std::vector<Stall> stalls_;
  RoundLimits limits_;
  std::optional<int64_t> run_until_;  // While the workers run.
  int64_t next_kill_ = 0;
  int64_t alone_since_ = 0;  // 0: nothing has stalled.
  int64_t last_tick_ = 0;    // Of whatever round: one may be over before it is time.
  bool halted_ = false;
  bool enough_ = false;  // Said by `tick`.
  uint64_t kills_ = 0;
  uint64_t retired_operations_ = 0;  // Of processes that were replaced.
  int64_t run_time_ = 0;
  uint32_t phase_ = 0;
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_ROUND_RUNNER_H_
