// `tearproof explore` and `replay`, run as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::HasSubstr;

ProgramResult Explore(const Workspace& workspace, std::vector<std::string> words) {
  words.insert(words.begin(), "explore");
  return workspace.Run(words);
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
        Exhausted{"incr-incr", "fcntl-lock", "all 4 interleaving classes (26 interleavings)"}));

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
  const std::string broken = std::string("BROKEN: ") + GetParam().promise;
  EXPECT_THAT(found.output, HasSubstr(broken));
  const size_t begin = found.output.find("TP1:");
  ASSERT_NE(begin, std::string::npos);
  const std::string schedule = found.output.substr(begin, found.output.find('\'', begin) - begin);
  const ProgramResult again = workspace.Run({"replay", schedule});
  EXPECT_EQ(again.exit_code, 1) << again.output << again.errors;
  EXPECT_THAT(again.output, HasSubstr(broken));
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
                    Race{"get-set", "broken-rename-before-close", "intact"}));

TEST(ExploreTest, RefusesWhatItCannotExplore) {
  const Workspace workspace;
  const ProgramResult adds = Explore(workspace, {"add-add", "--backend", "naive"});
  EXPECT_EQ(adds.exit_code, 64);
  EXPECT_THAT(adds.errors, HasSubstr("has no add"));
  EXPECT_EQ(Explore(workspace, {"get-sett", "--backend", "naive"}).exit_code, 64);
  EXPECT_EQ(workspace.Run({"replay", "TP2:get-set:0:naive:0"}).exit_code, 64);
  const ProgramResult other = workspace.Run({"replay", "TP1:get-set:0:naive:0"});
  EXPECT_EQ(other.exit_code, 64);
  EXPECT_THAT(other.errors, HasSubstr("another version"));
}

}  // namespace
}  // namespace tearproof::cli
