// `tearproof bench explore`, run as a user runs it: what it prints, not how fast it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(BenchProgramTest, ComparesHowFastExecutionsAreExplored) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run({"bench", "explore", "--executions", "20"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, ContainsRegex("explore/one-core.*executions_per_s=.*steps_each=32"));
  EXPECT_THAT(result.output, ContainsRegex("explore/started-for-each-execution.*of_one_core="));
  EXPECT_THAT(result.output, testing::Not(HasSubstr("ERROR")));
}

TEST(BenchProgramTest, CountsTheExecutionsThatARaceTakes) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run(
      {"bench", "explore", "--races", "--seeds", "1", "--backend", "broken-add-without-excl"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output,
              ContainsRegex("\\| broken-add-without-excl \\| add-add \\|( [0-9]+ \\|){3}"));
  EXPECT_EQ(workspace.Run({"bench", "explore", "--races", "--backend", "flock"}).exit_code, 64);
  EXPECT_EQ(workspace.Run({"bench", "explore", "--seeds", "0"}).exit_code, 64);
}

}  // namespace
}  // namespace tearproof::cli
