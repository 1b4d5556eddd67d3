#include "harness/stress/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/json.h"
#include "harness/core/owned_directory.h"

namespace tearproof::stress {
namespace {

using testing::HasSubstr;

constexpr const char* kToml = R"(
version = 1
title   = "t"
story   = "s"
keys    = { count = 4, distribution = "uniform" }
values  = { size = "64B" }
[roles.writer]
stress  = { processes = 2, mix = { set = 1, delete = 1 } }
[roles.reader]
stress  = { processes = 3, mix = { get = 1 } }
)";

Scenario Parse() {
  Result<Scenario> scenario = ParseScenario(kToml, "mine", "mine.toml");
  TEARPROOF_CHECK(scenario.ok(), scenario.error().Message());
  return std::move(scenario).value();
}

TEST(PlanTest, OverridesProcessesAndSizes) {
  Scenario scenario = Parse();
  Overrides overrides;
  overrides.processes["writer"] = 7;
  overrides.value_sizes = ParseSizeDistribution("1B..1KiB").value();
  overrides.kills_per_second = 5;
  ApplyOverrides(overrides, &scenario);
  EXPECT_EQ(scenario.StressProcesses(), 10U);
  EXPECT_EQ(scenario.value_sizes.Largest(), 1024U);
  EXPECT_EQ(scenario.kills_per_second, 5);
}

TEST(PlanTest, NamesTheRolesThereAre) {
  const Scenario scenario = Parse();
  Scenario other = scenario;
  other.roles.front().name = "adder";
  Overrides overrides;
  overrides.processes["adder"] = 2;
  EXPECT_TRUE(CheckRoles(overrides, {&scenario, &other}).ok());
  EXPECT_FALSE(CheckRoles(overrides, {&scenario}).ok());
  overrides.processes["cron"] = 1;
  const Result<void> result = CheckRoles(overrides, {&scenario, &other});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().Message(), HasSubstr("writer, reader"));
}

TEST(PlanTest, DropsFromAMixWhatTheBackendLacks) {
  Scenario scenario = Parse();
  BackendDescription description;
  description.operations = {OpKind::kInit, OpKind::kGet, OpKind::kSet};
  EXPECT_EQ(FitToBackend(description, &scenario), "");
  EXPECT_FALSE(scenario.FindRole("writer")->stress->mix.contains(OpKind::kDelete));
  description.operations = {OpKind::kInit, OpKind::kSet};
  EXPECT_EQ(FitToBackend(description, &scenario), "it has no get");
}

TEST(PlanTest, SkipsWhatWouldLeaveTheCacheEmpty) {
  Scenario scenario = Parse();
  scenario.before.clear();
  for (Role& role : scenario.roles) role.stress->mix = {{OpKind::kAdd, 8}, {OpKind::kDelete, 1}};
  BackendDescription description;
  description.operations = {OpKind::kInit, OpKind::kSet, OpKind::kDelete};
  EXPECT_EQ(FitToBackend(description, &scenario), "it has no add");
}

TEST(PlanTest, SkipsWhatIsToRunBeforeOrInTurn) {
  BackendDescription description;
  description.operations = {OpKind::kInit, OpKind::kGet, OpKind::kSet};
  Step incr;
  incr.kind = OpKind::kIncr;
  Scenario scenario = Parse();
  scenario.before.push_back(incr);
  EXPECT_EQ(FitToBackend(description, &scenario), "it has no incr");
  scenario = Parse();
  scenario.roles.front().stress->sequence = {incr};
  EXPECT_EQ(FitToBackend(description, &scenario), "it has no incr");
}

TEST(PlanTest, SkipsWhatNeedsTimesToLive) {
  Scenario scenario = Parse();
  scenario.ttls_millis = {20};
  BackendDescription description;
  description.operations = {OpKind::kInit, OpKind::kGet, OpKind::kSet};
  EXPECT_EQ(FitToBackend(description, &scenario), "it has no times to live");
}

TEST(PlanTest, IsReadAsItWasWritten) {
  Result<OwnedDirectory> directory = OwnedDirectory::Create("/tmp");
  ASSERT_TRUE(directory.ok());
  Plan plan;
  plan.scenario_id = "mine";
  plan.scenario_toml = kToml;
  plan.overrides.processes["reader"] = 5;
  plan.overrides.value_sizes = ParseSizeDistribution("64B,4KiB").value();
  plan.backend_id = "flock";
  plan.backend_options = {{"max_entries", "9"}};
  plan.adapter_command = {"python3", "a b.py"};
  plan.promises = {Promise::kIntact, Promise::kTidy};
  plan.contract.operations = {OpKind::kInit, OpKind::kGet, OpKind::kSet, OpKind::kDelete};
  plan.contract.max_entries = 9;
  plan.contract.evicts = true;
  plan.seed = UINT64_MAX;
  plan.verify = VerifyMode::kStamps;
  plan.affinity = {0, 1};
  const std::string path = directory.value().path() + "/plan.json";
  ASSERT_TRUE(WritePlan(plan, path).ok());
  const Result<Plan> read = ReadPlan(path);
  ASSERT_TRUE(read.ok()) << read.error().Message();
  EXPECT_EQ(read.value().seed, UINT64_MAX);
  EXPECT_EQ(read.value().promises, plan.promises);
  EXPECT_EQ(read.value().contract.max_entries, 9U);
  EXPECT_EQ(read.value().contract.operations, plan.contract.operations);
  EXPECT_EQ(read.value().adapter_command, plan.adapter_command);
  EXPECT_EQ(read.value().verify, VerifyMode::kStamps);
  const Result<Scenario> scenario = read.value().LoadScenario();
  ASSERT_TRUE(scenario.ok()) << scenario.error().Message();
  EXPECT_EQ(scenario.value().StressProcesses(), 7U);
  EXPECT_EQ(scenario.value().value_sizes.Largest(), 4096U);
}

TEST(PlanTest, RefusesAnotherVersion) {
  Result<OwnedDirectory> directory = OwnedDirectory::Create("/tmp");
  ASSERT_TRUE(directory.ok());
  const std::string path = directory.value().path() + "/plan.json";
  ASSERT_TRUE(ReplaceFile(path, R"({"version": 99})").ok());
  const Result<Plan> read = ReadPlan(path);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().Message(), HasSubstr("another version"));
}

TEST(PlanTest, EvictsOnlyWhereTheLimitCanBeReached) {
  Scenario scenario = Parse();
  BackendDescription description;
  description.evicts = true;
  description.max_entries = 300;
  description.max_entries_option = "max_entries";
  EXPECT_FALSE(MakeContract(scenario, description, {{"max_entries", "300"}}).evicts);
  EXPECT_TRUE(MakeContract(scenario, description, {{"max_entries", "5"}}).evicts);
  EXPECT_FALSE(MakeContract(scenario, description, {{"max_entries", "0"}}).evicts);
}

TEST(PlanTest, LiveSegmentsStaySmallWithManyProcesses) {
  Scenario scenario = Parse();
  const uint64_t few = SegmentCapacity(scenario);
  EXPECT_EQ(few, uint64_t{1} << 17);
  scenario.roles[0].stress->processes = 500;
  scenario.roles[1].stress->processes = 500;
  const uint64_t many = SegmentCapacity(scenario);
  EXPECT_GE(many, 4000U);
  EXPECT_LE(1002 * (many * 48 + SegmentSideBytes(many) + 4096), uint64_t{256} << 20);
  scenario.keys.count = 100'000;
  EXPECT_GE(SegmentCapacity(scenario), 4U * 100'000 + 64);
}

}  // namespace
}  // namespace tearproof::stress
