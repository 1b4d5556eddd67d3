// Deadlines of entries.
//
// Purpose: an entry's time to live becomes a point on CLOCK_REALTIME, the only clock that means the
// same to processes that start after a reboot. A wall clock that is set moves every deadline.
// Thread and process safety: pure reads. Units: nanoseconds since the epoch.
#ifndef TEARPROOF_HARNESS_KIT_EXPIRY_H_
#define TEARPROOF_HARNESS_KIT_EXPIRY_H_

#include <cstdint>
#include <limits>

#include "harness/core/clock.h"
#include "harness/history/op.h"

namespace tearproof::kit {

inline constexpr int64_t kNoDeadline = std::numeric_limits<int64_t>::max();

// `ttl_millis` as in Request: kNoTtl never expires, 0 has expired already.
inline int64_t DeadlineAfter(uint32_t ttl_millis) {
  return ttl_millis == kNoTtl ? kNoDeadline : RealtimeNanos() + ttl_millis * kNanosPerMilli;
}

// Reads no clock for an entry without a deadline.
inline bool HasExpired(int64_t deadline) {
  return deadline != kNoDeadline && deadline <= RealtimeNanos();
}

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_EXPIRY_H_
