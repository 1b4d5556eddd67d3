#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "harness/kit/backend_fixture_for_tests.h"

namespace tearproof::backends::ticket_rename {
Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);
namespace {

class TicketRenameTest : public kit::BackendFixture {
 protected:
  kit::BackendDriver Driver(const std::string& max_entries = "300") {
    return Start(&Open,
                 {{"max_entries", max_entries}, {"cull_frequency", "1"}, {"timeout", "300"}});
  }
  std::string PathOf(const std::string& key) const { return BucketPathOf(key); }
};

TEST_F(TicketRenameTest, ReplacesTheInode) {
  auto cache = Driver();
  cache.Set("k0", "old");
  struct stat before;
  ASSERT_EQ(stat(PathOf("k0").c_str(), &before), 0);
  std::filesystem::create_hard_link(PathOf("k0"), owned_.path() + "/kept");
  EXPECT_EQ(cache.Set("k0", std::string(9000, 'n')), Outcome::kDone);
  struct stat after;
  ASSERT_EQ(stat(PathOf("k0").c_str(), &after), 0);
  EXPECT_NE(before.st_ino, after.st_ino);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache.value(), std::string(9000, 'n'));
}

TEST_F(TicketRenameTest, FailedRenameIsSwallowedAndLeavesTheTemporaryFile) {
  auto cache = Driver();
  std::filesystem::create_directories(PathOf("k0"));
  EXPECT_EQ(cache.Set("k0", "v"), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  std::vector<std::string> names;
  ASSERT_EQ(kit::ListDirectory(directory_, names), 0);
  EXPECT_EQ(names.size(), 2u);
}

TEST_F(TicketRenameTest, OnlyTheCronJobCulls) {
  auto cache = Driver("3");
  for (int i = 0; i < 9; ++i) cache.Set(kit::NumberedKey(i), "v");
  for (int i = 0; i < 9; ++i) EXPECT_EQ(cache.Get(kit::NumberedKey(i)), Outcome::kHit);
  EXPECT_EQ(cache.Cull(), Outcome::kDone);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(cache.Get(kit::NumberedKey(i)), Outcome::kMiss);
}

}  // namespace
}  // namespace tearproof::backends::ticket_rename
