#include "harness/core/owned_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace tearproof {
namespace {

namespace fs = std::filesystem;

OwnedDirectory MakeDirectory(const std::string& parent = testing::TempDir()) {
  auto directory = OwnedDirectory::Create(parent);
  TEARPROOF_CHECK(directory.ok(), directory.error().Message());
  return std::move(directory).value();
}

void WriteFile(const fs::path& path) { std::ofstream(path) << "text"; }

TEST(OwnedDirectoryTest, MakesAPrivateDirectoryWithAnUnpredictableName) {
  const OwnedDirectory first = MakeDirectory();
  const OwnedDirectory second = MakeDirectory();
  EXPECT_NE(first.path(), second.path());
  struct stat status;
  ASSERT_EQ(stat(first.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
}

TEST(OwnedDirectoryTest, RemovesAllWithinAndItself) {
  OwnedDirectory directory = MakeDirectory();
  const fs::path path = directory.path();
  fs::create_directories(path / "a" / "b" / "c");
  WriteFile(path / "a" / "b" / "file");
  WriteFile(path / ".hidden");
  ASSERT_EQ(mkfifo((path / "fifo").c_str(), 0600), 0);
  EXPECT_TRUE(directory.Remove().ok());
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(directory.Remove().ok()) << "a second time there is nothing to do";
}

TEST(OwnedDirectoryTest, RemovesWhenItGoes) {
  fs::path path;
  {
    const OwnedDirectory directory = MakeDirectory();
    path = directory.path();
    const OwnedDirectory other = MakeDirectory();
    WriteFile(path / "file");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(OwnedDirectoryTest, LeavesADisownedDirectory) {
  const OwnedDirectory parent = MakeDirectory();
  fs::path path;
  {
    OwnedDirectory directory = MakeDirectory(parent.path());
    path = directory.path();
    directory.Disown();
  }
  EXPECT_TRUE(fs::exists(path));
}

TEST(OwnedDirectoryTest, FollowsNoSymbolicLink) {
  const OwnedDirectory outside = MakeDirectory();
  const fs::path kept = fs::path(outside.path()) / "kept";
  WriteFile(kept);
  OwnedDirectory directory = MakeDirectory();
  const fs::path path = directory.path();
  fs::create_directory_symlink(outside.path(), path / "to-directory");
  fs::create_symlink(kept, path / "to-file");
  fs::create_symlink("nowhere", path / "dangling");
  fs::create_directory_symlink("..", path / "upwards");
  EXPECT_TRUE(directory.Remove().ok());
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(kept));
}

TEST(OwnedDirectoryTest, LeavesADirectoryThatTookItsName) {
  const OwnedDirectory parent = MakeDirectory();
  OwnedDirectory directory = MakeDirectory(parent.path());
  const fs::path path = directory.path();
  fs::rename(path, fs::path(parent.path()) / "moved");
  fs::create_directory(path);
  WriteFile(path / "foreign");
  const Result<void> removed = directory.Remove();
  ASSERT_FALSE(removed.ok());
  EXPECT_NE(removed.error().what.find("no longer"), std::string::npos);
  EXPECT_TRUE(fs::exists(path / "foreign"));
}

TEST(OwnedDirectoryTest, LeavesASymbolicLinkThatTookItsName) {
  const OwnedDirectory parent = MakeDirectory();
  const OwnedDirectory outside = MakeDirectory();
  WriteFile(fs::path(outside.path()) / "kept");
  OwnedDirectory directory = MakeDirectory(parent.path());
  const fs::path path = directory.path();
  fs::rename(path, fs::path(parent.path()) / "moved");
  fs::create_directory_symlink(outside.path(), path);
  EXPECT_FALSE(directory.Remove().ok());
  EXPECT_TRUE(fs::exists(fs::path(outside.path()) / "kept"));
  EXPECT_TRUE(fs::is_symlink(path));
}

TEST(OwnedDirectoryTest, RemovesDirectoriesThatGaveUpTheirRights) {
  OwnedDirectory directory = MakeDirectory();
  const fs::path path = directory.path();
  fs::create_directories(path / "locked" / "inner");
  WriteFile(path / "locked" / "inner" / "file");
  fs::permissions(path / "locked" / "inner", fs::perms::none);
  fs::permissions(path / "locked", fs::perms::none);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_TRUE(directory.Remove().ok());
  EXPECT_FALSE(fs::exists(path));
}

// A cache that takes "a/a/a/..." for a path makes trees deeper than a process may open files, and
// longer than a path may be.
TEST(OwnedDirectoryTest, RemovesTreesDeeperThanTheLimitOfDescriptors) {
  OwnedDirectory directory = MakeDirectory();
  const fs::path path = directory.path();
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit few = {256, limit.rlim_max};
  UniqueFd at(open(path.c_str(), O_RDONLY | O_DIRECTORY));
  for (int depth = 0; depth < 1000; ++depth) {
    ASSERT_EQ(mkdirat(at.get(), "a-name", 0700), 0);
    at.Reset(openat(at.get(), "a-name", O_RDONLY | O_DIRECTORY));
  }
  at.Reset();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const Result<void> removed = directory.Remove();
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(removed.ok());
  EXPECT_FALSE(fs::exists(path));
}

TEST(OwnedDirectoryTest, NamesAParentThatCannotBeUsed) {
  const auto missing = OwnedDirectory::Create("/nonexistent/parent");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  const OwnedDirectory directory = MakeDirectory();
  const std::string file = directory.path() + "/file";
  WriteFile(file);
  EXPECT_EQ(OwnedDirectory::Create(file).error().kind, ErrorKind::kUsage);
}

TEST(RemoveTreeAtTest, TakesAPlainNameThatMayBeAbsent) {
  const OwnedDirectory directory = MakeDirectory();
  const UniqueFd fd(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY));
  EXPECT_TRUE(RemoveTreeAt(fd.get(), "absent").ok());
  EXPECT_EXIT((void)RemoveTreeAt(fd.get(), "../x"), testing::ExitedWithCode(kExitHarnessDefect),
              "not the name");
}

TEST(RemoveTreeAtTest, RemovesOneEntryOnly) {
  const OwnedDirectory directory = MakeDirectory();
  const fs::path path = directory.path();
  fs::create_directories(path / "tree" / "inner");
  WriteFile(path / "tree" / "inner" / "file");
  WriteFile(path / "other");
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY));
  EXPECT_TRUE(RemoveTreeAt(fd.get(), "tree").ok());
  EXPECT_FALSE(fs::exists(path / "tree"));
  EXPECT_TRUE(fs::exists(path / "other"));
  EXPECT_TRUE(RemoveTreeAt(fd.get(), "other").ok());
  EXPECT_FALSE(fs::exists(path / "other"));
}

// Claims a directory in `parent` and is killed.
std::string AbandonDirectory(const std::string& parent) {
  std::array<int, 2> ends;
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    Result<OwnedDirectory> directory = OwnedDirectory::Create(parent);
    directory.value().Claim();
    mkdir((directory.value().path() + "/r1").c_str(), 0700);
    const std::string path = directory.value().path();
    (void)!write(ends[1], path.data(), path.size());
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  std::string path(4096, '\0');
  const ssize_t got = read(ends[0], path.data(), path.size());
  close(ends[0]);
  close(ends[1]);
  return path.substr(0, got > 0 ? static_cast<size_t>(got) : 0);
}

TEST(RemoveAbandonedTest, RemovesWhatAKilledProcessLeft) {
  Result<OwnedDirectory> parent = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(parent.ok());
  const std::string left = AbandonDirectory(parent.value().path());
  ASSERT_TRUE(std::filesystem::exists(left + "/r1"));
  EXPECT_EQ(RemoveAbandoned(parent.value().path()), 1u);
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST(RemoveAbandonedTest, LeavesWhatIsInUseOrNotClaimed) {
  Result<OwnedDirectory> parent = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(parent.ok());
  Result<OwnedDirectory> claimed = OwnedDirectory::Create(parent.value().path());
  Result<OwnedDirectory> unclaimed = OwnedDirectory::Create(parent.value().path());
  ASSERT_TRUE(claimed.ok() && unclaimed.ok());
  claimed.value().Claim();
  EXPECT_EQ(RemoveAbandoned(parent.value().path()), 0u);
  EXPECT_TRUE(std::filesystem::exists(claimed.value().path()));
  EXPECT_TRUE(std::filesystem::exists(unclaimed.value().path()));
}

TEST(RemoveAbandonedTest, LeavesACopyAndAUsersOwnDirectory) {
  Result<OwnedDirectory> parent = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(parent.ok());
  const std::string left = AbandonDirectory(parent.value().path());
  const std::string copy = parent.value().path() + "/tearproof-copied";
  std::filesystem::copy(left, copy, std::filesystem::copy_options::recursive);
  const std::string link = parent.value().path() + "/tearproof-linked";
  std::filesystem::create_directory_symlink(left, link);
  EXPECT_EQ(RemoveAbandoned(parent.value().path()), 1u);
  EXPECT_TRUE(std::filesystem::exists(copy));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST(RemoveAbandonedTest, LeavesWhatWasRenamedOrGivenAway) {
  Result<OwnedDirectory> parent = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(parent.ok());
  const std::string renamed = parent.value().path() + "/kept-for-later";
  std::filesystem::rename(AbandonDirectory(parent.value().path()), renamed);
  const std::string given = AbandonDirectory(parent.value().path());
  // Only root can give a directory away.
  const bool is_foreign = chown(given.c_str(), 1, static_cast<gid_t>(-1)) == 0;
  EXPECT_EQ(RemoveAbandoned(parent.value().path()), is_foreign ? 0u : 1u);
  EXPECT_EQ(std::filesystem::exists(given), is_foreign);
  EXPECT_TRUE(std::filesystem::exists(renamed));
}

}  // namespace
}  // namespace tearproof
