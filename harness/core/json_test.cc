#include "harness/core/json.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "harness/core/owned_directory.h"
#include "harness/core/unique_fd.h"

namespace tearproof {
namespace {

namespace fs = std::filesystem;

class ReplaceFileTest : public testing::Test {
 protected:
  std::string PathOf(const std::string& name) const { return directory_.path() + "/" + name; }

 private:
  OwnedDirectory directory_ = OwnedDirectory::Create(testing::TempDir()).value();
};

TEST_F(ReplaceFileTest, ReplacesAFile) {
  ASSERT_TRUE(ReplaceFile(PathOf("a"), "old").ok());
  ASSERT_TRUE(ReplaceFile(PathOf("a"), "new").ok());
  EXPECT_EQ(ReadTextFile(PathOf("a")).value(), "new");
}

TEST_F(ReplaceFileTest, FollowsLinksToWhatIsThereAndToWhatIsNot) {
  fs::create_directory(PathOf("folder"));
  fs::create_symlink("folder/file", PathOf("relative"));
  fs::create_symlink(PathOf("relative"), PathOf("absolute"));
  for (const std::string text : {"first", "second"}) {
    ASSERT_TRUE(ReplaceFile(PathOf("absolute"), text).ok());
    EXPECT_EQ(ReadTextFile(PathOf("folder/file")).value(), text);
    EXPECT_TRUE(fs::is_symlink(PathOf("relative")));
    EXPECT_TRUE(fs::is_symlink(PathOf("absolute")));
  }
}

TEST_F(ReplaceFileTest, WritesIntoAPipe) {
  const std::string path = PathOf("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const UniqueFd reader(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(ReplaceFile(path, "text").ok());
  std::array<char, 8> got{};
  EXPECT_EQ(read(reader.get(), got.data(), got.size()), 4);
  EXPECT_STREQ(got.data(), "text");
  EXPECT_TRUE(fs::is_fifo(path));
}

TEST_F(ReplaceFileTest, LeavesADeviceADevice) {
  const std::string path = PathOf("full");
  fs::create_symlink("/dev/full", path);  // Replaced itself, the real one would be gone for all.
  const Result<void> result = ReplaceFile(path, "text");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().errno_value, ENOSPC);
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(ReplaceFileTest, NamesTheFileAndNotItsTemporaryName) {
  const std::string path = PathOf("nowhere/a.json");
  const Result<void> result = ReplaceFile(path, "text");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().what.find(path + ":"), std::string::npos) << result.error().what;
}

}  // namespace
}  // namespace tearproof
