// The program from outside: what a person types, sees and is left with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "harness/cli/workspace.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string LastLine(const std::string& text) {
  std::vector<std::string> lines = Split(text, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines.empty() ? "" : lines.back();
}

// Waits until the run has started its workers: a condition, not a time.
std::vector<pid_t> WaitForWorkers(pid_t process, size_t count) {
  std::vector<pid_t> children;
  while (children.size() < count && IsRunning(process)) {
    children = ChildrenOf(process);
    usleep(1000);
  }
  return children;
}

TEST(ProgramTest, SuggestsTheNearestBackend) {
  const ProgramResult result = Workspace().Run({"stress", "get-set", "--backend", "naiv"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("did you mean 'naive'"));
}

TEST(ProgramTest, SuggestsTheNearestVerb) {
  const ProgramResult result = Workspace().Run({"strss"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("did you mean 'stress'"));
}

TEST(ProgramTest, NamesTheRolesThatAScenarioHas) {
  const ProgramResult result =
      Workspace().Run({"stress", "get-set", "--backend", "naive", "--processes", "wrter=2"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("wrter"), HasSubstr("writer, reader")));
}

TEST(ProgramTest, RejectsWhatMakesNoSense) {
  const Workspace workspace;
  const std::vector<std::vector<std::string>> lines = {{"stress", "--duration", "5"},
                                                       {"stress", "--duration", "0s"},
                                                       {"stress", "--kill", "-1/s"},
                                                       {"stress", "--value-size", "1XB"},
                                                       {"stress", "--value-size", "1GiB"},
                                                       {"stress", "--processes", "writer=0"},
                                                       {"stress", "--processes", "writer"},
                                                       {"stress", "--seed", "x"},
                                                       {"stress", "--affinity", "100000"},
                                                       {"stress", "--dir", "/does/not/exist"},
                                                       {"stress", "--tag", "cor"},
                                                       {"stress", "no-such-scenario"},
                                                       {"stress", "./no-such.toml"},
                                                       {"stress", "--backend", "naive:x=1"},
                                                       {"stress", "--no-such-option"},
                                                       {"explain", "torn-raed"},
                                                       {"list", "things"},
                                                       {"show", "no-such-run"},
                                                       {"judge", "no-such-run"},
                                                       {"export", "no-such-run"},
                                                       {"bench", "self", "--no-such-flag"},
                                                       {"stress", "--profile", "none"},
                                                       {"stress", "--config", "none.toml"}};
  for (const std::vector<std::string>& line : lines) {
    const ProgramResult result = workspace.Run(line);
    EXPECT_EQ(result.exit_code, 64) << Join(line, " ") << "\n" << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("tearproof: ")) << Join(line, " ");
  }
}

TEST(ProgramTest, SaysWhereAScenarioFileIsWrong) {
  const Workspace workspace;
  workspace.Write("mine.toml",
                  "version = 1\ntitle = \"t\"\nstory = \"s\"\n[roles.w]\n"
                  "stress = { processes = 1, mix = { sett = 1 } }\n");
  const ProgramResult result = workspace.Run({"stress", "./mine.toml", "--backend", "naive"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("mine.toml:5:"), HasSubstr("did you mean 'set'")));
}

TEST(ProgramTest, DryRunLeavesNothing) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run(
      {"stress", "get-set", "--backend", "naive,temp-rename", "--duration", "5s", "--dry-run"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("at most 10 s in all"));
  EXPECT_FALSE(std::filesystem::exists(workspace.path() + "/.tearproof"));
}

TEST(ProgramTest, ShowsTheTornReadAndALineThatShowsItAgain) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"stress", "get-set", "--backend", "naive", "--duration", "2s"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, AllOf(HasSubstr("BROKEN"), HasSubstr("get k0 returned")));
  EXPECT_THAT(result.output, Not(HasSubstr("\033"))) << "no colour without a terminal";
  EXPECT_THAT(result.errors, IsEmpty()) << "no progress without a terminal";
  const ProgramResult again = workspace.RunLine(LastLine(result.output));
  EXPECT_EQ(again.exit_code, 1) << LastLine(result.output);
  EXPECT_EQ(workspace.Run({"show"}).exit_code, 1);
  const ProgramResult judged = workspace.Run({"judge"});
  EXPECT_EQ(judged.exit_code, 1) << judged.errors;
  EXPECT_THAT(judged.output, HasSubstr("get k0 returned"));
  const ProgramResult exported = workspace.Run({"export"});
  EXPECT_EQ(exported.exit_code, 0) << exported.errors;
  EXPECT_THAT(exported.output, AllOf(HasSubstr("\"f\":\"get\""), HasSubstr("\"type\":\"ok\"")));
}

