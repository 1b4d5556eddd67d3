#include "harness/api/promise.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof {
namespace {

TEST(PromiseTest, TheTableFollowsTheEnumeration) {
  ASSERT_EQ(AllPromises().size(), kPromiseCount);
  for (size_t i = 0; i < kPromiseCount; ++i) {
    EXPECT_EQ(AllPromises()[i].promise, static_cast<Promise>(i));
  }
}

TEST(PromiseTest, NamesAreReadBackAndColumnsAreNarrow) {
  std::set<std::string_view> names;
  std::set<std::string_view> columns;
  for (const PromiseInfo& info : AllPromises()) {
    EXPECT_EQ(ParsePromise(PromiseName(info.promise)), info.promise);
    EXPECT_LE(DisplayWidth(info.column), 5u) << info.name;
    EXPECT_FALSE(info.broken_when.empty());
    names.insert(info.name);
    columns.insert(info.column);
  }
  EXPECT_EQ(names.size(), kPromiseCount);
  EXPECT_EQ(columns.size(), kPromiseCount);
  EXPECT_EQ(ParsePromise("Intact"), std::nullopt);
}

TEST(PromiseTest, FourAreMadeByEveryBackend) {
  std::set<std::string_view> always;
  for (const PromiseInfo& info : AllPromises()) {
    if (info.always) always.insert(info.name);
  }
  EXPECT_EQ(always, (std::set<std::string_view>{"intact", "no-error", "confined", "returns"}));
}

}  // namespace
}  // namespace tearproof
