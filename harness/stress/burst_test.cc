#include "harness/stress/burst.h"

#include <gtest/gtest.h>

namespace tearproof::stress {
namespace {

TEST(BurstTest, GrowsWhileItIsShortAndShrinksWhenItIsLong) {
  Burst burst;
  EXPECT_EQ(burst.Length(32), 1u);
  for (const size_t expected : {2, 4, 8, 16, 32, 32}) {
    burst.Took(kNanosPerMicro, 32);
    EXPECT_EQ(burst.Length(32), expected);
  }
  burst.Took(700 * kNanosPerMicro, 32);  // Long enough.
  EXPECT_EQ(burst.Length(32), 32u);
  burst.Took(kNanosPerSecond, 32);
  EXPECT_EQ(burst.Length(32), 16u);
  for (int i = 0; i < 10; ++i) burst.Took(kNanosPerSecond, 32);
  EXPECT_EQ(burst.Length(32), 1u);
}

TEST(BurstTest, IsNeverLongerThanTheAdapterTakes) {
  Burst burst;
  for (int i = 0; i < 10; ++i) burst.Took(0, 3);
  EXPECT_EQ(burst.Length(3), 3u);
  EXPECT_EQ(burst.Length(2), 2u);
}

}  // namespace
}  // namespace tearproof::stress
