// The controller and all that it traces on one core, and who goes first there.
//
// Purpose: a traced thread that can run runs before the controller does (SCHED_FIFO 10 against 5,
// where the machine grants it): when the controller runs, all have stopped or sleep. Without that
// right everything shares the core as usual, and quiet must be looked for. A step is three to four
// times as fast as across cores.
// A traced thread that never sleeps would keep the controller off the core for ever: a watchdog
// above both lifts the controller over it when a deadline has passed.
// Thread safety: one object a controlling thread, used by it alone. Restores that thread's core and
// priority when it goes.
#ifndef TEARPROOF_HARNESS_TRACE_ONE_CORE_H_
#define TEARPROOF_HARNESS_TRACE_ONE_CORE_H_

#include <sched.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "harness/core/result.h"

namespace tearproof::trace {

class OneCore {
 public:
  // `core` < 0: the one that the caller runs on. `realtime` false: does without priorities.
  // Errors: kEnvironment, the core is not ours.
  static Result<std::unique_ptr<OneCore>> Take(int core, bool realtime);
  ~OneCore();
  OneCore(const OneCore&) = delete;
  OneCore& operator=(const OneCore&) = delete;

  // Priorities are in force.
  bool realtime() const { return realtime_; }
  // For the child that will be traced, between fork and exec: only system calls.
  void ApplyToTracee() const;

  // The controller has the core. It may be kept off it until `deadline` (CLOCK_MONOTONIC), but no
  // longer: to be called before anything that lets a traced thread run, with time to spare for
  // what the caller does in between.
  void Beat(int64_t deadline);

 private:
  OneCore() = default;
  void Watch();

  cpu_set_t former_cores_ = {};
  int former_policy_ = SCHED_OTHER;
  sched_param former_priority_ = {};
  bool realtime_ = false;
  pid_t controller_ = 0;

  std::thread watchdog_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<int64_t> deadline_ = 0;  // 0: not armed.
  std::atomic<bool> raised_ = false;
  bool ends_ = false;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_ONE_CORE_H_
