#include "harness/core/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tearproof {
namespace {

using testing::ElementsAre;

TEST(LayoutTest, CountsCodePointsAsColumns) {
  EXPECT_EQ(DisplayWidth("37 µs"), 5u);
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(Shorten("37 µs, 38 µs", 6), "37 µs…");
  EXPECT_EQ(PadLeft("µs", 4), "  µs");
}

TEST(LayoutTest, BreaksAtSpacesAndOnlyIfItMustWithinAWord) {
  EXPECT_THAT(WrapWords("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(WrapWords("unbreakable one", 7), ElementsAre("unbreak", "able", "one"));
}

TEST(LayoutTest, HangsABlockUnderItsFirstLine) {
  EXPECT_EQ(Block("- ", "twenty columns at least, please", 22),
            "- twenty columns at\n  least, please\n");
}

TEST(LayoutTest, SetsAnEntryBelowANameThatIsTooLong) {
  EXPECT_EQ(Entry("ab", 4, "meaning", 80), "ab  meaning\n");
  EXPECT_EQ(Entry("abcd", 4, "meaning", 80), "abcd\n    meaning\n");
}

}  // namespace
}  // namespace tearproof
