#include "harness/core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace tearproof {
namespace {

TEST(RandomTest, IsTheSameOnEveryMachine) {
  Random random(42);
  // The reference implementation's output for the state that SplitMix64(42) gives.
  EXPECT_EQ(random.Next(), 1546998764402558742u);
  EXPECT_EQ(random.Next(), 6990951692964543102u);
  EXPECT_EQ(random.Next(), 12544586762248559009u);
}

TEST(RandomTest, StaysBelowItsBound) {
  Random random(1);
  for (const uint64_t bound : {uint64_t{1}, uint64_t{2}, uint64_t{7}, UINT64_MAX}) {
    for (int i = 0; i < 1000; ++i) EXPECT_LT(random.Below(bound), bound);
  }
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Below(10));
  EXPECT_EQ(seen.size(), 10u);
}

TEST(RandomTest, UnitLiesInItsInterval) {
  Random random(2);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double unit = random.Unit();
    EXPECT_GE(unit, 0);
    EXPECT_LT(unit, 1);
    sum += unit;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(RandomTest, DerivedSeedsDiffer) {
  std::set<uint64_t> seeds;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    for (uint64_t part = 0; part < 30; ++part) seeds.insert(DeriveSeed(seed, part));
  }
  EXPECT_EQ(seeds.size(), 900u);
}

TEST(ZipfDistributionTest, FollowsTheLaw) {
  constexpr uint32_t kCount = 100;
  constexpr int kDraws = 200'000;
  const ZipfDistribution distribution(kCount);
  Random random(3);
  std::vector<double> drawn(kCount, 0);
  for (int i = 0; i < kDraws; ++i) ++drawn.at(distribution.Draw(random));
  double sum = 0;
  for (uint32_t rank = 1; rank <= kCount; ++rank) sum += std::pow(rank, -0.99);
  for (const uint32_t rank : {1u, 2u, 10u, 100u}) {
    const double expected = kDraws * std::pow(rank, -0.99) / sum;
    EXPECT_NEAR(drawn[rank - 1], expected, 5 * std::sqrt(expected)) << rank;
  }
}

TEST(ZipfDistributionTest, OneItemIsAlwaysDrawn) {
  const ZipfDistribution distribution(1);
  Random random(4);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(distribution.Draw(random), 0u);
  EXPECT_EXIT(ZipfDistribution(0), testing::ExitedWithCode(70), "nothing");
}

}  // namespace
}  // namespace tearproof
