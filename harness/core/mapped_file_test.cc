#include "harness/core/mapped_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "harness/core/owned_directory.h"

namespace tearproof {
namespace {

class MappedFileTest : public testing::Test {
 protected:
  static OwnedDirectory MakeDirectory() {
    auto directory = OwnedDirectory::Create(testing::TempDir());
    TEARPROOF_CHECK(directory.ok(), directory.error().Message());
    return std::move(directory).value();
  }

  OwnedDirectory directory_ = MakeDirectory();
  std::string path_ = directory_.path() + "/file";
};

TEST_F(MappedFileTest, StartsWithZerosAndKeepsWhatIsStored) {
  {
    auto file = MappedFile::Create(path_, 10'000);
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(file.value().size(), 10'000u);
    EXPECT_EQ(file.value().data()[9'999], '\0');
    std::memcpy(file.value().data() + 5'000, "stored", sizeof("stored"));
  }
  const auto file = MappedFile::Open(path_, /*writable=*/false);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file.value().size(), 10'000u);
  EXPECT_STREQ(file.value().data() + 5'000, "stored");
}

TEST_F(MappedFileTest, KeepsTheStoresOfAKilledProcess) {
  auto file = MappedFile::Create(path_, 4096);
  ASSERT_TRUE(file.ok());
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    file.value().data()[17] = 'x';
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(file.value().data()[17], 'x');
}

TEST_F(MappedFileTest, NeverOverwritesAndFollowsNoLink) {
  std::ofstream(path_) << "somebody's";
  EXPECT_EQ(MappedFile::Create(path_, 4096).error().errno_value, EEXIST);
  EXPECT_EQ(std::filesystem::file_size(path_), 10u);
  const std::string link = directory_.path() + "/link";
  std::filesystem::create_symlink(path_, link);
  EXPECT_FALSE(MappedFile::Open(link, /*writable=*/false).ok());
  EXPECT_FALSE(MappedFile::Create(link, 4096).ok());
}

TEST_F(MappedFileTest, LeavesNothingBehindWhenThereIsNoSpace) {
  const auto file = MappedFile::Create(path_, size_t{1} << 62);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().kind, ErrorKind::kEnvironment);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(MappedFileTest, RefusesWhatCannotBeMapped) {
  EXPECT_EQ(MappedFile::Open(path_, /*writable=*/true).error().errno_value, ENOENT);
  std::ofstream(path_).flush();
  EXPECT_EQ(MappedFile::Open(path_, /*writable=*/true).error().kind, ErrorKind::kUsage);
  EXPECT_FALSE(MappedFile::Open(directory_.path(), /*writable=*/false).ok());
  const std::string fifo = directory_.path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(MappedFile::Open(fifo, /*writable=*/false).error().kind, ErrorKind::kUsage);
}

TEST_F(MappedFileTest, MovesItsMapping) {
  auto created = MappedFile::Create(path_, 4096);
  ASSERT_TRUE(created.ok());
  MappedFile first = std::move(created).value();
  char* const address = first.data();
  MappedFile second = std::move(first);
  EXPECT_EQ(second.data(), address);
  // What is left is defined. NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_EQ(first.data(), nullptr);
  first = std::move(second);
  EXPECT_EQ(first.data(), address);
}

}  // namespace
}  // namespace tearproof
