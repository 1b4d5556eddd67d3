#include "harness/api/project_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tearproof {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kCompleteProject = R"([backend.ours]
base = "temp-rename"
title = "Ours"
options = { sync = "full" }
known = [{ scenario = "get-set", promise = "intact", engine = "stress", issue = "https://x/1" }]
[backend.ours.expect.get-set]
stress = { intact = "must-break" }

[backend.adapted]
command = ["python3", "adapter.py"]
summary = "Python."
promises = ["present", "expires"]
operations = ["init", "get", "set"]
ttl = true
options = { max = 50 }
max_entries_option = "max"

[profile.ci]
scenarios = ["get-set", "./own.toml"]
backends = ["ours", "temp-rename:sync=file"]
duration = "5s"
processes = { writer = 4 }
value_size = "1B..64KiB"
strict = true
kill = "20/s"
seed = 7
dir = "/dev/shm"
expect = false
)";

TEST(ProjectFileTest, ReadsEveryField) {
  const Result<ProjectFile> result = ParseProjectFile(kCompleteProject, "tearproof.toml");
  ASSERT_TRUE(result.ok()) << result.error().Message();
  const ProjectFile& project = result.value();
  ASSERT_EQ(project.backends.size(), 2u);
  const ProjectBackend& ours = *project.FindBackend("ours");
  EXPECT_EQ(ours.base, "temp-rename");
  EXPECT_EQ(ours.options.at("sync"), "full");
  EXPECT_EQ(ours.KnownIssue("stress", "get-set", Promise::kIntact), "https://x/1");
  EXPECT_EQ(ours.KnownIssue("explore", "get-set", Promise::kIntact), "");
  EXPECT_EQ(ours.KnownIssue("stress", "set-set", Promise::kIntact), "");
  EXPECT_EQ(ours.KnownIssue("stress", "get-set", Promise::kPresent), "");
  const ProjectBackend& adapted = *project.FindBackend("adapted");
  EXPECT_THAT(adapted.command, ElementsAre("python3", "adapter.py"));
  EXPECT_TRUE(adapted.description.promises.contains(Promise::kExpires));
  EXPECT_TRUE(adapted.description.promises.contains(Promise::kIntact));
  EXPECT_EQ(adapted.options.at("max"), "50");
  const Profile& profile = *project.FindProfile("ci");
  EXPECT_THAT(profile.scenarios, ElementsAre("get-set", "./own.toml"));
  EXPECT_EQ(profile.backends.size(), 2u);
  EXPECT_EQ(profile.duration_nanos, 5'000'000'000);
  EXPECT_EQ(profile.processes.at("writer"), 4u);
  EXPECT_EQ(profile.value_sizes->Describe(), "1 B to 64 KiB");
  EXPECT_EQ(profile.kills_per_second, 20);
  EXPECT_EQ(profile.seed, 7u);
  EXPECT_EQ(profile.directory, "/dev/shm");
  EXPECT_EQ(profile.strict, true);
  EXPECT_EQ(profile.expect, false);
  EXPECT_EQ(project.FindBackend("ci"), nullptr);
  EXPECT_EQ(project.FindProfile("ours"), nullptr);
}

TEST(ProjectFileTest, AnEmptyFileSaysNothing) {
  const ProjectFile project = ParseProjectFile("", "tearproof.toml").value();
  EXPECT_TRUE(project.backends.empty() && project.profiles.empty());
  const ProjectFile bare = ParseProjectFile("[profile.a]\n", "tearproof.toml").value();
  EXPECT_FALSE(bare.profiles.at(0).strict.has_value() || bare.profiles[0].seed.has_value());
}

TEST(ProjectFileTest, AKnownRaceMayHoldForEveryScenario) {
  const char* text =
      "[backend.a]\nbase = 'naive'\n"
      "known = [{ scenario = '*', promise = 'tidy', engine = 'stress', issue = 'i' }]\n";
  const ProjectFile project = ParseProjectFile(text, "t").value();
  EXPECT_EQ(project.backends.at(0).KnownIssue("stress", "any", Promise::kTidy), "i");
}

BackendDescription TempRename() {
  return ParseBackendDescription(
             "title = 'T'\nsummary = 's'\noperations = ['init', 'get', 'set']\n"
             "promises = ['present']\n[[options]]\nname = 'sync'\ndefault = 'none'\n"
             "choices = ['none', 'full']\nhelp = 'h'\n"
             "[expect.get-set]\nstress = { intact = 'may-break', tidy = 'must-break' }\n",
             "temp-rename", "b")
      .value();
}

TEST(ProjectFileTest, DerivesFromItsBase) {
  const ProjectFile project = ParseProjectFile(kCompleteProject, "tearproof.toml").value();
  const Result<BackendDescription> result = Derive(project.backends[0], TempRename());
  ASSERT_TRUE(result.ok()) << result.error().Message();
  const BackendDescription& derived = result.value();
  EXPECT_EQ(derived.id, "ours");
  EXPECT_EQ(derived.title, "Ours");
  EXPECT_EQ(derived.options.at(0).default_value, "full");
  EXPECT_TRUE(derived.promises.contains(Promise::kPresent));
  EXPECT_EQ(derived.Expected("stress", "get-set", Promise::kIntact), Expectation::kMustBreak);
  EXPECT_EQ(derived.Expected("stress", "get-set", Promise::kTidy), Expectation::kMustBreak);
}

TEST(ProjectFileTest, DerivingRejectsOptionsThatTheBaseLacks) {
  const ProjectFile project =
      ParseProjectFile("[backend.a]\nbase = 'temp-rename'\noptions = { synk = 'full' }\n", "t")
          .value();
  EXPECT_THAT(Derive(project.backends[0], TempRename()).error().Message(),
              HasSubstr("did you mean 'sync'?"));
}

struct BadProject {
  const char* text;
  const char* message;
};

TEST(ProjectFileTest, RejectsWhatMakesNoSense) {
  const BadProject bad[] = {
      {"[backends.a]\n", "t:1:2: unknown key 'backends'; did you mean 'backend'?"},
      {"backend = 1\n", "backend: expected a table"},
      {"[backend.A]\nbase = 'x'\n", "'A' is no good name for the backend"},
      {"[backend.a]\n", "t:1:1: backend.a: needs a base or a command"},
      {"[backend.a]\nbase = 'x'\ncommand = ['y']\n", "exactly one of the two"},
      {"[backend.a]\nbase = ''\n", "backend.a.base: must not be empty"},
      {"[backend.a]\nbase = 'x'\npromises = []\n", "unknown key 'promises'"},
      {"[backend.a]\ncommand = []\n", "backend.a.command: must not be empty"},
      {"[backend.a]\ncommand = ['']\n", "t:2:12: backend.a.command: must not be empty"},
      {"[backend.a]\ncommand = [\"a\\u0000\"]\n", "an argument holds a NUL byte"},
      {"[backend.a]\ncommand = 'python3 x'\n", "expected an array of strings, found a string"},
      {"[backend.a]\ncommand = ['x']\npromises = ['expires']\n", "without ttl = true"},
      {"[backend.a]\ncommand = ['x']\nmax_entries_option = 'm'\n", "is none of the options"},
      {"[backend.a]\nbase = 'x'\nknown = [{ scenario = 's' }]\n", "known.promise: missing"},
      {"[backend.a]\nbase = 'x'\n[[backend.a.known]]\nscenario = 's'\npromise = 'intac'\n"
       "engine = 'stress'\nissue = 'i'\n",
       "t:5:11: backend.a.known: unknown promise 'intac'; did you mean 'intact'?"},
      {"[backend.a]\nbase = 'x'\n[[backend.a.known]]\nscenario = 's'\npromise = 'intact'\n"
       "engine = 'stres'\nissue = 'i'\n",
       "unknown engine 'stres'"},
      {"[profile.a]\nscenario = ['x']\n", "unknown key 'scenario'; did you mean 'scenarios'?"},
      {"[profile.a]\nduration = '0s'\n", "duration: is out of bounds"},
      {"[profile.a]\nduration = 5\n", "duration: expected a string, found an integer"},
      {"[profile.a]\nprocesses = { writer = 0 }\n", "processes.writer: 0 is out of bounds"},
      {"[profile.a]\nvalue_size = '0'\n", "from 1 byte to 16 MiB"},
      {"[profile.a]\nkill = 'often'\n", "'often' is no rate of kills"},
      {"[profile.a]\nstrict = 1\n", "strict: expected true or false"},
      {"[profile.a]\nseed = -1\n", "-1 is out of bounds"},
  };
  for (const BadProject& each : bad) {
    const auto result = ParseProjectFile(each.text, "t");
    ASSERT_FALSE(result.ok()) << each.text;
    EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(result.error().Message(), HasSubstr(each.message)) << each.text;
  }
}

TEST(ProjectFileTest, NamesScenariosThatExist) {
  const std::vector<std::string> scenarios = {"get-set", "add-add"};
  const std::string race = "promise = 'intact', engine = 'stress', issue = 'i' }]\n";
  const std::string head = "[backend.a]\nbase = 'x'\n";
  const BadProject bad[] = {
      {"known = [{ scenario = 'get-sett', ",
       "t:3:23: backend.a.known: unknown scenario 'get-sett'"},
      {"known = [{ scenario = 'login', ", "those are known whose file a profile names"},
  };
  for (const BadProject& each : bad) {
    const auto result =
        ParseProjectFile(fmt::format("{}{}{}", head, each.text, race), "t", scenarios);
    ASSERT_FALSE(result.ok());
    EXPECT_THAT(result.error().Message(), HasSubstr(each.message));
  }
  const std::string expected = "[backend.a.expect.get-st]\nstress = { intact = 'may-break' }\n";
  EXPECT_THAT(ParseProjectFile(head + expected, "t", scenarios).error().Message(),
              AllOf(HasSubstr("t:3:19: "), HasSubstr("did you mean 'get-set'?")));
  for (const std::string name : {"*", "add-add", "login"}) {
    const std::string text = fmt::format(
        "{}known = [{{ scenario = '{}', {}[profile.p]\nscenarios = ['./mine/login.toml']\n", head,
        name, race);
    const auto result = ParseProjectFile(text, "t", scenarios);
    EXPECT_TRUE(result.ok()) << name;
  }
}

TEST(ProjectFileTest, NoTruncationCrashesTheParser) {
  const std::string text = kCompleteProject;
  for (size_t length = 0; length < text.size(); ++length) {
    const auto result = ParseProjectFile(text.substr(0, length), "t");
    if (result.ok()) continue;
    EXPECT_EQ(result.error().what.find("t:"), 0u);
  }
}

}  // namespace
}  // namespace tearproof
