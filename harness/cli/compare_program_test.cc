// A patch, judged by two runs and by git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/workspace.h"
#include "harness/core/json.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

int Explore(const Workspace& workspace, const std::string& backend, const std::string& file) {
  return workspace.Run({"explore", "get-set", "--backend", backend, "--json", file}).exit_code;
}

TEST(CompareProgramTest, TellsWhatIsNewlyBrokenAndWhatIsFixed) {
  const Workspace workspace;
  ASSERT_EQ(Explore(workspace, "temp-rename", "sound.json"), 0);
  ASSERT_EQ(Explore(workspace, "naive", "torn.json"), 1);
  const ProgramResult worse = workspace.Run({"compare", "sound.json", "torn.json"});
  EXPECT_EQ(worse.exit_code, 1) << worse.errors;
  EXPECT_THAT(worse.output, AllOf(HasSubstr("newly broken  get-set (explore)"),
                                  HasSubstr("held → broken\n"), HasSubstr("1 newly broken")));
  for (const std::string& line : Split(worse.output, '\n')) {
    EXPECT_LE(DisplayWidth(line), 80u) << line;
  }
  const ProgramResult better = workspace.Run({"compare", "torn.json", "sound.json", "--json", "-"});
  EXPECT_EQ(better.exit_code, 0) << better.errors;
  const auto json = nlohmann::json::parse(better.output);
  EXPECT_EQ(json.at("verdicts").at(0).at("change"), "fixed");
  EXPECT_EQ(json.at("verdicts").at(0).at("promise"), "intact");
  EXPECT_EQ(workspace.Run({"compare", "latest", "nowhere"}).exit_code, 64);
}

// A benchmark of ten rounds, as --json leaves it.
nlohmann::json Measured(double operations) {
  nlohmann::json cell = {{"backend", "flock:a-long=option,and-another=one"},
                         {"scenario", "bench-4096B-2"},
                         {"engine", "bench"}};
  cell["promises"] = {{{"promise", "intact"}, {"judgement", "held"}, {"promised", true}}};
  for (int round = 0; round < 10; ++round) {
    const nlohmann::json get = {{"count", static_cast<uint64_t>(operations) + round},
                                {"p50_ns", static_cast<int64_t>(1e9 / operations) + round},
                                {"p99_ns", static_cast<int64_t>(1e10 / operations) + round}};
    cell["timeline"].push_back({{"at_ns", round * 50'000'000},
                                {"ran_ns", 50'000'000},
                                {"kills", 0},
                                {"operations", {{"get", get}, {"delete", get}}}});
  }
  return {{"schema", 1},
          {"id", "measured"},
          {"machine", {{"kernel", "Linux 6.1"}, {"host_cpu", "One"}, {"cores", 2}}},
          {"cells", {cell}}};
}

TEST(CompareProgramTest, TellsWhatIsSlowerInEightyColumnsAndForPrograms) {
  const Workspace workspace;
  workspace.Write("base.json", Measured(100'000).dump());
  workspace.Write("patch.json", Measured(50'000).dump());
  const ProgramResult told =
      workspace.Run({"compare", "base.json", "patch.json", "--fail-on", "12.5%"});
  EXPECT_EQ(told.exit_code, 3) << told.errors;
  EXPECT_THAT(told.output, AllOf(HasSubstr("above 12.5 %"), HasSubstr("slower  ops/s"),
                                 HasSubstr("-50 %   +1.00"), HasSubstr("slower  delete p99"),
                                 HasSubstr("5 slower, 0 faster, 0 unchanged, 0 with too few")));
  for (const std::string& line : Split(told.output, '\n')) {
    EXPECT_LE(DisplayWidth(line), 80u) << line;
  }
  const ProgramResult json =
      workspace.Run({"compare", "patch.json", "base.json", "--json", "-", "--fail-on", "5%"});
  EXPECT_EQ(json.exit_code, 0) << "faster is no failure";
  const auto read = nlohmann::json::parse(json.output);
  ASSERT_EQ(read.at("speeds").size(), 5u);
  EXPECT_EQ(read.at("speeds").at(4).at("metric"), "ops/s");
  EXPECT_EQ(read.at("speeds").at(4).at("change"), "faster");
  EXPECT_NEAR(read.at("speeds").at(4).at("slower_by").get<double>(), -1, 0.01);
  EXPECT_EQ(read.at("speeds").at(4).at("base_rounds"), 10);
  EXPECT_EQ(read.at("exit_code"), json.exit_code);
}

TEST(CompareProgramTest, MachinesThatDifferAreComparedByForceOnly) {
  const Workspace workspace;
  const nlohmann::json base = Measured(100'000);
  nlohmann::json patch = Measured(50'000);
  patch["machine"]["host_cpu"] = "Another \x1b[31m";
  workspace.Write("base.json", base.dump());
  workspace.Write("patch.json", patch.dump());
  const ProgramResult refused = workspace.Run({"compare", "base.json", "patch.json"});
  EXPECT_THAT(refused.output, AllOf(HasSubstr("Speeds are not compared: the processors differ"),
                                    HasSubstr("One and Another \\x1b[31m")));
  EXPECT_THAT(refused.output, Not(HasSubstr("slower")));
  const ProgramResult failed =
      workspace.Run({"compare", "base.json", "patch.json", "--fail-on", "5%"});
  EXPECT_EQ(failed.exit_code, 64);
  EXPECT_THAT(failed.errors, AllOf(HasSubstr("the speeds of these runs do not compare"),
                                   HasSubstr("--force compares them all the same")));
  const ProgramResult forced =
      workspace.Run({"compare", "base.json", "patch.json", "--force", "--fail-on", "5%"});
  EXPECT_THAT(forced.output,
              AllOf(HasSubstr("compared by force: the processors differ"), HasSubstr("5 slower")));
  const auto json = nlohmann::json::parse(
      workspace.Run({"compare", "base.json", "patch.json", "--json", "-"}).output);
  EXPECT_TRUE(json.at("speeds").empty());
  EXPECT_THAT(json.at("machines_differ").get<std::string>(), HasSubstr("processors"));
}

TEST(CompareProgramTest, SpeaksTheExitCodesOfGitBisect) {
  const Workspace workspace;
  const auto bisect = [&](std::vector<std::string> words) {
    words.emplace_back("--bisect");
    return workspace.Run(words).exit_code;
  };
  EXPECT_EQ(bisect({"explore", "get-set", "--backend", "temp-rename"}), 0);
  EXPECT_EQ(bisect({"explore", "get-set", "--backend", "naive"}), 1);
  EXPECT_EQ(bisect({"explore", "get-set", "--backend", "temp-rename", "--budget", "3"}), 125);
  EXPECT_EQ(bisect({"stress", "get-set", "--backend", "no-such-cache"}), 125);
  EXPECT_EQ(bisect({"explore", "get-set", "--no-such-option"}), 125);
  EXPECT_EQ(bisect({"run", "incr-incr", "--backend", "naive"}), 125);
}

}  // namespace
}  // namespace tearproof::cli
