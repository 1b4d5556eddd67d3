#include "harness/check/overlaps.h"

#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

OverlapCounts Count(const HistoryBuilder& builder) {
  OverlapCounter counter;
  counter.Count(builder.Build());
  return counter.Counts();
}

TEST(OverlapsTest, CountsPairsOfTwoProcessesOnOneKey) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 100);
  builder.Hit(2, 10, 20, write);
  builder.Miss(2, 30, 40);
  builder.Set(3, 90, 120);
  EXPECT_THAT(Count(builder), ElementsAre(Pair(std::pair(OpKind::kGet, OpKind::kSet), 2),
                                          Pair(std::pair(OpKind::kSet, OpKind::kSet), 1)));
}

TEST(OverlapsTest, OneAfterTheOtherIsNoPair) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Miss(2, 11, 20);
  EXPECT_THAT(Count(builder), IsEmpty());
}

// A clock may stand still between the end of one operation and the beginning of the next.
TEST(OverlapsTest, OneProcessMeetsNotItself) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Miss(1, 10, 20);
  EXPECT_THAT(Count(builder), IsEmpty());
}

TEST(OverlapsTest, ClearMeetsEveryKeyAndUnsupportedNobody) {
  HistoryBuilder builder;
  builder.Set(1, 0, 100);
  builder.Do(2, OpKind::kClear, 50, 60, Outcome::kDone);
  builder.Do(3, OpKind::kCull, 50, 60, Outcome::kUnsupported);
  EXPECT_THAT(Count(builder), ElementsAre(Pair(std::pair(OpKind::kSet, OpKind::kClear), 1)));
}

TEST(OverlapsTest, HistoriesAddUpAndOthersKeysAreApart) {
  HistoryBuilder builder;
  builder.parts.header.keys = {"k0", "k1"};
  builder.Set(1, 0, 100);
  builder.Set(2, 0, 100).key = 1;
  EXPECT_THAT(Count(builder), IsEmpty());
  HistoryBuilder other;
  other.Set(1, 0, 100);
  other.Set(2, 0, 100);
  OverlapCounter counter;
  counter.Count(other.Build());
  counter.Count(other.Build());
  EXPECT_THAT(counter.Counts(), ElementsAre(Pair(std::pair(OpKind::kSet, OpKind::kSet), 2)));
}

}  // namespace
}  // namespace tearproof::check
