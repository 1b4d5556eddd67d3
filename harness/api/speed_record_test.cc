#include "harness/api/speed_record.h"

#include <gtest/gtest.h>

namespace tearproof {
namespace {

TEST(SpeedRecordTest, AShortRunHasARateOfItsOwn) {
  LatencyHistogram latencies;
  for (int i = 0; i < 10; ++i) latencies.Record(1000);
  EXPECT_EQ(SpeedOf(latencies, 500'000'000).per_second, 20);
  EXPECT_EQ(SpeedOf(latencies, 0).per_second, 0) << "and never a NaN";
}

TEST(SpeedRecordTest, ALongTimelineIsThinnedAndLosesNoOperation) {
  std::vector<SpeedSample> timeline;
  for (int64_t round = 0; round < 10'000; ++round) {
    AddSample(&timeline, {round, 1, 1, {{OpKind::kGet, {3, 100 + round % 2, 200}}}});
  }
  EXPECT_LE(timeline.size(), kMostSamples);
  EXPECT_GT(timeline.size(), kMostSamples / 4);
  uint64_t count = 0;
  uint64_t kills = 0;
  int64_t ran = 0;
  for (const SpeedSample& sample : timeline) {
    count += sample.Count();
    kills += sample.kills;
    ran += sample.ran;
    EXPECT_EQ(sample.PerSecond(), 3e9);
    EXPECT_GE(sample.operations.at(OpKind::kGet).p50, 100);
    EXPECT_LE(sample.operations.at(OpKind::kGet).p50, 101);
  }
  EXPECT_EQ(count, 30'000U);
  EXPECT_EQ(kills, 10'000U);
  EXPECT_EQ(ran, 10'000);
}

TEST(SpeedRecordTest, OpeningTheCacheIsNobodysThroughput) {
  SpeedSample sample;
  sample.ran = 1'000'000'000;
  sample.operations[OpKind::kInit] = {100, 1, 1};
  sample.operations[OpKind::kSet] = {7, 1, 1};
  EXPECT_EQ(sample.PerSecond(), 7);
}

}  // namespace
}  // namespace tearproof
