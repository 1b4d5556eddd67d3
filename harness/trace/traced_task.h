// A thread of a subject or of a child of it: the inside of TracedProcess, not for others.
//
// Thread safety: plain data.
#ifndef TEARPROOF_HARNESS_TRACE_TRACED_TASK_H_
#define TEARPROOF_HARNESS_TRACE_TRACED_TASK_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "harness/trace/traced_process.h"

namespace tearproof::trace {

struct TracedProcess::Task {
  enum class State {
    kRunning,      // Or asleep: it has not stopped.
    kAtCall,       // At the entry of `call`.
    kAtInput,      // At the entry of a read of a standard input that has nothing.
    kInterrupted,  // Stopped by us because it ran too long.
  };

  pid_t thread = 0;
  pid_t id = 0;  // Of its process.
  size_t ordinal = 0;
  State state = State::kRunning;
  int64_t processor_time = 0;  // What its process had had when the execution began.
  std::shared_ptr<OpenFiles> files;
  std::optional<ResultSeat> results;
  Registers registers;  // At the entry of `call`.
  // What was read at the entry. Only where no other thread could have changed it since.
  std::vector<KnownText> texts;
  Call call;
  uint64_t decoded_at = 0;  // How many calls had happened then.
  bool predicted = false;   // `event` says what `call` would do then.
  Event event;
  bool in_call = false;      // `call` is happening.
  bool blocked = false;      // `call` found a lock held.
  uint64_t refused_at = 0;   // How many calls had happened when the kernel refused the lock.
  bool must_return = false;  // It stands behind the failed attempt, and must make the call again.
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_TRACED_TASK_H_
