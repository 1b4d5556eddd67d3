// What a person types, and what the program makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "harness/cli/commands.h"
#include "harness/cli/workspace.h"
#include "harness/core/json.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// What is said of a line that cannot be meant.
std::string Complaint(const std::vector<std::string>& words) {
  const ProgramResult result = Workspace().Run(words);
  EXPECT_EQ(result.exit_code, 64) << Join(words, " ") << result.output;
  return result.errors;
}

std::string Planned(std::vector<std::string> words) {
  words.emplace_back("--dry-run");
  const ProgramResult result = Workspace().Run(words);
  EXPECT_EQ(result.exit_code, 0) << Join(words, " ") << result.errors;
  return result.output;
}

TEST(CommandLineTest, TakesScenariosBeforeAndAfterBackends) {
  EXPECT_THAT(Planned({"stress", "--backend", "naive", "get-set"}), HasSubstr("1 of 1 would run"));
  EXPECT_THAT(Planned({"stress", "get-set", "--backend", "naive", "--backend", "flock", "set-set"}),
              HasSubstr("4 of 4 would run"));
}

TEST(CommandLineTest, TakesCommasAndRunsNothingTwice) {
  EXPECT_THAT(Planned({"stress", "get-set,set-set", "get-set", "--backend", "naive,flock,naive"}),
              HasSubstr("4 of 4 would run"));
  EXPECT_THAT(Planned({"stress", "get-set", "--tag", "core", "--backend", "naive"}),
              HasSubstr(Planned({"stress", "--tag", "core", "--backend", "naive"})));
}

TEST(CommandLineTest, SaysWhichUnitIsMissing) {
  EXPECT_THAT(Complaint({"stress", "--duration", "5"}),
              HasSubstr("--duration: '5' has no unit; write 5s or 5min"));
  EXPECT_THAT(Complaint({"stress", "--kill", "20"}),
              HasSubstr("--kill: '20' has no unit; write 20/s"));
  EXPECT_THAT(Complaint({"stress", "--value-size", "4x"}),
              HasSubstr("--value-size: '4x' is no size"));
  EXPECT_THAT(Planned({"stress", "get-set", "--backend", "naive", "--value-size", "4k",
                       "--duration", "2min", "--kill", "0/s"}),
              HasSubstr("at most 2 min in all"));
}

TEST(CommandLineTest, GuessesWhatWasMeant) {
  EXPECT_THAT(Complaint({"stress", "GET-SET"}), HasSubstr("did you mean 'get-set'"));
  EXPECT_THAT(Complaint({"stress", "--backend", "NAIVE"}), HasSubstr("did you mean 'naive'"));
  EXPECT_THAT(Complaint({"Stress"}), HasSubstr("did you mean 'stress'"));
  EXPECT_THAT(Complaint({"stress", "--Duration=5s"}), HasSubstr("did you mean '--duration'"));
  EXPECT_THAT(Complaint({"explain", "Torn-Read"}), HasSubstr("did you mean 'torn-read'"));
  EXPECT_THAT(Complaint({"explain", "INTACT"}), HasSubstr("did you mean 'intact'"));
  EXPECT_THAT(Complaint({"stress", "django-20536"}),
              HasSubstr("did you mean 'regressions/django-20536'"));
  EXPECT_THAT(Complaint({"stress", "naive"}), HasSubstr("--backend naive"));
  EXPECT_THAT(Complaint({"stress", "--backend", "get-set"}), HasSubstr("stress get-set"));
}

