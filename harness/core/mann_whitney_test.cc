#include "harness/core/mann_whitney.h"

#include <gtest/gtest.h>

#include "harness/core/random.h"

namespace tearproof {
namespace {

TEST(MannWhitneyTest, AgreesWithAKnownExample) {
  const RankComparison result = CompareRanks({19, 22, 16, 29, 24}, {20, 11, 17, 12});
  EXPECT_EQ(result.u, 17);
  EXPECT_NEAR(result.p, 0.11134688653314041, 1e-9);
  EXPECT_NEAR(result.effect, 0.7, 1e-12);
}

TEST(MannWhitneyTest, TiesShareTheirRanks) {
  const RankComparison result = CompareRanks({1, 2, 2, 3}, {2, 2, 4, 5});
  EXPECT_EQ(result.u, 4);
  const RankComparison turned = CompareRanks({2, 2, 4, 5}, {1, 2, 2, 3});
  EXPECT_EQ(turned.u, 16 - 4);
  EXPECT_EQ(turned.p, result.p);
  EXPECT_EQ(turned.effect, -result.effect);
}

TEST(MannWhitneyTest, WhatIsEqualDoesNotDiffer) {
  EXPECT_EQ(CompareRanks({7, 7, 7}, {7, 7, 7, 7}).p, 1);
  EXPECT_EQ(CompareRanks({}, {1}).p, 1);
}

TEST(MannWhitneyTest, SmallChancesComeUpAsOftenAsTheySay) {
  Random random(1);
  const auto draw = [&] {
    std::vector<double> values;
    for (int i = 0; i < 20; ++i) values.push_back(static_cast<double>(random.Below(1'000'000)));
    return values;
  };
  int below = 0;
  for (int i = 0; i < 5'000; ++i) below += CompareRanks(draw(), draw()).p < 0.05 ? 1 : 0;
  EXPECT_GT(below, 150);
  EXPECT_LT(below, 350);
}

TEST(MannWhitneyTest, TheMedianOfAnEvenNumberLiesBetweenTwo) {
  EXPECT_EQ(MedianOf({4, 1, 3}), 3);
  EXPECT_EQ(MedianOf({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(MedianOf({}), 0);
}

}  // namespace
}  // namespace tearproof
