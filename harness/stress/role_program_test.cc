#include "harness/stress/role_program.h"

#include <gtest/gtest.h>

#include <map>

namespace tearproof::stress {
namespace {

Scenario MakeScenario(KeyDistribution distribution, uint32_t keys) {
  Scenario scenario;
  scenario.keys.count = keys;
  scenario.keys.distribution = distribution;
  scenario.value_sizes.choices = {64};
  return scenario;
}

TEST(TaskMakerTest, OwnKeysAreWrittenByOneProcessAlone) {
  const Scenario scenario = MakeScenario(KeyDistribution::kOwn, 10);
  for (uint32_t index = 0; index < 3; ++index) {
    TaskMaker maker(&scenario, 1, index, 3);
    for (int i = 0; i < 200; ++i) {
      const Task task = maker.Make(OpKind::kSet);
      EXPECT_EQ(task.key % 3, index);
      EXPECT_LT(task.key, 10U);
    }
  }
}

TEST(TaskMakerTest, MoreProcessesThanOwnKeysStayInBounds) {
  const Scenario scenario = MakeScenario(KeyDistribution::kOwn, 2);
  TaskMaker maker(&scenario, 1, 7, 9);
  for (int i = 0; i < 100; ++i) EXPECT_LT(maker.Make(OpKind::kSet).key, 2U);
}

TEST(TaskMakerTest, TheSameSeedDrawsTheSameTasks) {
  const Scenario scenario = MakeScenario(KeyDistribution::kZipf, 1000);
  TaskMaker one(&scenario, 5, 0, 1);
  TaskMaker other(&scenario, 5, 0, 1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(one.Make(OpKind::kGet).key, other.Make(OpKind::kGet).key);
  }
}

TEST(RoleProgramTest, DrawsByWeight) {
  const Scenario scenario = MakeScenario(KeyDistribution::kUniform, 4);
  TaskMaker maker(&scenario, 1, 0, 1);
  StressRole role;
  role.mix = {{OpKind::kGet, 3}, {OpKind::kSet, 1}, {OpKind::kDelete, 0}};
  RoleProgram program(&role, &maker);
  std::map<OpKind, int> drawn;
  Task task;
  for (int i = 0; i < 4000; ++i) {
    ASSERT_TRUE(program.Next(&task));
    ++drawn[task.kind];
  }
  EXPECT_EQ(drawn.count(OpKind::kDelete), 0U);
  EXPECT_NEAR(drawn[OpKind::kGet], 3000, 200);
}

TEST(RoleProgramTest, RunsASequenceOnceAndAgainAfterRestart) {
  const Scenario scenario = MakeScenario(KeyDistribution::kUniform, 3);
  TaskMaker maker(&scenario, 1, 0, 1);
  StressRole role;
  role.sequence = {{OpKind::kInit, Step::Target::kNone, 0, {}},
                   {OpKind::kAdd, Step::Target::kEach, 0, {}},
                   {OpKind::kGet, Step::Target::kKey, 2, {}}};
  RoleProgram program(&role, &maker);
  for (int times = 0; times < 2; ++times) {
    program.Restart();
    std::vector<std::pair<OpKind, uint32_t>> seen;
    Task task;
    while (program.Next(&task)) seen.emplace_back(task.kind, task.key);
    const std::vector<std::pair<OpKind, uint32_t>> expected = {{OpKind::kInit, kNoKey},
                                                               {OpKind::kAdd, 0},
                                                               {OpKind::kAdd, 1},
                                                               {OpKind::kAdd, 2},
                                                               {OpKind::kGet, 2}};
    EXPECT_EQ(seen, expected);
  }
}

}  // namespace
}  // namespace tearproof::stress
