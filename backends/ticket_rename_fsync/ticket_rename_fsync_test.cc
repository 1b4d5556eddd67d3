#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "harness/kit/backend_fixture_for_tests.h"

namespace tearproof::backends::ticket_rename_fsync {
Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);
namespace {

class TicketRenameFsyncTest : public kit::BackendFixture {
 protected:
  kit::BackendDriver Driver(const std::string& max_entries = "300") {
    return Start(&Open,
                 {{"max_entries", max_entries}, {"cull_frequency", "1"}, {"timeout", "300"}});
  }
  std::string PathOf(const std::string& key) const { return BucketPathOf(key); }
};

TEST_F(TicketRenameFsyncTest, ReplacesTheInode) {
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

}  // namespace
}  // namespace tearproof::backends::ticket_rename_fsync