TEST(ProgramTest, HoldsForASoundCache) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run({"stress", "get-set", "--backend", "temp-rename,flock",
                                              "--duration", "1s", "--junit", "junit.xml", "--json",
                                              "run.json", "--markdown", "run.md", "--quiet"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(workspace.Read("junit.xml"), HasSubstr("classname=\"temp-rename.intact\""));
  EXPECT_THAT(workspace.Read("run.json"), HasSubstr("\"schema\""));
  EXPECT_THAT(workspace.Read("run.md"), HasSubstr("temp-rename"));
}

TEST(ProgramTest, LeavesOfARunWhatItKeptAndNotWhatItWorkedWith) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"stress", "get-set", "--backend", "naive,temp-rename", "--duration", "300ms",
                     "--goal", "0", "--processes", "writer=20,reader=20"});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  for (const std::string cell : {"001", "002"}) {
    const std::string path = workspace.path() + "/.tearproof/runs/latest/cells/" + cell;
    EXPECT_TRUE(std::filesystem::exists(path + "/plan.json"));
    EXPECT_FALSE(std::filesystem::exists(path + "/live")) << cell;
    EXPECT_FALSE(std::filesystem::exists(path + "/control")) << cell;
  }
  EXPECT_EQ(workspace.Run({"judge"}).exit_code, 1);
}

TEST(ProgramTest, AnnotatesForGithub) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run(
      {"stress", "get-set", "--backend", "naive", "--duration", "1s"},
      {{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", workspace.path() + "/summary.md"}});
  EXPECT_THAT(result.output, HasSubstr("::error "));
  EXPECT_THAT(workspace.Read("summary.md"), HasSubstr("naive"));
}

TEST(ProgramTest, TakesBackendsProfilesAndKnownRacesFromTheProjectFile) {
  const Workspace workspace;
  workspace.Write("tearproof.toml", R"(
[backend.ours]
base  = "naive"
known = [{ scenario = "get-set", promise = "intact", engine = "stress", issue = "BUG-7" }]
[profile.quick]
scenarios = ["get-set"]
backends  = ["ours"]
duration  = "1s"
)");
  const ProgramResult result = workspace.Run({"stress", "--profile", "quick"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("BUG-7"));
}

TEST(ProgramTest, LeavesTheUsersFilesAlone) {
  const Workspace workspace;
  workspace.Write("precious", "mine");
  EXPECT_EQ(symlink("precious", (workspace.path() + "/link").c_str()), 0);
  workspace.Run({"stress", "get-set", "regressions/django-15806", "--backend", "django-v0",
                 "--duration", "300ms", "--dir", workspace.path()});
  EXPECT_EQ(workspace.Read("precious"), "mine");
  for (const auto& entry : std::filesystem::directory_iterator(workspace.path())) {
    EXPECT_THAT(entry.path().filename().string(),
                AnyOf("precious", "link", ".tearproof", "stdout.txt", "stderr.txt"));
  }
}

TEST(ProgramTest, ReportsWhatWasSeenWhenInterrupted) {
  const Workspace workspace;
  const pid_t process =
      workspace.Start({"stress", "get-set", "--backend", "temp-rename", "--duration", "10m",
                       "--goal", "0", "--dir", workspace.path()});
  const std::vector<pid_t> workers = WaitForWorkers(process, 10);
  kill(process, SIGINT);
  const ProgramResult result = workspace.Wait(process);
  EXPECT_EQ(result.exit_code, 130) << result.output;
  EXPECT_THAT(result.output, HasSubstr("temp-rename"));
  EXPECT_TRUE(std::none_of(workers.begin(), workers.end(), IsRunning));
  for (const auto& entry : std::filesystem::directory_iterator(workspace.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("tearproof-")));
  }
}

TEST(ProgramTest, LosesNothingWhenTheCoordinatorIsKilled) {
  const Workspace workspace;
  const pid_t process =
      workspace.Start({"stress", "get-set", "--backend", "naive", "--duration", "10m", "--goal",
                       "0", "--keep-going", "--dir", workspace.path()});
  const std::vector<pid_t> workers = WaitForWorkers(process, 10);
  // A torn read is on record as soon as a round has been kept.
  const std::string kept =
      workspace.path() + "/.tearproof/runs/latest/cells/001/round-1/round.json";
  while (IsRunning(process) && !std::filesystem::exists(kept)) usleep(1000);
  kill(process, SIGKILL);
  workspace.Wait(process);
  while (std::any_of(workers.begin(), workers.end(), IsRunning)) usleep(1000);
  const ProgramResult judged = workspace.Run({"judge"});
  EXPECT_EQ(judged.exit_code, 1) << judged.output << judged.errors;
  EXPECT_THAT(judged.output, HasSubstr("get k0 returned"));
}

// An hour, or until the first broken promise.
TEST(ProgramTest, StopsAtTheFirstBrokenPromise) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"stress", "get-set", "--backend", "naive", "--duration", "1h", "--goal", "0"});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("--keep-going"));
}

