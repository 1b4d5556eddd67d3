// How fast a cell ran: part of a run record.
//
// Purpose: latencies and rates as they were measured within the workers, as a whole and over time.
// Thread safety: plain data. Units: nanoseconds, operations a second.
#ifndef TEARPROOF_HARNESS_API_SPEED_RECORD_H_
#define TEARPROOF_HARNESS_API_SPEED_RECORD_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "harness/core/histogram.h"
#include "harness/history/op.h"

namespace tearproof {

// Of one kind of operation, over the time that the workers ran.
struct OperationSpeed {
  uint64_t count = 0;
  double per_second = 0;  // All processes together.
  int64_t p50 = 0;
  int64_t p90 = 0;
  int64_t p99 = 0;
  int64_t p999 = 0;
  int64_t p9999 = 0;
  int64_t max = 0;
  // What making, recording and verifying one took the worker besides, no part of the latencies: the
  // median of a sample; 0: not measured.
  int64_t recording = 0;

  // What share of a bare loop's speed a worker reaches with it; 0: not measured.
  double OfBareSpeed() const;
  friend bool operator==(const OperationSpeed&, const OperationSpeed&) = default;
};
// `ran`: how long the workers ran.
OperationSpeed SpeedOf(const LatencyHistogram& latencies, int64_t ran);
// The percentiles as fraction and latency, the smallest first.
std::vector<std::pair<double, int64_t>> PercentilesOf(const OperationSpeed& speed);

// One stretch of a cell's time: a round, or some rounds that follow each other.
struct SpeedSample {
  struct Latency {
    uint64_t count = 0;
    int64_t p50 = 0;
    int64_t p99 = 0;

    friend bool operator==(const Latency&, const Latency&) = default;
  };
  int64_t at = 0;   // When it began, since the cell did.
  int64_t ran = 0;  // How long the workers ran.
  uint64_t kills = 0;
  std::map<OpKind, Latency> operations;

  uint64_t Count() const;
  double PerSecond() const;  // All operations but init; 0 if it did not run.
  friend bool operator==(const SpeedSample&, const SpeedSample&) = default;
};

// Longer timelines are thinned: neighbours become one, their percentiles the mean by count.
inline constexpr size_t kMostSamples = 400;
void AddSample(std::vector<SpeedSample>* timeline, SpeedSample sample);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_SPEED_RECORD_H_
