#include "harness/trace/lock_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tearproof::trace {
namespace {

using testing::ElementsAre;

LockRequest Record(uint64_t owner, bool exclusive, uint64_t begin = 0, uint64_t end = UINT64_MAX) {
  return {1, LockFamily::kRecord, owner, exclusive, begin, end};
}

TEST(LockTableTest, SharedLocksAreHeldTogetherExclusiveOnesAlone) {
  LockTable table;
  table.Grant(Record(1, false));
  EXPECT_TRUE(table.CanGrant(Record(2, false)));
  EXPECT_FALSE(table.CanGrant(Record(2, true)));
  EXPECT_TRUE(table.CanGrant(Record(1, true))) << "one's own does not hinder";
  table.Grant(Record(1, true));
  EXPECT_FALSE(table.CanGrant(Record(2, false)));
  EXPECT_EQ(table.Holds(1, 1), true);
  table.Grant(Record(1, false));
  EXPECT_EQ(table.Holds(1, 1), false);
}

TEST(LockTableTest, FamiliesAndFilesAreApart) {
  LockTable table;
  table.Grant({1, LockFamily::kFlock, 1, true});
  EXPECT_TRUE(table.CanGrant(Record(2, true)));
  EXPECT_TRUE(table.CanGrant({2, LockFamily::kFlock, 2, true}));
  EXPECT_FALSE(table.CanGrant({1, LockFamily::kFlock, 2, true}));
}

TEST(LockTableTest, RangesSplit) {
  LockTable table;
  table.Grant(Record(1, true, 0, 100));
  table.Free(Record(1, true, 40, 60));
  EXPECT_TRUE(table.CanGrant(Record(2, true, 40, 60)));
  EXPECT_FALSE(table.CanGrant(Record(2, true, 39, 60)));
  EXPECT_FALSE(table.CanGrant(Record(2, true, 40, 61)));
  EXPECT_THAT(table.FilesOf(1), ElementsAre(1));
  table.FreeAll(1, 1);
  EXPECT_TRUE(table.CanGrant(Record(2, true)));
  EXPECT_EQ(table.Holds(1, 1), std::nullopt);
}

}  // namespace
}  // namespace tearproof::trace
