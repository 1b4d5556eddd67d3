// How many system calls a piece of work makes, counted by tracing it.
//
// Purpose: what an operation costs beside time, exactly and without luck. The work runs in a child
// that is forked for it. Thread safety: call from a process with one thread; ptrace(2) binds the
// child to the calling thread. Errors: kEnvironment where tracing is forbidden, or the work failed.
#ifndef TEARPROOF_HARNESS_TRACE_CALL_COUNTER_H_
#define TEARPROOF_HARNESS_TRACE_CALL_COUNTER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::trace {

struct CallCounts {
  uint64_t calls = 0;
  uint64_t syncs = 0;          // fsync, fdatasync, msync, sync_file_range, syncfs.
  uint64_t bytes_written = 0;  // By write(2) and its kin.
};

// Runs `parts` one after another in one child and counts each. A part that returns false ends it.
Result<std::vector<CallCounts>> CountCalls(const std::vector<std::function<bool()>>& parts);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_CALL_COUNTER_H_
