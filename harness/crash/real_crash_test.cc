#include "harness/crash/real_crash.h"

#include <gmock/gmock.h>

#include "harness/crash/log_for_tests.h"

namespace tearproof::crash {
namespace {

Tree DiskWith(const std::string& bytes) {
  Tree tree;
  tree.nodes[kRoot].entries["k"] = tree.Add(NodeKind::kFile, 0600);
  tree.nodes.back().bytes = bytes;
  return tree;
}

// What ext4 left of a file that was written beside and renamed over another.
RealRun Recorded(const std::vector<std::string>& states) {
  LogMaker maker;
  maker.Base("k", "old").Create("t").Write("t", 0, "new").Close("t").Rename("t", "k");
  RealRun real;
  real.run.log = maker.Build();
  for (const std::string& bytes : states) real.states.push_back({4, DiskWith(bytes)});
  return real;
}

TEST(FindStrangersTest, TheModelOfExt4AllowsWhatExt4Leaves) {
  const RealRun real = Recorded({"new", std::string(3, '\0')});
  const Strangers found = FindStrangers(real, ModelNamed("ext4-ordered-auto"), 1000);
  EXPECT_TRUE(found.states.empty());
  EXPECT_EQ(found.undecided, 0u);
  EXPECT_EQ(found.moments, 1u);
}

TEST(FindStrangersTest, AStateThatNoModelAllowsIsOne) {
  for (const PersistenceModel& model : AllModels()) {
    const RealRun real = Recorded({"new", "xyz"});
    const Strangers found = FindStrangers(real, model, 100'000);
    ASSERT_EQ(found.states.size(), 1u) << model.name;
    EXPECT_EQ(found.states[0], &real.states[1]);
  }
}

// One wrong row, and the zeros that ext4 leaves are told.
TEST(FindStrangersTest, ARowThatPromisesTooMuchIsFound) {
  const PersistenceModel& right = ModelNamed("ext4-ordered-auto");
  const RealRun real = Recorded({std::string(3, '\0')});
  std::vector<RuleRow> rows(right.rows.begin(), right.rows.end());
  for (RuleRow& row : rows) {
    if (row.rule == Rule::kGrowth) row.setting = Setting::kAfterBytes;
  }
  const PersistenceModel wrong = {"wrong", "ext4 as its documentation has it", rows};
  EXPECT_EQ(FindStrangers(real, wrong, 1000).states.size(), 1u);
}

// The empty file is one of the model without auto_da_alloc, and none of the one with it.
TEST(FindStrangersTest, ModelsDifferInWhatTheyAllow) {
  const RealRun real = Recorded({""});
  EXPECT_EQ(FindStrangers(real, ModelNamed("ext4-ordered"), 1000).states.size(), 0u);
  EXPECT_EQ(FindStrangers(real, ModelNamed("ext4-ordered-auto"), 1000).states.size(), 1u);
}

TEST(FindStrangersTest, EachMomentHasStatesOfItsOwn) {
  RealRun real = Recorded({});
  real.states.push_back({0, DiskWith("new")});
  real.states.push_back({4, DiskWith("new")});
  const Strangers found = FindStrangers(real, ModelNamed("xfs"), 1000);
  ASSERT_EQ(found.states.size(), 1u);
  EXPECT_EQ(found.states[0]->calls, 0u);
  EXPECT_EQ(found.moments, 2u);
}

TEST(FindStrangersTest, OfAModelThatWasCutShortNobodyIsAStranger) {
  const RealRun real = Recorded({"xyz", "new"});
  const Strangers found = FindStrangers(real, ModelNamed("ext4-ordered-auto"), 2);
  EXPECT_TRUE(found.states.empty());
  EXPECT_GE(found.undecided, 1u);
}

}  // namespace
}  // namespace tearproof::crash
