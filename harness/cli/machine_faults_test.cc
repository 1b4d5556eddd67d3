// What the machine or a third party does to a run accuses no cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "harness/cli/workspace.h"
#include "harness/core/small_disk_for_tests.h"

namespace tearproof::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(MachineFaultsTest, AFullDiskAccusesNobody) {
  const Workspace workspace;
  const std::string disk = workspace.path() + "/disk";
  EXPECT_EQ(OnSmallDisk(disk, "size=100k",
                        [&] {
                          const ProgramResult result = workspace.Run(
                              {"stress", "set-set", "--backend",
                               "naive,flock,temp-rename,sqlite,django-v0", "--value-size", "64KiB",
                               "--duration", "300ms", "--dir", disk});
                          EXPECT_EQ(result.exit_code, 77) << result.output << result.errors;
                          EXPECT_THAT(result.output, Not(HasSubstr("BROKEN")));
                          EXPECT_THAT(result.output, HasSubstr(disk));
                        }),
            0);
}

TEST(MachineFaultsTest, SaysThatTheDiskOfTheRecordIsFull) {
  for (const char* size : {"size=64k", "size=300k", "size=2m"}) {
    const Workspace workspace;
    const std::string disk = workspace.path() + "/disk";
    EXPECT_EQ(OnSmallDisk(disk, size,
                          [&] {
                            const ProgramResult result = workspace.RunLine(
                                "cd disk && " TEARPROOF_PROGRAM
                                " stress get-set --backend temp-rename --duration 300ms");
                            EXPECT_EQ(result.exit_code, 77) << result.output << result.errors;
                            EXPECT_THAT(result.output,
                                        HasSubstr("the disk of the run's own record is full"));
                          }),
              0)
        << size;
  }
}

// Starts a run that only a fault ends, and waits until its workers race.
pid_t StartRace(const Workspace& workspace, const std::string& parent) {
  const pid_t process = workspace.Start({"stress", "get-set", "--backend", "temp-rename",
                                         "--duration", "10m", "--goal", "0", "--dir", parent});
  const std::string cell = workspace.path() + "/.tearproof/runs/latest/cells/001";
  while (IsRunning(process) && !std::filesystem::exists(cell + "/live/odd/round.json"))
    usleep(1000);
  return process;
}

TEST(MachineFaultsTest, ADirectoryThatIsTakenAwayAccusesNobody) {
  const Workspace workspace;
  const std::string parent = workspace.path() + "/parent";
  mkdir(parent.c_str(), 0777);
  const pid_t process = StartRace(workspace, parent);
  // Workers go on making files in it for a while.
  std::error_code problem;
  while (IsRunning(process) && !std::filesystem::is_empty(parent, problem)) {
    for (const auto& entry : std::filesystem::directory_iterator(parent, problem)) {
      std::filesystem::remove_all(entry.path(), problem);
    }
  }
  const ProgramResult result = workspace.Wait(process);
  EXPECT_EQ(result.exit_code, 77) << result.output << result.errors;
  EXPECT_THAT(result.output, AllOf(HasSubstr("somebody removed"), Not(HasSubstr("BROKEN"))));
}

// Twenty seconds: those that an operation is given before it counts as stuck.
TEST(MachineFaultsTest, AStoppedWorkerAccusesNobody) {
  const Workspace workspace;
  const pid_t process = StartRace(workspace, workspace.path());
  kill(ChildrenOf(process).back(), SIGSTOP);
  const ProgramResult result = workspace.Wait(process);
  EXPECT_EQ(result.exit_code, 77) << result.output << result.errors;
  EXPECT_THAT(result.output, AllOf(HasSubstr("SIGSTOP"), Not(HasSubstr("BROKEN"))));
}

TEST(MachineFaultsTest, AStuckRoundsFilesAreSeen) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"stress", "get-set", "--backend", "broken-stuck-lock", "--duration", "1s",
                     "--goal", "0", "--json", "run.json"});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_THAT(workspace.Read("run.json"),
              AllOf(HasSubstr("stuck-operation"), Not(HasSubstr("no file was seen"))));
}

}  // namespace
}  // namespace tearproof::cli
