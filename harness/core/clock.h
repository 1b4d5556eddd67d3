// The clocks that histories are stamped with.
//
// Purpose: one place that says which clock is meant. Units: nanoseconds everywhere.
// Thread and process safety: pure reads through the vDSO, no system call. CLOCK_MONOTONIC is
// common to all processes of one host (clock_gettime(2)).
#ifndef TEARPROOF_HARNESS_CORE_CLOCK_H_
#define TEARPROOF_HARNESS_CORE_CLOCK_H_

#include <time.h>

#include <cstdint>

namespace tearproof {

inline constexpr int64_t kNanosPerMicro = 1'000;
inline constexpr int64_t kNanosPerMilli = 1'000'000;
inline constexpr int64_t kNanosPerSecond = 1'000'000'000;

inline int64_t ReadClock(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

inline int64_t MonotonicNanos() { return ReadClock(CLOCK_MONOTONIC); }
inline int64_t RealtimeNanos() { return ReadClock(CLOCK_REALTIME); }

// How far time(2), CLOCK_REALTIME_COARSE and file times may lag clock_gettime: one kernel tick,
// as clock_getres(2) reports it (4 ms where CONFIG_HZ=250).
inline int64_t CoarseClockLagNanos() {
  timespec resolution;
  clock_getres(CLOCK_REALTIME_COARSE, &resolution);
  return resolution.tv_sec * kNanosPerSecond + resolution.tv_nsec;
}

// CLOCK_REALTIME minus CLOCK_MONOTONIC. It moves when somebody sets or slews the wall clock.
inline int64_t RealtimeOffsetNanos() {
  const int64_t before = MonotonicNanos();
  const int64_t realtime = RealtimeNanos();
  const int64_t after = MonotonicNanos();
  return realtime - (before + (after - before) / 2);
}

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_CLOCK_H_
