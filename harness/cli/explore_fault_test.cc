// `tearproof explore --fault`: planted bugs that only a failing call shows are found and replay,
// and sound caches hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::HasSubstr;

std::string NameOfTest(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

nlohmann::json FirstCell(const Workspace& workspace) {
  return nlohmann::json::parse(workspace.Read("run.json")).at("cells").at(0);
}

struct FaultCanary {
  std::string backend;
  std::string scenario;
  std::string faults;
  std::string promise;
  std::string mark;  // Of the call that fails, in the schedule.
};

class FaultCanaryTest : public testing::TestWithParam<FaultCanary> {};

TEST_P(FaultCanaryTest, HoldsWithoutFaultsBreaksWithOneAndReplays) {
  const FaultCanary& canary = GetParam();
  const Workspace workspace;
  const ProgramResult healthy =
      workspace.Run({"explore", canary.scenario, "--backend", canary.backend, "--budget", "300"});
  EXPECT_NE(healthy.exit_code, 1) << healthy.output << healthy.errors;
  const ProgramResult found =
      workspace.Run({"explore", canary.scenario, "--backend", canary.backend, "--fault",
                     canary.faults, "--budget", "20000", "--json", "run.json"});
  ASSERT_EQ(found.exit_code, 1) << found.output << found.errors;
  const auto cell = FirstCell(workspace);
  EXPECT_GT(cell.at("explored").at("faults"), 0);
  const auto& example = cell.at("explored").at("counterexamples").at(0);
  EXPECT_EQ(example.at("promise"), canary.promise);
  const std::string schedule = example.at("schedule");
  EXPECT_THAT(schedule, HasSubstr(canary.mark));
  EXPECT_THAT(example.dump(), HasSubstr("made to fail"));
  EXPECT_FALSE(example.at("deciding_step").is_null());
  const ProgramResult again = workspace.Run({"replay", schedule});
  EXPECT_EQ(again.exit_code, 1) << again.output << again.errors;
  EXPECT_THAT(again.output, HasSubstr("BROKEN: " + canary.promise));
}

INSTANTIATE_TEST_SUITE_P(
    All, FaultCanaryTest,
    testing::Values(
        FaultCanary{"broken-write-error-ignored", "get-set", "ENOSPC", "no-error", "write=enospc"},
        FaultCanary{"broken-temp-left-after-error", "get-set", "EXDEV", "tidy", "rename=exdev"},
        FaultCanary{"broken-descriptor-leaked-on-error", "get-set", "EIO", "tidy", "write=eio"},
        FaultCanary{"broken-interrupted-lock-taken-for-held", "incr-incr", "EINTR", "incr-exact",
                    "flock=eintr"}),
    [](const auto& tested) { return NameOfTest(tested.param.backend); });

struct SoundUnderFaults {
  std::string backend;
  std::string scenario;
};

class SoundUnderFaultsTest : public testing::TestWithParam<SoundUnderFaults> {};

TEST_P(SoundUnderFaultsTest, NothingBreaks) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"explore", GetParam().scenario, "--backend", GetParam().backend, "--fault",
                     "all", "--budget", "4000", "--json", "run.json"});
  // 2: not all was explored within the budget, or not all can be seen. Never 1.
  EXPECT_THAT(result.exit_code, testing::AnyOf(0, 2)) << result.output << result.errors;
  EXPECT_GT(FirstCell(workspace).at("explored").at("faults"), 0);
}

INSTANTIATE_TEST_SUITE_P(All, SoundUnderFaultsTest,
                         testing::Values(SoundUnderFaults{"temp-rename", "get-set"},
                                         SoundUnderFaults{"temp-rename", "add-add"},
                                         SoundUnderFaults{"temp-rename-fsync", "get-set"},
                                         SoundUnderFaults{"flock", "get-set"},
                                         SoundUnderFaults{"flock", "add-add"},
                                         SoundUnderFaults{"fcntl-lock", "incr-incr"},
                                         SoundUnderFaults{"lockfile", "get-set"},
                                         SoundUnderFaults{"otmpfile-link", "get-set"},
                                         SoundUnderFaults{"otmpfile-link", "add-add"},
                                         SoundUnderFaults{"lmdb", "get-set"}),
                         [](const auto& tested) {
                           return NameOfTest(tested.param.backend + "_" + tested.param.scenario);
                         });

TEST(ExploreFaultTest, WindowsRefusesToReplaceWhatAReaderHasOpen) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run({"explore", "get-set", "--backend", "temp-rename",
                                              "--fault", "windows", "--json", "run.json"});
  // The set reports it, and removes its temporary file: nothing that is promised breaks.
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_EQ(FirstCell(workspace).at("explored").at("faults"), 0);
  // It renames its temporary file while that is open.
  const ProgramResult open =
      workspace.Run({"explore", "get-set", "--backend", "broken-rename-before-close", "--fault",
                     "windows", "--json", "run.json"});
  EXPECT_EQ(open.exit_code, 1) << open.output << open.errors;
}

constexpr char kAlone[] = R"(version = 1
title   = "One process alone"
story   = "Each of its calls fails once."
keys    = { count = 2 }
values  = { size = "4KiB" }
[roles.worker]
explore = { processes = 1, program = ["set k0", "get k0", "add k1", "set k0", "delete k1"] }
[explore]
before  = ["set k0"]
)";

// What takes too long with others at work.
TEST(ExploreFaultTest, EachCallOfAProcessAloneFailsOnceInEachWay) {
  for (const char* backend : {"sqlite:journal=rollback", "lockfile", "fcntl-lock"}) {
    const Workspace workspace;
    workspace.Write("alone.toml", kAlone);
    const ProgramResult result = workspace.Run(
        {"explore", "alone.toml", "--backend", backend, "--fault", "all", "--json", "run.json"});
    // 2: what takes two processes is not exercised.
    EXPECT_THAT(result.exit_code, testing::AnyOf(0, 2)) << result.output << result.errors;
    const auto explored = FirstCell(workspace).at("explored");
    EXPECT_TRUE(explored.at("exhausted")) << explored.at("bound");
    EXPECT_GT(explored.at("faults"), 30);
  }
}

// The scenario's own init is an operation like others, and its directory is not there yet.
TEST(ExploreFaultTest, TheCallsOfInitFailToo) {
  const Workspace workspace;
  const ProgramResult sound = workspace.Run({"explore", "init-race", "--backend", "temp-rename",
                                             "--fault", "EACCES", "--json", "run.json"});
  EXPECT_EQ(sound.exit_code, 0) << sound.output << sound.errors;
  const uint64_t faults = FirstCell(workspace).at("explored").at("faults");
  // Of what set calls by itself fewer can fail.
  workspace.Write("set.toml", R"(version = 1
title = "Two set"
story = "Without an init of their own."
keys = { count = 1, distribution = "single" }
[roles.starter]
explore = { processes = 2, program = ["set k0"] }
)");
  EXPECT_EQ(workspace
                .Run({"explore", "set.toml", "--backend", "temp-rename", "--fault", "EACCES",
                      "--json", "run.json"})
                .exit_code,
            0);
  EXPECT_GT(faults, FirstCell(workspace).at("explored").at("faults").get<uint64_t>());
}

TEST(ExploreFaultTest, RefusesAnUnknownFault) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"explore", "get-set", "--backend", "naive", "--fault", "ENOSPC,EFAULTY"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("--fault knows no 'EFAULTY'"));
}

}  // namespace
}  // namespace tearproof::cli
