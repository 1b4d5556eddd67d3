#include "harness/stress/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "harness/core/small_disk_for_tests.h"

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

  static OwnedDirectory Create(const std::string& parent = "/tmp") {
    Result<OwnedDirectory> directory = OwnedDirectory::Create(parent);
    TEARPROOF_CHECK(directory.ok(), directory.error().Message());
    return std::move(directory).value();
  }
  // As many as there is room for.
  static void WriteMebibytes(const std::string& path, int count) {
    std::ofstream file(path, std::ios::binary);
    for (int i = 0; i < count; ++i) file << std::string(1 << 20, 'x');
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

// 40 MiB, of which a mebibyte is spare: sixteen, where an operation said that the disk was full.
TEST_F(EnvironmentTest, RemembersHowFullTheDiskWasInTheRound) {
  const std::string disk = work_.path() + "/disk";
  EXPECT_EQ(OnSmallDisk(disk, "size=40m",
                        [&] {
                          const OwnedDirectory work = Create(disk);
                          Environment environment(&work, 1024);
                          environment.BeginRound({});
                          const std::string file = work.path() + "/file";
                          WriteMebibytes(file, 30);
                          EXPECT_TRUE(environment.CheckRound(0).ok());
                          EXPECT_FALSE(environment.CheckRound(ENOSPC).ok());
                          WriteMebibytes(file, 50);
                          EXPECT_FALSE(environment.CheckRound(0).ok());
                          unlink(file.c_str());
                          EXPECT_FALSE(environment.CheckRound(0).ok()) << "it was full meanwhile";
                          environment.BeginRound({});
                          EXPECT_TRUE(environment.CheckRound(0).ok());
                        }),
            0);
}

TEST_F(EnvironmentTest, SeesThatTheDiskCannotHoldAnotherFile) {
  const std::string disk = work_.path() + "/disk";
  EXPECT_EQ(OnSmallDisk(disk, "size=40m,nr_inodes=100",
                        [&] {
                          const OwnedDirectory work = Create(disk);
                          Environment environment(&work, 1024);
                          environment.BeginRound({});
                          EXPECT_TRUE(environment.CheckRound(0).ok());
                          for (int i = 0; i < 100; ++i) {
                            mkdir((work.path() + "/" + std::to_string(i)).c_str(), 0700);
                          }
                          EXPECT_FALSE(environment.CheckRound(0).ok());
                        }),
            0);
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
