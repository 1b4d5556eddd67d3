#include "harness/stress/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace tearproof::stress {
namespace {

using testing::HasSubstr;

class EnvironmentTest : public testing::Test {
 protected:
  EnvironmentTest()
      : work_(Create()), round_(MakeRoundPaths(work_.path(), 1)), environment_(&work_, 1024) {
    MakeRound();
    environment_.BeginRound(round_);
  }

  static OwnedDirectory Create() {
    Result<OwnedDirectory> directory = OwnedDirectory::Create("/tmp");
    TEARPROOF_CHECK(directory.ok(), directory.error().Message());
    return std::move(directory).value();
  }
  void MakeRound() const {
    mkdir(round_.root.c_str(), 0777);
    mkdir(round_.working.c_str(), 0777);
  }
  std::string Problem(int reported) {
    const Result<void> result = environment_.CheckRound(reported);
    return result.ok() ? "" : result.error().Message();
  }

  OwnedDirectory work_;
  RoundPaths round_;
  Environment environment_;
};

TEST_F(EnvironmentTest, LetsARoundCountWhereNothingIsShort) { EXPECT_EQ(Problem(0), ""); }

TEST_F(EnvironmentTest, BelievesAFullDiskOnlyWhereItIs) {
  EXPECT_EQ(Problem(ENOSPC), "");
  EXPECT_THAT(Problem(EDQUOT), HasSubstr("EDQUOT"));
  EXPECT_THAT(Problem(ENOMEM), HasSubstr("ENOMEM"));
}

TEST_F(EnvironmentTest, SeesThatTheDiskCannotHoldTheValues) {
  Environment environment(&work_, UINT64_MAX / 64);
  environment.BeginRound(round_);
  const Result<void> result = environment.CheckRound(0);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().ExitCode(), 77);
  EXPECT_THAT(result.error().Message(), HasSubstr("ran full"));
}

TEST_F(EnvironmentTest, SeesThatTheRoundsDirectoryIsGone) {
  rmdir(round_.working.c_str());
  EXPECT_THAT(Problem(0), HasSubstr("somebody removed"));
}

TEST_F(EnvironmentTest, SeesThatAnotherDirectoryIsInItsPlace) {
  const std::string aside = work_.path() + "-aside";
  ASSERT_EQ(rename(work_.path().c_str(), aside.c_str()), 0);
  ASSERT_EQ(mkdir(work_.path().c_str(), 0777), 0);
  MakeRound();
  EXPECT_THAT(Problem(0), HasSubstr("somebody removed"));
  rmdir(round_.working.c_str());
  rmdir(round_.root.c_str());
  rmdir(work_.path().c_str());
  ASSERT_EQ(rename(aside.c_str(), work_.path().c_str()), 0);
  EXPECT_EQ(Problem(0), "");
}

TEST(RecordDiskTest, SaysWhatIsMissingAndWhere) {
  EXPECT_TRUE(CheckRecordDisk("/tmp", 1).ok());
  const Result<void> result = CheckRecordDisk("/tmp", uint64_t{1} << 62);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().Message(), testing::AllOf(HasSubstr("record"), HasSubstr("/tmp")));
  EXPECT_EQ(result.error().ExitCode(), 77);
}

}  // namespace
}  // namespace tearproof::stress