TEST(CommandLineTest, ExplainsEverythingThatHasAName) {
  const Workspace workspace;
  const auto explained = [&](const std::string& name) {
    const ProgramResult result = workspace.Run({"explain", name});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    for (const std::string& line : Split(result.output, '\n')) {
      EXPECT_LE(DisplayWidth(line), 80u) << line;
    }
    return result.output;
  };
  EXPECT_THAT(explained("get-set"),
              AllOf(HasSubstr("20536"), HasSubstr("4 writers (set), 4 readers (get)"),
                    HasSubstr("intact"), HasSubstr("tearproof stress get-set")));
  EXPECT_THAT(explained("temp-rename"), AllOf(HasSubstr("rename"), HasSubstr("no-error"),
                                              HasSubstr("--backend temp-rename")));
  EXPECT_THAT(explained("broken-no-truncate"), HasSubstr("Planted: "));
  EXPECT_THAT(explained("bounded"), AllOf(HasSubstr("(a promise)"), HasSubstr("(a scenario)")));
  for (const std::string kind : {"scenarios", "backends", "promises"}) {
    const auto listed = nlohmann::json::parse(workspace.Run({"list", kind, "--json"}).output);
    for (const auto& each : listed) explained(each.contains("id") ? each["id"] : each["name"]);
  }
}

TEST(CommandLineTest, ListsTheProgramOfAUsersOwnBackend) {
  const Workspace workspace;
  workspace.Write("tearproof.toml", "[backend.ours]\ncommand = [\"python3\", \"adapter.py\"]\n");
  EXPECT_THAT(workspace.Run({"list", "backends"}).output, HasSubstr("runs python3 adapter.py"));
  EXPECT_THAT(workspace.Run({"explain", "ours"}).output, HasSubstr("python3 adapter.py"));
}

TEST(CommandLineTest, SaysWhichPromisesNothingAskedForAndWhatWould) {
  const Workspace workspace;
  workspace.Run(
      {"stress", "get-set", "--backend", "flock", "--duration", "100ms", "--json", "run.json"});
  EXPECT_THAT(workspace.Read("run.json"),
              AllOf(HasSubstr("promised, but not asked for by what ran:"),
                    HasSubstr("incr-exact (try incr-incr)"), HasSubstr("bounded (try bounded)")));
}

// A verb without its work, which keeps alive where its options' values go.
void Disarm(Verb* verb) {
  if (verb->run != nullptr) verb->run = [kept = verb->run]() -> Result<int> { return 0; };
  for (Verb& each : verb->verbs) Disarm(&each);
}

void CheckExamples(const Verb& verb, const Verb& program) {
  for (const Example& example : verb.examples) {
    std::vector<std::string> words = Split(example.line, ' ');
    words.erase(words.begin());
    const Result<int> result = RunVerb(program, words);
    EXPECT_TRUE(result.ok()) << example.line << ": " << result.error().Message();
  }
  for (const Verb& each : verb.verbs) CheckExamples(each, program);
}

TEST(CommandLineTest, ExamplesInTheHelpCanBeTyped) {
  const Session session{{"tearproof"}};
  Verb program = Program(session);
  Disarm(&program);
  CheckExamples(program, program);
}

TEST(CommandLineTest, SaysWhatARunThatWasCutShortDidNotComeTo) {
  const Workspace workspace;
  const std::vector<std::string> words = {
      "stress", "get-set,set-set", "--backend", "temp-rename,flock", "--duration", "10m", "--goal",
      "0",      "--json",          "run.json"};
  const pid_t process = workspace.Start(words);
  while (ChildrenOf(process).size() < 10 && IsRunning(process)) usleep(1000);
  kill(process, SIGINT);
  const ProgramResult result = workspace.Wait(process);
  EXPECT_EQ(result.exit_code, 130) << result.output;
  EXPECT_THAT(
      result.output,
      AllOf(HasSubstr("Not run, as the run was cut short"), HasSubstr("temp-rename: set-set"),
            HasSubstr("flock: get-set, set-set"),
            HasSubstr(" stress " +
                      Join(std::vector<std::string>(words.begin() + 1, words.end()), " ") + "\n")));
  const auto record = nlohmann::json::parse(workspace.Read("run.json"));
  ASSERT_EQ(record.at("not_run").size(), 3u);
  EXPECT_EQ(record.at("not_run").at(0).at("backend"), "temp-rename");
  EXPECT_EQ(record.at("not_run").at(0).at("scenario"), "set-set");
  EXPECT_THAT(workspace.Run({"show", "--format", "markdown"}).output,
              HasSubstr("not run, as the run was cut short: flock in get-set, set-set"));
}

}  // namespace
}  // namespace tearproof::cli
