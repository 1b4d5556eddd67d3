#include "harness/api/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/core/digest.h"

namespace tearproof {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(StepTest, ParsesEachForm) {
  const Step set = ParseStep("set k1 ttl=20ms", 2).value();
  EXPECT_EQ(set.kind, OpKind::kSet);
  EXPECT_EQ(set.target, Step::Target::kKey);
  EXPECT_EQ(set.key, 1u);
  EXPECT_EQ(set.ttl_millis, 20u);
  EXPECT_EQ(ParseStep("get any", 1).value().target, Step::Target::kAny);
  EXPECT_EQ(ParseStep("add  each ", 1).value().target, Step::Target::kEach);
  EXPECT_EQ(ParseStep("clear", 1).value().target, Step::Target::kNone);
  EXPECT_EQ(ParseStep("touch k0 ttl=none", 1).value().ttl_millis, kNoTtl);
  EXPECT_FALSE(ParseStep("set k0", 1).value().ttl_millis.has_value());
}

struct BadStep {
  const char* text;
  const char* message;
};

TEST(StepTest, RejectsWhatMakesNoSense) {
  const BadStep steps[] = {
      {"", "an empty step"},
      {"sett k0", "unknown operation 'sett'; did you mean 'set'?"},
      {"set", "'set' needs a key"},
      {"set k2", "'k2' is not among the keys; they are k0 to k1"},
      {"set k99999999999999999999", "no"},
      {"set k-1", "'k-1' is no key"},
      {"set k00", "'k00' is no key"},
      {"set k1x", "'k1x' is no key"},
      {"set k", "'k' is no key"},
      {"set K0", "'K0' is no key"},
      {"clear k0", "'k0' does not belong there"},
      {"get k0 ttl=1s", "'get' takes no ttl"},
      {"set k0 ttl=1", "'1' has no unit; write 1s or 1min"},
      {"set k0 ttl=1500us", "whole milliseconds"},
      {"set k0 ttl=2000h", "less than 49 days"},
      {"set k0 ttl=1s more", "'more' does not belong there"},
      {"set \x1b[31m", "'\\x1b[31m' is no key"},
  };
  for (const BadStep& bad : steps) {
    const Result<Step> step = ParseStep(bad.text, 2);
    ASSERT_FALSE(step.ok()) << bad.text;
    EXPECT_EQ(step.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(step.error().Message(), HasSubstr(bad.message));
  }
}

TEST(SizeDistributionTest, ParsesAndDescribes) {
  EXPECT_EQ(ParseSizeDistribution("4KiB").value().Describe(), "4 KiB");
  EXPECT_EQ(ParseSizeDistribution("64B,4KiB").value().Describe(), "64 B or 4 KiB");
  EXPECT_EQ(ParseSizeDistribution("1B,64B,16MiB").value().Describe(), "1 B, 64 B or 16 MiB");
  EXPECT_EQ(ParseSizeDistribution("1B..1MiB").value().Describe(), "1 B to 1 MiB");
  EXPECT_EQ(ParseSizeDistribution("64B,4KiB").value().Largest(), 4096u);
  EXPECT_EQ(ParseSizeDistribution("1B..1MiB").value().Largest(), uint64_t{1} << 20);
  for (const char* bad : {"", "0", "17MiB", "4KiB..1B", "..", "1B..", "4KiB,", "1B..2B..3B", "x"}) {
    EXPECT_FALSE(ParseSizeDistribution(bad).ok()) << bad;
  }
}

TEST(SizeDistributionTest, DrawsWithinItsBoundsAndReachesThem) {
  Random random(1);
  const SizeDistribution narrow = ParseSizeDistribution("3B..5B").value();
  const SizeDistribution wide = ParseSizeDistribution("1B..1MiB").value();
  const SizeDistribution list = ParseSizeDistribution("64B,4KiB").value();
  std::set<uint64_t> of_narrow, of_list;
  uint64_t below_kibibyte = 0;
  for (int i = 0; i < 10'000; ++i) {
    of_narrow.insert(narrow.Draw(random));
    of_list.insert(list.Draw(random));
    const uint64_t size = wide.Draw(random);
    ASSERT_GE(size, 1u);
    ASSERT_LE(size, uint64_t{1} << 20);
    below_kibibyte += size < 1024 ? 1 : 0;
  }
  EXPECT_THAT(of_narrow, ElementsAre(3, 4, 5));
  EXPECT_THAT(of_list, ElementsAre(64, 4096));
  EXPECT_NEAR(below_kibibyte, 5'000, 300);  // Log-uniform: half the draws in half the powers.
}

TEST(KeyNamesTest, CollidingKeysShareABucket) {
  Scenario scenario;
  scenario.keys = {.count = 16, .style = KeyStyle::kColliding};
  const std::vector<std::string> names = scenario.KeyNames();
  ASSERT_EQ(names.size(), 16u);
  for (const std::string& name : names) {
    EXPECT_EQ(Md5Hex(":1:" + name).substr(0, 4), Md5Hex(":1:" + names[0]).substr(0, 4));
  }
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_EQ(scenario.KeyNames(), names);
}

TEST(KeyNamesTest, OddKeysDifferAndCoverTheKnownTraps) {
  const std::vector<std::string> names = OddKeys();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  const std::string nul("nul\0byte", 8);
  for (const std::string& expected : std::vector<std::string>{
           "a/b", "../escape", "..", ".", "/absolute", nul, "Key", "key", "k0", "k0 ", " "}) {
    EXPECT_THAT(names, testing::Contains(expected));
  }
  EXPECT_THAT(names, testing::Contains(testing::SizeIs(10'000)));
  EXPECT_THAT(names, testing::Contains(testing::SizeIs(255)));
  EXPECT_THAT(names, testing::Not(testing::Contains(testing::IsEmpty())));
}

TEST(KeyNamesTest, PlainKeysAreNumbered) {
  Scenario scenario;
  scenario.keys.count = 3;
  EXPECT_THAT(scenario.KeyNames(), ElementsAre("k0", "k1", "k2"));
}

TEST(ScenarioTest, IngredientsAreThoseOfStress) {
  const char* text = R"(version = 1
title = "t"
story = "s"
counters = true
values = { ttl = ["none", "20ms"] }
roles.a.stress = { processes = 2, mix = { incr = 1, get = 0 } }
roles.b.stress = { processes = 3, sequence = ["has k0"] }
roles.c.explore = { processes = 1, program = ["delete k0"] }
stress = { before = ["set each"], kills = "2.5/s", tidy = true, foreign_files = true }
)";
  const Scenario scenario = ParseScenario(text, "x", "x.toml").value();
  const Checker::Ingredients ingredients = scenario.Ingredients();
  EXPECT_THAT(ingredients.kinds,
              ElementsAre(OpKind::kInit, OpKind::kHas, OpKind::kSet, OpKind::kIncr));
  EXPECT_TRUE(ingredients.ttl && ingredients.kills && ingredients.counters);
  EXPECT_TRUE(ingredients.surveyed && ingredients.foreign_files);
  EXPECT_FALSE(ingredients.odd_keys || ingredients.limit);
  EXPECT_EQ(scenario.StressProcesses(), 5u);
  EXPECT_EQ(scenario.kills_per_second, 2.5);
  EXPECT_EQ(scenario.value_sizes.Largest(), 1u);
  EXPECT_THAT(scenario.ttls_millis, ElementsAre(kNoTtl, 20u));
}

}  // namespace
}  // namespace tearproof
