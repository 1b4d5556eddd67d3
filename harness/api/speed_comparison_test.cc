#include "harness/api/speed_comparison.h"

#include <gtest/gtest.h>

#include "harness/core/random.h"

namespace tearproof {
namespace {

// Rounds whose gets take about `p50`, a tenth more or less, at one every p50.
RunRecord Measured(double p50, size_t rounds, uint64_t seed) {
  Random random(seed);
  RunRecord record;
  CellRecord& cell = record.cells.emplace_back();
  cell.backend = "flock";
  cell.scenario = "bench";
  for (size_t i = 0; i < rounds; ++i) {
    const double luck = 0.9 + static_cast<double>(random.Below(2'000)) / 10'000;
    SpeedSample& sample = cell.timeline.emplace_back();
    sample.ran = 1'000'000'000;
    const auto latency = static_cast<int64_t>(p50 * luck);
    sample.operations[OpKind::kGet] = {static_cast<uint64_t>(1e9 / (p50 * luck)), latency,
                                       3 * latency};
  }
  return record;
}

size_t Count(const std::vector<ComparedSpeed>& compared, SpeedChange verdict) {
  size_t count = 0;
  for (const ComparedSpeed& each : compared) count += each.verdict == verdict ? 1 : 0;
  return count;
}

TEST(SpeedComparisonTest, TheSameIsNeverSlowerOrFaster) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const auto compared = CompareSpeeds(Measured(1e4, 30, seed), Measured(1e4, 30, seed + 1'000));
    ASSERT_EQ(compared.size(), 3U);
    EXPECT_EQ(Count(compared, SpeedChange::kUnchanged), 3U) << seed;
  }
}

TEST(SpeedComparisonTest, AFifthMoreIsSlowerInEveryMetric) {
  const auto compared = CompareSpeeds(Measured(1e4, 30, 1), Measured(1.2e4, 30, 2));
  EXPECT_EQ(Count(compared, SpeedChange::kSlower), 3U);
  for (const ComparedSpeed& each : compared) {
    EXPECT_GT(each.change, 0.1) << each.metric;
    EXPECT_GT(each.effect, 0.9) << each.metric;
  }
  EXPECT_EQ(
      Count(CompareSpeeds(Measured(1.2e4, 30, 1), Measured(1e4, 30, 2)), SpeedChange::kFaster), 3U);
}

TEST(SpeedComparisonTest, WhatNobodyCaresAboutIsNoChange) {
  const auto compared = CompareSpeeds(Measured(1e4, 300, 1), Measured(1.2e4, 300, 2), 0.5);
  EXPECT_EQ(Count(compared, SpeedChange::kUnchanged), 3U);
}

TEST(SpeedComparisonTest, FewRoundsDecideNothing) {
  const auto compared = CompareSpeeds(Measured(1e4, 30, 1), Measured(9e4, kFewestRounds - 1, 2));
  EXPECT_EQ(Count(compared, SpeedChange::kUndecided), 3U);
}

TEST(SpeedComparisonTest, RoundsWithKillsDoNotCount) {
  RunRecord killed = Measured(1e4, 30, 1);
  for (SpeedSample& sample : killed.cells[0].timeline) sample.kills = 1;
  EXPECT_TRUE(CompareSpeeds(killed, killed).empty());
}

TEST(SpeedComparisonTest, AnotherMachineIsAnotherMatter) {
  RunRecord here = Measured(1e4, 30, 1);
  RunRecord there = here;
  EXPECT_EQ(WhyIncomparable(here, there), "");
  there.machine.cores = 64;
  EXPECT_NE(WhyIncomparable(here, there).find("cores"), std::string::npos);
  there = here;
  there.machine.file_system = "ext4";
  EXPECT_NE(WhyIncomparable(here, there), "");
}

}  // namespace
}  // namespace tearproof
