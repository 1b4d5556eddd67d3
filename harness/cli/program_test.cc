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

// add-add has adders only, get-set writers and readers.
TEST(ProgramTest, TakesRolesThatSomeOfTheScenariosHave) {
  const Workspace workspace;
  const std::vector<std::string> line = {"stress",      "get-set",   "add-add",     "--backend",
                                         "temp-rename", "--dry-run", "--processes", "reader=7"};
  const ProgramResult result = workspace.Run(line);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("7 readers"));
  const ProgramResult core =
      workspace.Run({"stress", "--backend", "temp-rename", "--dry-run", "--processes", "writer=2"});
  EXPECT_EQ(core.exit_code, 0) << core.errors;
  std::vector<std::string> wrong = line;
  wrong.back() = "redaer=7";
  EXPECT_EQ(workspace.Run(wrong).exit_code, 64);
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

TEST(ProgramTest, NamesTheOptionThatTakesANumber) {
  const Workspace workspace;
  workspace.Write("tearproof.toml", "[backend.ours]\nbase = \"django-v0\"\n");
  for (const std::string backend : {"django-v0", "ours"}) {
    const ProgramResult result = workspace.Run(
        {"stress", "get-set", "--dry-run", "--backend", backend + ":max_entries=abc"});
    EXPECT_EQ(result.exit_code, 64);
    EXPECT_THAT(result.errors,
                HasSubstr("option max_entries of " + backend + " takes a number, not 'abc'"));
  }
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
  const ProgramResult result = workspace.Run(UntilBroken("naive"));
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

TEST(ProgramTest, SaysThatItsOutputIsLost) {
  const Workspace workspace;
  for (const std::string line :
       {"--version", "--help", "list backends", "list scenarios --json", "explain torn-read",
        "stress get-set --backend temp-rename --dry-run",
        "stress get-set --backend temp-rename --duration 10ms", "show"}) {
    const ProgramResult result = workspace.RunLine(TEARPROOF_PROGRAM " " + line + " > /dev/full");
    EXPECT_EQ(result.exit_code, 77) << line;
    EXPECT_THAT(result.errors, HasSubstr("cannot write to standard output")) << line;
  }
  const ProgramResult broken = workspace.RunLine(
      TEARPROOF_PROGRAM " stress get-set --backend naive --duration 1s > /dev/full");
  EXPECT_EQ(broken.exit_code, 1) << "what was seen broken goes before";
  EXPECT_THAT(broken.errors, HasSubstr("cannot write to standard output"));
}

// Not by its mode, which root passes over: nobody can make a directory in /proc.
TEST(ProgramTest, EndsWhereNeitherTheRecordNorTheCachesHaveAPlace) {
  const Workspace workspace;
  workspace.Write(".tearproof", "in the way");
  const ProgramResult result =
      workspace.Run({"stress", "get-set", "--backend", "temp-rename", "--dir", "/proc"});
  EXPECT_EQ(result.exit_code, 77) << result.output;
  EXPECT_THAT(result.errors, HasSubstr("cannot create a directory in /proc"));
  EXPECT_THAT(result.output, IsEmpty());
}

TEST(ProgramTest, RefusesReportsThatCannotBeWrittenBeforeAnythingRuns) {
  const Workspace workspace;
  std::filesystem::create_directory(workspace.path() + "/folder");
  const std::vector<std::vector<std::string>> lines = {{"--junit", "/nonexistent/a.xml"},
                                                       {"--json", "folder"},
                                                       {"--json", "a", "--junit", "./a"},
                                                       {"--json", "-", "--markdown", "-"}};
  for (const std::vector<std::string>& line : lines) {
    std::vector<std::string> words = {"stress", "get-set", "--backend", "temp-rename"};
    words.insert(words.end(), line.begin(), line.end());
    const ProgramResult result = workspace.Run(words);
    EXPECT_EQ(result.exit_code, 64) << Join(line, " ");
    EXPECT_THAT(result.errors, HasSubstr("tearproof: ")) << Join(line, " ");
  }
  EXPECT_FALSE(std::filesystem::exists(workspace.path() + "/.tearproof"));
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
  const ProgramResult result = workspace.Run(
      UntilBroken("naive,broken-reader-without-lock", {"--processes", "writer=20,reader=20"}));
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
      UntilBroken("naive"),
      {{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", workspace.path() + "/summary.md"}});
  EXPECT_THAT(result.output, HasSubstr("::error "));
  EXPECT_THAT(workspace.Read("summary.md"), HasSubstr("naive"));
}

TEST(ProgramTest, OnlyWarnsOfAStepSummaryThatCannotBeWritten) {
  const ProgramResult result =
      Workspace().Run({"stress", "get-set", "--backend", "temp-rename", "--duration", "100ms"},
                      {{"GITHUB_ACTIONS", "1"}, {"GITHUB_STEP_SUMMARY", "/nonexistent/a.md"}});
  EXPECT_NE(result.exit_code, 77);
  EXPECT_THAT(result.errors, HasSubstr("warning: cannot append to /nonexistent/a.md"));
}

TEST(ProgramTest, AnnotatesOnlyWhereGithubIs) {
  const ProgramResult result = Workspace().Run(UntilBroken("naive"), {{"GITHUB_ACTIONS", "false"}});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_THAT(result.output, Not(HasSubstr("::error ")));
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

class InterruptTest : public testing::TestWithParam<int> {};

TEST_P(InterruptTest, ReportsWhatWasSeen) {
  const Workspace workspace;
  const pid_t process =
      workspace.Start({"stress", "get-set", "--backend", "temp-rename", "--duration", "10m",
                       "--goal", "0", "--dir", workspace.path()});
  const std::vector<pid_t> workers = WaitForWorkers(process, 10);
  kill(process, GetParam());
  const ProgramResult result = workspace.Wait(process);
  EXPECT_EQ(result.exit_code, 130) << result.output;
  EXPECT_THAT(result.output, HasSubstr("temp-rename"));
  EXPECT_TRUE(std::none_of(workers.begin(), workers.end(), IsRunning));
  for (const auto& entry : std::filesystem::directory_iterator(workspace.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("tearproof-")));
  }
}

INSTANTIATE_TEST_SUITE_P(Signals, InterruptTest, testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& tested) {
                           return std::string(sigabbrev_np(tested.param));
                         });

// The default action of SIGXFSZ would end it without a word.
TEST(ProgramTest, SaysThatAFileGrewTooLarge) {
  const ProgramResult result =
      Workspace().RunLine("ulimit -f 1; " TEARPROOF_PROGRAM " list backends > file");
  EXPECT_EQ(result.exit_code, 77);
  EXPECT_THAT(result.errors, HasSubstr("EFBIG"));
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
  const ProgramResult shown = workspace.Run({"show"});
  EXPECT_EQ(shown.exit_code, 64);
  EXPECT_THAT(shown.errors, AllOf(HasSubstr("was killed"), HasSubstr(" judge 20")));
  const ProgramResult judged = workspace.Run({"judge"});
  EXPECT_EQ(judged.exit_code, 1) << judged.output << judged.errors;
  EXPECT_THAT(judged.output, HasSubstr("get k0 returned"));
}

TEST(ProgramTest, KeepsTheRecordOfARunThatRunsStill) {
  const Workspace workspace;
  const pid_t process =
      workspace.Start({"stress", "get-set", "--backend", "temp-rename", "--duration", "10m",
                       "--goal", "0", "--dir", workspace.path()});
  WaitForWorkers(process, 10);
  const std::filesystem::path runs = workspace.path() + "/.tearproof/runs";
  const std::string running = std::filesystem::read_symlink(runs / "latest");
  for (int i = 0; i < 21; ++i) {
    workspace.Run({"stress", "get-set", "--backend", "temp-rename", "--duration", "1ms"});
  }
  EXPECT_TRUE(std::filesystem::exists(runs / running));
  EXPECT_THAT(workspace.Run({"show", running}).errors, HasSubstr("has not ended"));
  kill(process, SIGINT);
  EXPECT_EQ(workspace.Wait(process).exit_code, 130);
  EXPECT_EQ(workspace.Run({"show", running}).exit_code, 130);
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
      workspace.Run({"stress", "killed-writers", "--backend", "flock", "--duration", "30s",
                     "--goal", "1", "--kill", "40/s", "--json", "run.json"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  const auto record = nlohmann::json::parse(workspace.Read("run.json"));
  EXPECT_GT(record.at("cells").at(0).at("kills"), 0);
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
