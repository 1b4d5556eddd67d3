#include "harness/check/fresh/weaker.h"

#include <gmock/gmock.h>

#include "harness/check/history_builder.h"

namespace tearproof::check::fresh {
namespace {

using testing::ElementsAre;

std::vector<std::string> StillHeld(const HistoryBuilder& builder) {
  return FindStillHeld(builder.Build(), {});
}

TEST(WeakerContractsTest, AStaleReadByAnotherProcessLeavesAll) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  builder.Set(2, 20, 30);
  builder.Hit(3, 40, 50, old);
  EXPECT_THAT(StillHeld(builder), ElementsAre("monotonic reads", "read-your-writes", "intact"));
}

TEST(WeakerContractsTest, AReaderThatGoesBackIsNotMonotonic) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  const Op& next = builder.Set(2, 20, 30);
  builder.Hit(3, 40, 50, next);
  builder.Hit(3, 60, 70, old);
  EXPECT_THAT(StillHeld(builder), ElementsAre("read-your-writes", "intact"));
}

TEST(WeakerContractsTest, AProcessThatDoesNotFindWhatItSet) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  builder.Set(2, 20, 30);
  builder.Hit(2, 40, 50, old);
  EXPECT_THAT(StillHeld(builder), ElementsAre("monotonic reads", "intact"));
  HistoryBuilder missing;
  missing.Set(2, 20, 30);
  missing.Miss(2, 40, 50);
  EXPECT_THAT(StillHeld(missing), ElementsAre("monotonic reads", "intact"));
  missing.Delete(3, 25, 45);
  EXPECT_THAT(StillHeld(missing), ElementsAre("monotonic reads", "read-your-writes", "intact"));
}

TEST(WeakerContractsTest, ATornReadIsNotIntact) {
  HistoryBuilder builder;
  builder.HitDamaged(1, 0, 10, 64);
  EXPECT_THAT(StillHeld(builder), ElementsAre("monotonic reads", "read-your-writes"));
}

}  // namespace
}  // namespace tearproof::check::fresh
