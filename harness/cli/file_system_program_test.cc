// Fresh file systems, as a user asks for them: made, used, and gone. Where the machine does not let
// us, it says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "harness/api/run_record_json.h"
#include "harness/cli/fresh_file_system.h"
#include "harness/cli/machine.h"
#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string TextOf(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The files that back loop devices, deleted ones, too.
std::string BackingFiles() {
  std::string files;
  for (const auto& each : std::filesystem::directory_iterator("/sys/block")) {
    files += TextOf(each.path().string() + "/loop/backing_file");
  }
  return files;
}

// Nothing of ours is mounted, attached or left in `directory`.
void ExpectNothingLeft(const std::string& directory) {
  EXPECT_THAT(TextOf("/proc/self/mountinfo"), Not(HasSubstr(directory)));
  EXPECT_THAT(BackingFiles(), Not(HasSubstr(directory)));
  EXPECT_TRUE(std::filesystem::is_empty(directory));
}

class FileSystemProgramTest : public testing::Test {
 protected:
  FileSystemProgramTest() { std::filesystem::create_directory(directory_); }

  // Whether this machine can; if not, the program has said so.
  bool MachineCan(const ProgramResult& result) {
    if (result.exit_code != 77) return true;
    EXPECT_THAT(result.output + result.errors, HasSubstr("this needs root"));
    return false;
  }

  Workspace workspace_;
  std::string directory_ = workspace_.path() + "/disks";
};

TEST_F(FileSystemProgramTest, CachesAreMeasuredOnEachAndNothingIsLeft) {
  for (const std::string& name : FreshFileSystemNames()) {
    const ProgramResult result =
        workspace_.Run({"bench", "--file-system", name, "--dir", directory_, "--backend", "flock",
                        "--duration", "100ms", "--processes", "1", "--json", "run.json"});
    ExpectNothingLeft(directory_);
    if (!MachineCan(result)) continue;
    ASSERT_EQ(result.exit_code, 0) << name << result.output << result.errors;
    const Result<RunRecord> record = FromJson(workspace_.Read("run.json"), "run.json");
    ASSERT_TRUE(record.ok());
    ASSERT_EQ(record.value().cells.size(), 2U);
    const CellRecord& cell = record.value().cells[1];
    EXPECT_EQ(cell.bench->file_system, name);
    EXPECT_EQ(record.value().machine.file_system, name) << "as the kernel calls it";
    EXPECT_THAT(cell.bench->directory, HasSubstr("a fresh " + name + " in " + directory_));
    EXPECT_THAT(cell.scope, HasSubstr(name));
    EXPECT_THAT(cell.rerun, HasSubstr("--file-system " + name + " --dir " + directory_));
    EXPECT_THAT(result.output, HasSubstr("(" + name + ")"));
  }
}

TEST_F(FileSystemProgramTest, WhatTheMachineCannotMakeIsSaidAndTheOthersRun) {
  // Without a mkfs to be found.
  const std::map<std::string, std::string> poor = {{"PATH", "/nonexistent"}};
  const auto bench = [&](const std::string& names) {
    return workspace_.Run({"bench", "--file-system", names, "--dir", directory_, "--backend",
                           "flock", "--duration", "100ms", "--processes", "1"},
                          poor);
  };
  const ProgramResult alone = bench("xfs");
  EXPECT_EQ(alone.exit_code, 77) << alone.output << alone.errors;
  EXPECT_THAT(alone.output + alone.errors, HasSubstr("needs root"));
  EXPECT_THAT(alone.output, Not(HasSubstr("fsync of 4 KiB"))) << "of a place that was not there";
  ExpectNothingLeft(directory_);
  const ProgramResult beside = bench("xfs,tmpfs");
  ExpectNothingLeft(directory_);
  if (beside.exit_code == 77) return;  // Not even that.
  EXPECT_EQ(beside.exit_code, 2) << "what was asked of xfs is left open";
  EXPECT_THAT(beside.output, AllOf(HasSubstr("mkfs.xfs"), HasSubstr("(tmpfs)")));
  EXPECT_EQ(workspace_
                .Run({"stress", "get-set", "--backend", "flock", "--file-system", "xfs", "--dir",
                      directory_},
                     poor)
                .exit_code,
            77);
}

TEST_F(FileSystemProgramTest, AKilledRunLeavesNothingThatTheNextDoesNotRemove) {
  const std::vector<std::string> words = {"stress",        "get-set", "--backend",  "flock",
                                          "--file-system", "ext4",    "--duration", "1m",
                                          "--dir",         directory_};
  const pid_t process = workspace_.Start(words);
  while (IsRunning(process) && ChildrenOf(process).size() < 4) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const std::vector<pid_t> children = ChildrenOf(process);
  kill(process, SIGKILL);
  const ProgramResult killed = workspace_.Wait(process);
  if (!MachineCan(killed)) return;
  EXPECT_EQ(killed.exit_code, 128 + SIGKILL);
  for (const pid_t each : children) {
    while (IsRunning(each)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  while (BackingFiles().find(directory_) != std::string::npos) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // The kernel's last word.
  }
  for (const auto& each : std::filesystem::recursive_directory_iterator(directory_)) {
    EXPECT_FALSE(each.path().filename() == "image") << "a disk without a name takes no room";
  }
  const ProgramResult next =
      workspace_.Run({"stress", "get-set", "--backend", "flock", "--file-system", "tmpfs",
                      "--duration", "200ms", "--goal", "0", "--dir", directory_});
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
  EXPECT_THAT(next.output, HasSubstr("tmpfs"));
  ExpectNothingLeft(directory_);
}

TEST_F(FileSystemProgramTest, NamesThatAreNoneAndTwoPlacesAreUsageErrors) {
  const ProgramResult unknown = workspace_.Run({"bench", "--file-system", "ext4,brtfs"});
  EXPECT_EQ(unknown.exit_code, 64);
  EXPECT_THAT(unknown.errors, HasSubstr("btrfs"));
  EXPECT_EQ(workspace_.Run({"stress", "--file-system", "ext2", "--dry-run"}).exit_code, 64);
  const ProgramResult two =
      workspace_.Run({"bench", "--file-system", "tmpfs", "--dir", "/tmp", "--dir", "/dev/shm"});
  EXPECT_EQ(two.exit_code, 64);
  EXPECT_THAT(two.errors, HasSubstr("one --dir"));
}

TEST(NetworkMountTest, OneClientIsNotAllAndTheReportSaysSo) {
  for (const char* name : {"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs", "virtiofs",
                           "fuse.s3fs", "fuse.rclone", "fuse.glusterfs"}) {
    EXPECT_TRUE(IsNetworkFileSystem(name)) << name;
    EXPECT_THAT(OneClientWarning("/mnt", name),
                AllOf(HasSubstr("/mnt lies on " + std::string(name)), HasSubstr("one client"),
                      HasSubstr("what other clients see is not covered")));
  }
  for (const char* name : {"ext4", "tmpfs", "overlayfs", "fuse.bindfs", "fuseblk", "zfs"}) {
    EXPECT_FALSE(IsNetworkFileSystem(name)) << name;
    EXPECT_EQ(OneClientWarning("/mnt", name), "") << name;
  }
}

}  // namespace
}  // namespace tearproof::cli
