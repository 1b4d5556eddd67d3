// A histogram of latencies in fixed memory.
//
// Purpose: workers count each operation's latency in a few nanoseconds; the coordinator merges the
// workers' histograms and reads percentiles. The buckets are log-linear: 256 of one nanosecond,
// then 128 for each power of two, so a percentile is at most 1/128 above the latency recorded. What
// exceeds kHistogramMaxNanos (69 minutes) is counted in the last bucket.
//
// Thread and process safety: none; one writer. Plain data without pointers, all zeros when empty:
// it may lie in shared memory, where a reader of a live histogram sees counts that may lag.
// Units: nanoseconds.
#ifndef TEARPROOF_HARNESS_CORE_HISTOGRAM_H_
#define TEARPROOF_HARNESS_CORE_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tearproof {

inline constexpr int kHistogramSubBits = 7;  // 128 buckets for each power of two.
inline constexpr int kHistogramTopBits = 42;
inline constexpr int64_t kHistogramMaxNanos = (int64_t{1} << kHistogramTopBits) - 1;

class LatencyHistogram {
 public:
  // A negative latency (a clock that was set back) counts as 0.
  void Record(int64_t nanos) {
    nanos = std::max<int64_t>(nanos, 0);
    ++buckets_[BucketOf(static_cast<uint64_t>(std::min(nanos, kHistogramMaxNanos)))];
    ++count_;
    max_ = std::max(max_, nanos);
  }

  void Merge(const LatencyHistogram& other) {
    for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
  }

  // What this histogram counted after it had been `earlier`. Its max is the upper end of its last
  // bucket, unless it is this one's.
  LatencyHistogram Since(const LatencyHistogram& earlier) const {
    LatencyHistogram added;
    for (size_t i = 0; i < kBuckets; ++i) {
      added.buckets_[i] = buckets_[i] - earlier.buckets_[i];
      if (added.buckets_[i] > 0)
        added.max_ = i + 1 < kBuckets ? std::min(UpperEndOf(i), max_) : max_;
    }
    added.count_ = count_ - earlier.count_;
    return added;
  }

  // The latency that `fraction` of the operations did not exceed: the upper end of its bucket, and
  // never above max(). 0 if nothing was recorded. REQUIRES: 0 <= fraction <= 1.
  int64_t Percentile(double fraction) const {
    const auto wanted = std::max<uint64_t>(
        1, static_cast<uint64_t>(std::ceil(fraction * static_cast<double>(count_) - 1e-9)));
    uint64_t seen = 0;
    for (size_t i = 0; i + 1 < kBuckets; ++i) {
      seen += buckets_[i];
      if (seen >= wanted) return std::min(UpperEndOf(i), max_);
    }
    return max_;
  }

  // The largest latency recorded, exactly.
  int64_t max() const { return max_; }
  uint64_t count() const { return count_; }

 private:
  static constexpr uint64_t kSub = uint64_t{1} << kHistogramSubBits;
  static constexpr size_t kBuckets = (kHistogramTopBits - kHistogramSubBits + 1) * kSub;

  // Below 2 * kSub a bucket is one nanosecond wide; from there on the exponent doubles the width.
  static constexpr size_t BucketOf(uint64_t nanos) {
    const int exponent =
        std::max(0, static_cast<int>(std::bit_width(nanos | 1)) - (kHistogramSubBits + 1));
    return static_cast<size_t>(static_cast<uint64_t>(exponent) * kSub + (nanos >> exponent));
  }
  static constexpr int64_t UpperEndOf(size_t bucket) {
    const uint64_t exponent = bucket < 2 * kSub ? 0 : bucket / kSub - 1;
    const uint64_t mantissa = bucket - exponent * kSub;
    return static_cast<int64_t>(((mantissa + 1) << exponent) - 1);
  }

  std::array<uint64_t, kBuckets> buckets_{};
  uint64_t count_ = 0;
  int64_t max_ = 0;
};
static_assert(std::is_trivially_copyable_v<LatencyHistogram>);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_HISTOGRAM_H_
