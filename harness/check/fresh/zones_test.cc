// What the zones decide by themselves. That they never say "holds" wrongly is crosscheck_test.cc's
// matter; here, that they say it wherever they can: else the search has to, at many times the cost.
#include "harness/check/fresh/zones.h"

#include <gtest/gtest.h>

#include "harness/check/history_builder.h"

namespace tearproof::check::fresh {
namespace {

bool ZonesHold(const HistoryBuilder& builder) {
  const History history = builder.Build();
  std::vector<uint32_t> number_of(history.ops().size(), ZoneTest::kNoZone);
  return ZoneTest(history, number_of).Holds(0);
}

// The key must hold the value from 10 to 30.
HistoryBuilder ForwardZone() {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10);
  builder.Hit(2, 30, 40, write);
  return builder;
}

TEST(FreshZonesTest, ForwardZonesThatOnlyTouchHold) {
  HistoryBuilder builder = ForwardZone();
  const Op& write = builder.Set(3, 25, 30);
  builder.Hit(4, 50, 60, write);
  EXPECT_TRUE(ZonesHold(builder));
}

TEST(FreshZonesTest, ForwardZonesThatOverlapDoNot) {
  HistoryBuilder builder = ForwardZone();
  const Op& write = builder.Set(3, 25, 29);
  builder.Hit(4, 50, 60, write);
  EXPECT_FALSE(ZonesHold(builder));
}

TEST(FreshZonesTest, AnUnreadWriteHoldsThatReachesTheZonesEdge) {
  HistoryBuilder first = ForwardZone();
  first.Set(3, 10, 20);
  EXPECT_TRUE(ZonesHold(first));
  HistoryBuilder last = ForwardZone();
  last.Set(3, 20, 30);
  EXPECT_TRUE(ZonesHold(last));
}

TEST(FreshZonesTest, AnUnreadWriteWithinAZoneDoesNotUnlessItMayNeverHaveHappened) {
  HistoryBuilder certain = ForwardZone();
  certain.Set(3, 11, 29);
  EXPECT_FALSE(ZonesHold(certain));
  HistoryBuilder failed = ForwardZone();
  failed.Fail(3, OpKind::kSet, 11, 29, "EIO");
  EXPECT_TRUE(ZonesHold(failed));
}

TEST(FreshZonesTest, AFailedWriteThatWasReadIsCertain) {
  HistoryBuilder builder = ForwardZone();
  const Op& write = builder.Fail(3, OpKind::kSet, 11, 20, "EIO");
  builder.Hit(4, 15, 25, write);
  EXPECT_FALSE(ZonesHold(builder));
}

// Between two processes, clocks may be off; within one, what comes later comes later.
TEST(FreshZonesTest, AnOperationEndsWhereItsProcessGoesOn) {
  HistoryBuilder builder;
  builder.parts.header.clock_uncertainty = 100;
  const Op& first = builder.Set(1, 0, 10);
  const Op& second = builder.Set(1, 20, 30);
  builder.Hit(2, 25, 35, second);
  builder.Hit(2, 40, 50, first);
  EXPECT_FALSE(ZonesHold(builder));
}

TEST(FreshZonesTest, HoldBeforeTheClocksOrigin) {
  HistoryBuilder builder;
  builder.Set(1, -100, -90);
  builder.Set(2, -99, -89);
  EXPECT_TRUE(ZonesHold(builder));
}

TEST(FreshZonesTest, AClearLeavesItToTheSearchAndACullDoesNot) {
  HistoryBuilder cleared = ForwardZone();
  cleared.Do(3, OpKind::kClear, 50, 60, Outcome::kDone);
  EXPECT_FALSE(ZonesHold(cleared));
  HistoryBuilder culled = ForwardZone();
  culled.Do(3, OpKind::kCull, 50, 60, Outcome::kDone);
  EXPECT_TRUE(ZonesHold(culled));
}

// Many writes under way for long are met long before their zones begin.
HistoryBuilder LateZones(int64_t gap) {
  constexpr int kZones = 100;
  HistoryBuilder builder;
  for (int i = 0; i < kZones; ++i) {
    const int64_t begin = 1'000 + 10 * i;
    const auto process = static_cast<uint16_t>(1 + i);
    const Op& write = builder.Set(process, i, begin);
    builder.Hit(process, begin + 10 - gap, begin + 10 - gap, write);
  }
  for (int i = 0; i < kZones; ++i) builder.Set(kZones + 1, 200 + 2 * i, 201 + 2 * i);
  return builder;
}

TEST(FreshZonesTest, HoldHoweverFarZonesLieFromWhereTheyWereMet) {
  EXPECT_TRUE(ZonesHold(LateZones(1)));
  EXPECT_TRUE(ZonesHold(LateZones(0)));
  EXPECT_FALSE(ZonesHold(LateZones(-1)));
}

}  // namespace
}  // namespace tearproof::check::fresh
