#include "harness/api/choice_source.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tearproof {
namespace {

// A program whose later questions depend on earlier answers. Its paths: 00 01 02, 1, 200 201 210
// 211.
std::string RunNested(ChoiceSource& choices) {
  std::string path;
  const auto pick = [&](uint64_t bound, std::string_view label) {
    const uint64_t picked = choices.Pick(bound, label);
    path += std::to_string(picked);
    return picked;
  };
  const uint64_t first = pick(3, "first");
  if (first == 0) pick(3, "wide");
  if (first == 2) {
    pick(2, "left");
    pick(2, "right");
  }
  return path;
}

TEST(ExhaustiveChoicesTest, TakesEveryPathExactlyOnceInOrder) {
  ExhaustiveChoices choices;
  std::vector<std::string> paths;
  do {
    paths.push_back(RunNested(choices));
  } while (choices.Advance());
  EXPECT_EQ(paths, (std::vector<std::string>{"00", "01", "02", "1", "200", "201", "210", "211"}));
}

TEST(ExhaustiveChoicesTest, AProgramWithoutChoicesHasOnePath) {
  ExhaustiveChoices choices;
  EXPECT_FALSE(choices.Advance());
  ExhaustiveChoices single;
  EXPECT_EQ(single.Pick(1, "only"), 0u);
  EXPECT_FALSE(single.Advance());
}

TEST(ExhaustiveChoicesTest, NoticesAProgramThatIsNotDeterministic) {
  ExhaustiveChoices choices;
  choices.Pick(2, "first");
  choices.Pick(2, "second");
  ASSERT_TRUE(choices.Advance());
  EXPECT_EXIT(choices.Pick(2, "another"), testing::ExitedWithCode(70), "another question");
}

TEST(RandomChoicesTest, ReachEveryPathAndDependOnTheSeedOnly) {
  std::set<std::string> paths;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    RandomChoices choices(seed);
    RandomChoices again(seed);
    const std::string path = RunNested(choices);
    EXPECT_EQ(path, RunNested(again));
    paths.insert(path);
  }
  EXPECT_EQ(paths.size(), 8u);
}

TEST(ReplayChoicesTest, RepeatsALog) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    RandomChoices choices(seed);
    const std::string path = RunNested(choices);
    ReplayChoices replay(choices.log());
    EXPECT_EQ(RunNested(replay), path);
    EXPECT_EQ(replay.departed_at(), -1);
    EXPECT_EQ(replay.log().size(), choices.log().size());
  }
}

TEST(ReplayChoicesTest, RemembersWhereItDepartedFirst) {
  const std::vector<Choice> script = {{"first", 3, 2}, {"left", 2, 1}};
  ReplayChoices one_too_many(script);
  EXPECT_EQ(RunNested(one_too_many), "210");
  EXPECT_EQ(one_too_many.departed_at(), 2);

  ReplayChoices other_label(script);
  EXPECT_EQ(other_label.Pick(3, "primary"), 0u);
  EXPECT_EQ(other_label.Pick(2, "left"), 1u);
  EXPECT_EQ(other_label.Pick(2, "more"), 0u);
  EXPECT_EQ(other_label.departed_at(), 0);

  ReplayChoices other_bound(script);
  EXPECT_EQ(other_bound.Pick(4, "first"), 0u);
  EXPECT_EQ(other_bound.departed_at(), 0);
}

TEST(ChoiceSourceTest, LogsWhatWasAskedAndAnswered) {
  RandomChoices choices(1);
  const uint64_t picked = choices.Pick(5, "kill");
  ASSERT_EQ(choices.log().size(), 1u);
  EXPECT_EQ(choices.log()[0].label, "kill");
  EXPECT_EQ(choices.log()[0].bound, 5u);
  EXPECT_EQ(choices.log()[0].picked, picked);
  EXPECT_EXIT(choices.Pick(0, "nothing"), testing::ExitedWithCode(70), "among nothing");
  ReplayChoices damaged({{"kill", 5, 9}});
  EXPECT_EXIT(damaged.Pick(5, "kill"), testing::ExitedWithCode(70), "out of bounds");
}

}  // namespace
}  // namespace tearproof
