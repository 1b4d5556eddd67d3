#include "harness/explore/happens_before.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/random.h"

namespace tearproof::explore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using trace::AccessMode;
using trace::ObjectKind;

Event On(ProcessId process, ObjectKind kind, AccessMode mode, LockRole lock = LockRole::kNone,
         uint64_t number = 0) {
  Event event;
  event.process = process;
  event.footprint = {{{kind, number}, mode}};
  event.lock = lock;
  return event;
}
Event DoRead(ProcessId process) { return On(process, ObjectKind::kData, AccessMode::kRead); }
Event DoWrite(ProcessId process) { return On(process, ObjectKind::kData, AccessMode::kWrite); }
Event Take(ProcessId process, AccessMode mode = AccessMode::kWrite) {
  return On(process, ObjectKind::kLock, mode, LockRole::kAttempt);
}
Event Release(ProcessId process, AccessMode mode = AccessMode::kWrite) {
  return On(process, ObjectKind::kLock, mode, LockRole::kRelease);
}

HappensBefore OrderOf(const std::vector<Event>& events) {
  HappensBefore order(4);
  for (const Event& event : events) order.Append(event);
  return order;
}

TEST(HappensBeforeTest, OnlyWhatIsDirectlyBeforeRaces) {
  const HappensBefore order = OrderOf({DoWrite(0), DoRead(1), DoRead(2), DoWrite(1), DoRead(0)});
  EXPECT_TRUE(order.Before(0, 1));
  EXPECT_FALSE(order.Before(1, 2));
  EXPECT_TRUE(order.Before(2, 3));
  EXPECT_TRUE(order.Before(0, 4));
  EXPECT_THAT(order.races(1), ElementsAre(0));
  EXPECT_THAT(order.races(3), ElementsAre(2));
  EXPECT_THAT(order.races(4), ElementsAre(3));
}

TEST(HappensBeforeTest, AnAttemptOvertakesAcquisitionsAndNoReleases) {
  const HappensBefore order = OrderOf({Take(0), Release(0), Take(1)});
  EXPECT_TRUE(order.Before(1, 2));
  EXPECT_THAT(order.races(2), ElementsAre(0));
  using enum AccessMode;
  const HappensBefore shared = OrderOf(
      {Take(0, kUpdate), Take(1, kUpdate), Release(0, kUpdate), Release(1, kUpdate), Take(2)});
  EXPECT_FALSE(shared.Before(0, 1));
  EXPECT_THAT(shared.races(4), ElementsAre(1, 0));
}

TEST(HappensBeforeTest, AnAttemptThatDoesNotWaitRacesWithTheRelease) {
  const HappensBefore order =
      OrderOf({Take(0), Release(0), On(1, ObjectKind::kLock, AccessMode::kWrite)});
  EXPECT_THAT(order.races(2), ElementsAre(1));
}

TEST(HappensBeforeTest, WhoEndedAWaitDoesNotRaceWithIt) {
  HappensBefore order(2);
  order.Append(DoRead(1));
  order.Append(DoWrite(0), Bit(1));
  order.Append(DoRead(1));
  EXPECT_THAT(order.races(2), IsEmpty());
  EXPECT_TRUE(order.Before(1, 2));
}

TEST(HappensBeforeTest, AClassHasOneDigest) {
  const Event other = On(1, ObjectKind::kData, AccessMode::kWrite, LockRole::kNone, 7);
  const HappensBefore one = OrderOf({DoWrite(0), other, DoRead(2)});
  const HappensBefore same = OrderOf({other, DoWrite(0), DoRead(2)});
  const HappensBefore different = OrderOf({other, DoRead(2), DoWrite(0)});
  EXPECT_EQ(one.Digest(3), same.Digest(3));
  EXPECT_NE(one.Digest(3), different.Digest(3));
  EXPECT_NE(one.Digest(2), one.Digest(3));
}

TEST(HappensBeforeTest, WhatIsForgottenLeavesNoTrace) {
  Random random(5);
  HappensBefore kept(4);
  std::vector<Event> events;
  for (int i = 0; i < 3000; ++i) {
    if (random.Below(8) == 0) {
      events.resize(random.Below(events.size() + 1));
      kept.Truncate(events.size());
    }
    const ProcessId process = static_cast<ProcessId>(random.Below(4));
    events.push_back(random.Below(2) == 0 ? DoRead(process)
                                          : On(process, ObjectKind::kList, AccessMode::kUpdate,
                                               LockRole::kNone, random.Below(3)));
    if (random.Below(3) == 0) events.back().footprint[0].mode = AccessMode::kWrite;
    kept.Append(events.back());
    const HappensBefore fresh = OrderOf(events);
    const size_t last = events.size() - 1;
    ASSERT_EQ(kept.Digest(last + 1), fresh.Digest(last + 1));
    ASSERT_TRUE(std::ranges::equal(kept.clock(last), fresh.clock(last)));
    ASSERT_TRUE(std::ranges::equal(kept.races(last), fresh.races(last)));
  }
}

}  // namespace
}  // namespace tearproof::explore