TEST(ProgramTest, RunsUntilTheRateIsBounded) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run({"stress", "get-set", "--backend", "temp-rename",
                                              "--until-rate", "0.01", "--json", "run.json"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  const auto record = nlohmann::json::parse(workspace.Read("run.json"));
  for (const auto& promise : record.at("cells").at(0).at("promises")) {
    EXPECT_GE(promise.at("exercised").get<uint64_t>(), 300u) << promise.at("promise");
  }
  EXPECT_EQ(workspace.Run({"stress", "--until-rate", "0"}).exit_code, 64);
}

TEST(ProgramTest, RemovesWhatAKilledRunLeft) {
  const Workspace workspace;
  const pid_t process =
      workspace.Start({"stress", "get-set", "--backend", "temp-rename", "--duration", "10m",
                       "--goal", "0", "--dir", workspace.path()});
  const std::vector<pid_t> workers = WaitForWorkers(process, 10);
  kill(process, SIGKILL);
  workspace.Wait(process);
  while (std::any_of(workers.begin(), workers.end(), IsRunning)) usleep(1000);
  const ProgramResult result = workspace.Run({"stress", "get-set", "--backend", "temp-rename",
                                              "--duration", "100ms", "--dir", workspace.path()});
  EXPECT_THAT(result.output, HasSubstr("what 1 run"));
  for (const auto& entry : std::filesystem::directory_iterator(workspace.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("tearproof-")));
  }
}

TEST(ProgramTest, KillsAndReplacesWorkers) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"stress", "killed-writers", "--backend", "flock", "--duration", "2s", "--kill",
                     "40/s", "--json", "run.json"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(workspace.Read("run.json"), Not(HasSubstr("\"kills\": 0,")));
}

TEST(ProgramTest, NothingSelectedIsFour) {
  const Workspace workspace;
  workspace.Write("only-explore.toml",
                  "version = 1\ntitle = \"t\"\nstory = \"s\"\n[roles.w]\n"
                  "explore = { processes = 1, program = [\"set k0\"] }\n");
  const ProgramResult result =
      workspace.Run({"stress", "./only-explore.toml", "--backend", "naive"});
  EXPECT_EQ(result.exit_code, 4) << result.output << result.errors;
}

}  // namespace
}  // namespace tearproof::cli
