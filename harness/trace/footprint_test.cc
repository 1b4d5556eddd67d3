#include "harness/trace/footprint.h"

#include <gtest/gtest.h>

namespace tearproof::trace {
namespace {

Footprint One(ObjectKind kind, uint64_t number, AccessMode mode) {
  return {{{kind, number}, mode}};
}

TEST(FootprintTest, OnlyReadsAndOnlyUpdatesCommute) {
  using enum AccessMode;
  for (const AccessMode a : {kRead, kUpdate, kWrite}) {
    for (const AccessMode b : {kRead, kUpdate, kWrite}) {
      EXPECT_EQ(Conflict(One(ObjectKind::kList, 1, a), One(ObjectKind::kList, 1, b)),
                a != b || a == kWrite);
    }
  }
}

TEST(FootprintTest, OtherObjectsAndKindsDoNotConflict) {
  const Footprint write = One(ObjectKind::kData, 1, AccessMode::kWrite);
  EXPECT_FALSE(Conflict(write, One(ObjectKind::kData, 2, AccessMode::kWrite)));
  EXPECT_FALSE(Conflict(write, One(ObjectKind::kMeta, 1, AccessMode::kWrite)));
  EXPECT_FALSE(Conflict(write, {}));
}

TEST(FootprintTest, AnySharedObjectIsEnough) {
  const Footprint a = {{{ObjectKind::kEntry, 1}, AccessMode::kRead},
                       {{ObjectKind::kData, 2}, AccessMode::kRead}};
  const Footprint b = {{{ObjectKind::kMeta, 3}, AccessMode::kWrite},
                       {{ObjectKind::kData, 2}, AccessMode::kWrite}};
  EXPECT_TRUE(Conflict(a, b));
  EXPECT_TRUE(Conflict(b, a));
}

}  // namespace
}  // namespace tearproof::trace
