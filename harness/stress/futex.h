// Waiting on a word of memory that several processes share.
//
// Purpose: std::atomic::wait works within one process only; barriers between processes need the
// system call itself (futex(2), without FUTEX_PRIVATE_FLAG). Wakes may be spurious: callers loop.
// Thread and process safety: safe. Units: nanoseconds.
#ifndef TEARPROOF_HARNESS_STRESS_FUTEX_H_
#define TEARPROOF_HARNESS_STRESS_FUTEX_H_

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

#include "harness/core/clock.h"

namespace tearproof::stress {

static_assert(std::atomic<uint32_t>::is_always_lock_free);

// Sleeps while `word` holds `expected`, at most `timeout_nanos` (negative: for ever).
inline void FutexWait(std::atomic<uint32_t>& word, uint32_t expected, int64_t timeout_nanos = -1) {
  timespec timeout{timeout_nanos / kNanosPerSecond, timeout_nanos % kNanosPerSecond};
  syscall(SYS_futex, &word, FUTEX_WAIT, expected, timeout_nanos < 0 ? nullptr : &timeout, nullptr,
          0);
}

inline void FutexWakeAll(std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_FUTEX_H_
