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
