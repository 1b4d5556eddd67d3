// `tearproof explore` and `replay`, run as a user runs them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/cli/shipped_catalogue_for_tests.h"
#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

ProgramResult Explore(const Workspace& workspace, std::vector<std::string> words) {
  words.insert(words.begin(), "explore");
  return workspace.Run(words);
}

// The first schedule that a report prints.
std::string ScheduleIn(const std::string& output) {
  const size_t begin = output.find("TP1:");
  return begin == std::string::npos ? "" : output.substr(begin, output.find('\'', begin) - begin);
}

nlohmann::json RecordOf(const Workspace& workspace) {
  return nlohmann::json::parse(workspace.Read("run.json"));
}

// "get_set_on_temp_rename"
template <typename Tested>
std::string ExplorationName(const testing::TestParamInfo<Tested>& tested) {
  return TestName(fmt::format("{}_on_{}", tested.param.scenario, tested.param.backend));
}

struct Exhausted {
  const char* scenario;
  const char* backend;
  const char* words;
};

class ExhaustedTest : public testing::TestWithParam<Exhausted> {};

// The counts are those of plain depth-first search over all interleavings, told apart by their
// happens-before order; both searches must find them.
TEST_P(ExhaustedTest, HoldsInAllClasses) {
  const Workspace workspace;
  for (const char* strategy : {"dpor", "depth-first"}) {
    const ProgramResult result = Explore(
        workspace, {GetParam().scenario, "--backend", GetParam().backend, "--strategy", strategy});
    EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
    EXPECT_THAT(result.output, HasSubstr(GetParam().words)) << strategy;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ExhaustedTest,
    testing::Values(
        Exhausted{"get-delete", "temp-rename", "all 17 interleaving classes (519 interleavings)"},
        Exhausted{"set-set", "flock", "all 36 interleaving classes (850 interleavings)"},
        Exhausted{"incr-incr", "fcntl-lock", "all 36 interleaving classes (1,950 interleavings)"}),
    ExplorationName<Exhausted>);

TEST(ExploreTest, SaysInHowManyInterleavingsItHeld) {
  const Workspace workspace;
  const ProgramResult result = Explore(workspace, {"get-set", "--backend", "temp-rename"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("held in all 24 interleaving classes (34,650 interleav"));
}

struct Race {
  const char* scenario;
  const char* backend;
  const char* promise;
};

class RaceTest : public testing::TestWithParam<Race> {};

TEST_P(RaceTest, IsFoundAndReplays) {
  const Workspace workspace;
  const ProgramResult found =
      Explore(workspace, {GetParam().scenario, "--backend", GetParam().backend});
  ASSERT_EQ(found.exit_code, 1) << found.output << found.errors;
  EXPECT_THAT(found.output,
              HasSubstr(fmt::format(" broke {} in {}", GetParam().promise, GetParam().scenario)));
  const ProgramResult again = workspace.Run({"replay", ScheduleIn(found.output)});
  EXPECT_EQ(again.exit_code, 1) << again.output << again.errors;
  EXPECT_THAT(again.output, HasSubstr(std::string("BROKEN: ") + GetParam().promise));
}

INSTANTIATE_TEST_SUITE_P(
    All, RaceTest,
    testing::Values(Race{"get-set", "naive", "intact"}, Race{"get-set", "django-v0", "present"},
                    Race{"has-delete", "django-v1", "no-error"},
                    Race{"add-add", "django-v1", "add-once"},
                    Race{"expiry-set", "django-v1", "present"},
                    Race{"expiry-set", "broken-unlink-by-name-after-expiry", "present"},
                    Race{"add-add", "broken-add-without-excl", "add-once"},
                    Race{"incr-incr", "broken-incr-without-lock", "incr-exact"},
                    Race{"get-set", "broken-reader-without-lock", "intact"},
                    Race{"get-set", "broken-miss-window", "present"},
                    Race{"get-set", "broken-rename-before-close", "intact"}),
    ExplorationName<Race>);

TEST(ExploreTest, SkipsWhatItCannotExploreAndSaysWhy) {
  const Workspace workspace;
  const ProgramResult adds = Explore(workspace, {"add-add", "--backend", "naive"});
  EXPECT_EQ(adds.exit_code, 77);
  EXPECT_THAT(adds.output, HasSubstr("the cache has no add"));
  // Beside others it counts for nothing.
  EXPECT_EQ(Explore(workspace, {"add-add,has-delete", "--backend", "naive"}).exit_code, 0);
  EXPECT_EQ(Explore(workspace, {"get-sett", "--backend", "naive"}).exit_code, 64);
}

TEST(ReplayTest, RefusesSchedulesOfAnotherFormOrVersion) {
  const Workspace workspace;
  EXPECT_EQ(workspace.Run({"replay", "TP2:get-set:0:naive:0"}).exit_code, 64);
  const ProgramResult other = workspace.Run({"replay", "TP1:get-set:0:naive:0"});
  EXPECT_EQ(other.exit_code, 64);
  EXPECT_THAT(other.errors, HasSubstr("another version"));
}

// A patch that changed what the cache does: the schedule was made of calls that it no longer makes.
TEST(ReplayTest, SaysWhereTheSubjectHasChanged) {
  const Workspace workspace;
  std::string schedule =
      ScheduleIn(Explore(workspace, {"expiry-set", "--backend", "django-v1"}).output);
  const size_t rename = schedule.find(".rename.");
  ASSERT_NE(rename, std::string::npos) << schedule;
  schedule.replace(rename, 8, ".link.");
  const ProgramResult changed = workspace.Run({"replay", schedule});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.output, HasSubstr("subject changed at step 17: expected link, got rename"));
}

TEST(ExploreRecordTest, HoldsWhatWasExploredAndIsShownAgain) {
  const Workspace workspace;
  const ProgramResult result =
      Explore(workspace, {"get-set", "--backend", "temp-rename", "--json", "run.json", "--junit",
                          "run.xml", "--markdown", "run.md"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  const nlohmann::json record = RecordOf(workspace);
  const auto& cell = record.at("cells").at(0);
  EXPECT_EQ(cell.at("engine"), "explore");
  EXPECT_EQ(cell.at("explored").at("exhausted"), true);
  EXPECT_EQ(cell.at("explored").at("classes"), 24);
  EXPECT_EQ(cell.at("explored").at("interleavings"), "34650");
  EXPECT_THAT(workspace.Read("run.xml"), HasSubstr("in all 24 classes of interleavings"));
  EXPECT_THAT(workspace.Read("run.md"), HasSubstr("all 24"));
  const ProgramResult shown = workspace.Run({"show", record.at("id").get<std::string>()});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_EQ(shown.output, result.output);
}

TEST(ExploreRecordTest, CarriesTheCounterexampleWhole) {
  const Workspace workspace;
  EXPECT_EQ(
      Explore(workspace, {"expiry-set", "--backend", "django-v1", "--json", "run.json"}).exit_code,
      1);
  const nlohmann::json record = RecordOf(workspace);
  const auto& explored = record.at("cells").at(0).at("explored");
  EXPECT_EQ(explored.at("lanes"), nlohmann::json::array({"writer 0", "reader 1"}));
  const auto& example = explored.at("counterexamples").at(0);
  EXPECT_EQ(example.at("promise"), "present");
  EXPECT_EQ(example.at("fewest"), true);
  EXPECT_EQ(example.at("steps").size(), 19u);
  EXPECT_EQ(workspace.Run({"replay", example.at("schedule").get<std::string>()}).exit_code, 1);
}

TEST(ExploreRecordTest, SeveralCellsMakeAMatrix) {
  const Workspace workspace;
  const ProgramResult result =
      Explore(workspace, {"has-delete,get-delete", "--backend", "temp-rename,django-v1", "--all"});
  EXPECT_EQ(result.exit_code, 1) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("all 19"));  // 17 and 2.
  EXPECT_THAT(result.output, HasSubstr("BROKEN"));
  EXPECT_THAT(result.output, HasSubstr("held in all interleavings, which fall into that many"));
}

TEST(ExploreRecordTest, ExpectPassesWhereEachShowsWhatItsDescriptionSays) {
  const Workspace workspace;
  const ProgramResult result =
      Explore(workspace, {"expiry-set", "--backend", "django-v1,flock", "--expect"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("AS EXPECTED"));
}

TEST(ExploreTest, CountsHowOftenAValueThatHadToBeGoneWasAskedFor) {
  const Workspace workspace;
  const ProgramResult result =
      Explore(workspace, {"expiry-set", "--backend", "flock", "--json", "run.json"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  const nlohmann::json record = RecordOf(workspace);
  bool judged = false;
  for (const auto& promise : record.at("cells").at(0).at("promises")) {
    if (promise.at("promise") != "expires") continue;
    judged = true;
    EXPECT_EQ(promise.at("judgement"), "held") << promise;
  }
  EXPECT_TRUE(judged);
}

// Its processes wait for each other in memory that they share.
TEST(ExploreTest, ACacheOfSharedMemoryEndsSoonAndInDoubt) {
  const Workspace workspace;
  const ProgramResult result = Explore(workspace, {"init-race", "--backend", "lmdb"});
  EXPECT_EQ(result.exit_code, 2) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("memory unseen: a file of the cache is mapped"));
  // It asks whether the process that was killed still lives, by its number.
  const ProgramResult killed =
      Explore(workspace, {"incr-incr", "--backend", "lmdb", "--kill", "--all"});
  EXPECT_THAT(killed.output, Not(HasSubstr("not deterministic")));
  EXPECT_THAT(killed.output, HasSubstr("memory unseen: a file of the cache is mapped"));
}

TEST(ExploreBudgetTest, WhatIsLeftIsOpenAndCanBeGoneOnWith) {
  const Workspace workspace;
  const ProgramResult begun =
      Explore(workspace, {"get-set", "--backend", "django-v1", "--budget", "100"});
  EXPECT_EQ(begun.exit_code, 2) << begun.output << begun.errors;
  EXPECT_THAT(begun.output, HasSubstr("--resume .tearproof/runs/"));
  EXPECT_THAT(begun.output, HasSubstr("INCONCLUSIVE"));
  const ProgramResult other =
      Explore(workspace, {"get-set", "--backend", "django-v1", "--kill", "--resume", "latest"});
  EXPECT_EQ(other.exit_code, 64);
  EXPECT_THAT(other.errors, HasSubstr("other options"));
  const ProgramResult ended = Explore(workspace, {"--resume", "latest", "--json", "run.json"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output << ended.errors;
  // The counts are those of one exploration.
  const nlohmann::json record = RecordOf(workspace);
  const auto& cell = record.at("cells").at(0);
  EXPECT_EQ(cell.at("explored").at("classes"), 492);
  EXPECT_EQ(cell.at("explored").at("interleavings"), "9424940515200");
  const ProgramResult whole =
      Explore(workspace, {"get-set", "--backend", "django-v1", "--json", "whole.json"});
  EXPECT_EQ(whole.exit_code, 0);
  const auto once = nlohmann::json::parse(workspace.Read("whole.json")).at("cells").at(0);
  EXPECT_EQ(once.at("promises"), cell.at("promises"));
}

TEST(ExploreBudgetTest, SaysThatCallsStoppedTwice) {
  const Workspace workspace;
  // Who is not root has no such right to begin with.
  const std::string without = geteuid() == 0 ? "setpriv --inh-caps=-bpf,-perfmon,-sys_admin "
                                               "--bounding-set=-bpf,-perfmon,-sys_admin "
                                             : "";
  const ProgramResult result =
      workspace.RunLine(without + TEARPROOF_PROGRAM
                        " explore odd-keys --backend broken-shared-temp-name --all --budget 300ms");
  EXPECT_THAT(result.output, HasSubstr("every call stopped its process twice"));
}

TEST(ExploreBudgetTest, NothingIsLeftOfAnExhaustedOne) {
  const Workspace workspace;
  EXPECT_EQ(Explore(workspace, {"get-set", "--backend", "temp-rename"}).exit_code, 0);
  const ProgramResult result = Explore(workspace, {"--resume", "latest"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("left nothing to explore"));
}

TEST(ExploreBudgetTest, ABoundThatLeavesExecutionsOutProvesNothing) {
  const Workspace workspace;
  const ProgramResult result = Explore(workspace, {"get-set", "--backend", "temp-rename",
                                                   "--strategy", "bounded", "--preemptions", "1"});
  EXPECT_EQ(result.exit_code, 2) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("left executions out"));
}

TEST(ExploreBudgetTest, AnInterruptReportsWhatWasExplored) {
  const Workspace workspace;
  const pid_t process =
      workspace.Start({"explore", "get-set", "--backend", "sqlite", "--budget", "100min"});
  while (ChildrenOf(process).size() < 4 && IsRunning(process)) usleep(1000);
  kill(process, SIGINT);
  const ProgramResult result = workspace.Wait(process);
  EXPECT_EQ(result.exit_code, 130) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("interrupted before all was explored"));
  EXPECT_THAT(result.output, HasSubstr("--resume"));
}

TEST(ExploreFlagsTest, AKnownScheduleIsTriedFirst) {
  const Workspace workspace;
  const std::string schedule =
      ScheduleIn(Explore(workspace, {"has-delete", "--backend", "django-v1"}).output);
  const ProgramResult result = Explore(workspace, {"--first", schedule, "--json", "run.json"});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  const nlohmann::json record = RecordOf(workspace);
  EXPECT_EQ(record.at("cells").at(0).at("explored").at("executions"), 1);
  // Of a cache that does not break, all the rest is explored.
  EXPECT_EQ(
      Explore(workspace, {"--first", schedule, "has-delete", "--backend", "temp-rename"}).exit_code,
      0);
}

TEST(ExploreFlagsTest, KeepsTheCacheAsItBroke) {
  const Workspace workspace;
  const std::vector<std::string> words = {"get-set", "--backend", "naive", "--keep", "kept"};
  const ProgramResult result = Explore(workspace, words);
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_FALSE(std::filesystem::is_empty(workspace.path() + "/kept"));
  const ProgramResult again = Explore(workspace, words);
  EXPECT_EQ(again.exit_code, 64);
  EXPECT_THAT(again.errors, HasSubstr("already"));
}

TEST(RunTest, MergesWhatAllEnginesSay) {
  const Workspace workspace;
  const ProgramResult sound = workspace.Run(
      {"run", "get-set", "--backend", "temp-rename", "--budget", "6s", "--json", "run.json"});
  EXPECT_TRUE(sound.exit_code == 0 || sound.exit_code == 2) << sound.output << sound.errors;
  EXPECT_THAT(sound.output, HasSubstr("all 24 + "));
  const nlohmann::json record = RecordOf(workspace);
  std::vector<std::string> engines;
  for (const auto& cell : record.at("cells"))
    engines.push_back(cell.at("engine").get<std::string>());
  EXPECT_THAT(engines, testing::ElementsAre("explore", "stress", "kill"));
  const ProgramResult broken =
      workspace.Run({"run", "get-set", "--backend", "naive", "--budget", "2s"});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.output, HasSubstr("TP1:get-set:"));
}

// Its explore programs cannot meet it: the schedule comes from what stress saw.
TEST(RunTest, FindsAScheduleForWhatStressSaw) {
  const Workspace workspace;
  workspace.Write("blind.toml", R"(version = 1
title = "Explores what cannot break"
story = "Readers read what nobody writes. Under stress, writers come in between."
[roles.writer]
stress = { processes = 2, mix = { set = 1 } }
[roles.reader]
stress = { processes = 2, mix = { get = 1 } }
explore = { processes = 2, program = ["get k0"] }
[stress]
before = ["set k0"]
[explore]
before = ["set k0"]
)");
  const ProgramResult result = workspace.Run(
      {"run", "blind.toml", "--backend", "naive", "--budget", "20s", "--json", "run.json"});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  const nlohmann::json record = RecordOf(workspace);
  std::string schedule;
  for (const auto& cell : record.at("cells")) {
    if (cell.at("scenario") != "blind-as-seen") continue;
    schedule = cell.at("explored").at("counterexamples").at(0).at("schedule").get<std::string>();
  }
  ASSERT_FALSE(schedule.empty()) << result.output;
  EXPECT_THAT(result.output, HasSubstr(schedule));
  EXPECT_EQ(workspace.Run({"replay", schedule}).exit_code, 1);
}

}  // namespace
}  // namespace tearproof::cli
