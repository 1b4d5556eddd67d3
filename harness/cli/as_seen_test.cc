#include "harness/cli/as_seen.h"

#include <gtest/gtest.h>

namespace tearproof::cli {
namespace {

EvidenceOp Did(uint16_t process, OpKind kind, uint32_t key = 0) {
  EvidenceOp each;
  each.op.process = process;
  each.op.kind = kind;
  each.op.key = key;
  each.op.ttl_millis = kNoTtl;
  if (kind == OpKind::kSet) each.op.length = 100;
  return each;
}

Scenario SmallScenario() {
  Scenario scenario;
  scenario.id = "regressions/x";
  scenario.keys.count = 3;
  scenario.before = {Step{OpKind::kSet, Step::Target::kEach, 0, {}}};
  scenario.backend_options = {{"max_entries", "50"}};
  return scenario;
}

TEST(AsSeenTest, MakesARoleOfEachProcessOfTheEvidence) {
  Verdict verdict;
  verdict.anomaly = "torn-read";
  verdict.evidence = {Did(1, OpKind::kSet, 2), Did(3, OpKind::kSet, 2), Did(1, OpKind::kGet, 2)};
  verdict.evidence[1].op.ttl_millis = 20;
  const auto toml = AsSeen(SmallScenario(), verdict);
  ASSERT_TRUE(toml.has_value());
  const Result<Scenario> parsed = ParseScenario(*toml, "x", "x.toml");
  ASSERT_TRUE(parsed.ok()) << parsed.error().Message() << *toml;
  const Scenario& scenario = parsed.value();
  ASSERT_EQ(scenario.roles.size(), 2u);
  const Role* first = scenario.FindRole("process1");
  ASSERT_NE(first, nullptr);
  ASSERT_EQ(first->explore->program.size(), 2u);
  EXPECT_EQ(first->explore->program[1].kind, OpKind::kGet);
  EXPECT_EQ(first->explore->program[1].key, 2u);
  EXPECT_EQ(scenario.FindRole("process3")->explore->program[0].ttl_millis, 20u);
  EXPECT_EQ(scenario.value_sizes.choices, std::vector<uint64_t>{100});
  EXPECT_EQ(scenario.explore_before.size(), 1u);
  EXPECT_EQ(scenario.backend_options.at("max_entries"), "50");
}

TEST(AsSeenTest, LeavesOutWhatNoProgramCanBe) {
  Verdict verdict;
  verdict.anomaly = "torn-read";
  EXPECT_FALSE(AsSeen(SmallScenario(), verdict).has_value());
  verdict.evidence = {Did(1, OpKind::kSet), Did(1, OpKind::kGet)};
  EXPECT_FALSE(AsSeen(SmallScenario(), verdict).has_value()) << "one process";
  verdict.evidence.assign(7, Did(1, OpKind::kSet));
  verdict.evidence[0].op.process = 2;
  EXPECT_FALSE(AsSeen(SmallScenario(), verdict).has_value()) << "too many";
}

}  // namespace
}  // namespace tearproof::cli
