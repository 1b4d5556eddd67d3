#include "harness/core/histogram.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "harness/core/random.h"

namespace tearproof {
namespace {

TEST(LatencyHistogramTest, IsEmptyWhenItsMemoryIsZero) {
  auto histogram = std::make_unique<LatencyHistogram>();
  LatencyHistogram zeros;
  std::memset(static_cast<void*>(&zeros), 0, sizeof(zeros));
  EXPECT_EQ(std::memcmp(histogram.get(), &zeros, sizeof(zeros)), 0);
  EXPECT_EQ(zeros.Percentile(0.5), 0);
  EXPECT_EQ(zeros.max(), 0);
  EXPECT_EQ(zeros.count(), 0u);
}

TEST(LatencyHistogramTest, ReportsEachLatencyWithinOneHundredTwentyEighth) {
  const auto expect_close = [](int64_t nanos) {
    LatencyHistogram histogram;
    histogram.Record(nanos);
    histogram.Record(kHistogramMaxNanos);  // Keeps the maximum from capping the answer.
    const int64_t reported = histogram.Percentile(0.5);
    EXPECT_GE(reported, nanos);
    EXPECT_LE(reported - nanos, nanos / 128) << nanos;
  };
  for (int64_t nanos = 0; nanos < 5000; ++nanos) expect_close(nanos);
  for (int bits = 12; bits < kHistogramTopBits; ++bits) {
    for (int64_t offset : {-1, 0, 1}) expect_close((int64_t{1} << bits) + offset);
  }
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    expect_close(static_cast<int64_t>(random.Next() >> (22 + random.Below(40))));
  }
}

TEST(LatencyHistogramTest, FindsThePercentilesOfAKnownSeries) {
  LatencyHistogram histogram;
  for (int64_t nanos = 1; nanos <= 100; ++nanos) histogram.Record(nanos);
  EXPECT_EQ(histogram.count(), 100u);
  EXPECT_EQ(histogram.max(), 100);
  EXPECT_EQ(histogram.Percentile(0), 1);
  EXPECT_EQ(histogram.Percentile(0.5), 50);
  EXPECT_EQ(histogram.Percentile(0.99), 99);
  EXPECT_EQ(histogram.Percentile(0.991), 100);
  EXPECT_EQ(histogram.Percentile(1), 100);
}

TEST(LatencyHistogramTest, NeverReportsMoreThanTheMaximum) {
  LatencyHistogram histogram;
  histogram.Record(1'000'001);
  EXPECT_EQ(histogram.Percentile(0.999), 1'000'001);
}

TEST(LatencyHistogramTest, CountsWhatIsOutOfRange) {
  LatencyHistogram histogram;
  histogram.Record(-5);
  EXPECT_EQ(histogram.Percentile(1), 0);
  histogram.Record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.max(), INT64_MAX);
  EXPECT_EQ(histogram.Percentile(1), INT64_MAX);
}

TEST(LatencyHistogramTest, MergesAsIfAllHadBeenRecordedInOne) {
  Random random(7);
  LatencyHistogram together;
  LatencyHistogram parts[3];
  for (int i = 0; i < 3000; ++i) {
    const auto nanos = static_cast<int64_t>(random.Next() >> (24 + random.Below(30)));
    together.Record(nanos);
    parts[i % 3].Record(nanos);
  }
  parts[0].Merge(parts[1]);
  parts[0].Merge(parts[2]);
  EXPECT_EQ(std::memcmp(&parts[0], &together, sizeof(together)), 0);
}

TEST(LatencyHistogramTest, TellsWhatWasAddedSinceAnEarlierReading) {
  LatencyHistogram earlier;
  for (int64_t nanos = 1; nanos <= 100; ++nanos) earlier.Record(1'000'000 * nanos);
  LatencyHistogram later = earlier;
  for (int64_t nanos = 1; nanos <= 100; ++nanos) later.Record(nanos);
  const LatencyHistogram added = later.Since(earlier);
  EXPECT_EQ(added.count(), 100u);
  EXPECT_EQ(added.Percentile(0.5), 50);
  EXPECT_EQ(added.max(), 100);
  EXPECT_EQ(later.Since(later).count(), 0u);
}

}  // namespace
}  // namespace tearproof
