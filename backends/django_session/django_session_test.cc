#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "harness/kit/backend_fixture_for_tests.h"

namespace tearproof::backends::django_session {
Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);
namespace {

class DjangoSessionTest : public kit::BackendFixture {
 protected:
  kit::BackendDriver Driver() { return Start(&Open, {{"timeout", "300"}}); }
  std::string PathOf(const std::string& key) const { return directory_ + "/sessionid" + key; }
};

TEST_F(DjangoSessionTest, SavesLoadsAndDeletes) {
  auto sessions = Driver();
  EXPECT_EQ(sessions.Get("k0"), Outcome::kMiss);
  EXPECT_EQ(sessions.Set("k0", std::string(9000, 'v')), Outcome::kDone);
  EXPECT_EQ(sessions.Get("k0"), Outcome::kHit);
  EXPECT_EQ(sessions.value(), std::string(9000, 'v'));
  EXPECT_EQ(sessions.Add("k0", "w"), Outcome::kRefused);
  std::vector<std::string> names;
  ASSERT_EQ(kit::ListDirectory(directory_, names), 0);
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(sessions.Delete("k0"), Outcome::kDone);
  EXPECT_EQ(sessions.Add("k0", "w"), Outcome::kDone);
}

TEST_F(DjangoSessionTest, PlaceholderIsAnEmptySession) {
  auto sessions = Driver();
  sessions.Set("k1", "v");
  std::ofstream(PathOf("k0")).close();
  EXPECT_EQ(sessions.Get("k0"), Outcome::kHit);
  EXPECT_EQ(sessions.value(), "");
  std::ofstream(PathOf("k1"), std::ios::app) << "more";
  EXPECT_EQ(sessions.Get("k1"), Outcome::kHit);
  EXPECT_EQ(sessions.value(), "") << "the signature does not fit";
}

TEST_F(DjangoSessionTest, ExpiryCountsFromTheModificationTime) {
  auto sessions = Driver();
  sessions.Set("k0", "v", 60'000);
  sessions.Set("k1", "v", 60'000);
  const timespec times[2] = {{0, UTIME_OMIT}, {1'000'000'000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, PathOf("k0").c_str(), times, 0), 0);
  EXPECT_EQ(sessions.Has("k0"), Outcome::kHit) << "exists does not look at the age";
  EXPECT_EQ(sessions.Cull(), Outcome::kDone);
  EXPECT_FALSE(kit::PathExists(PathOf("k0")));
  EXPECT_TRUE(kit::PathExists(PathOf("k1")));
  ASSERT_EQ(utimensat(AT_FDCWD, PathOf("k1").c_str(), times, 0), 0);
  EXPECT_EQ(sessions.Get("k1"), Outcome::kMiss);
  EXPECT_FALSE(kit::PathExists(PathOf("k1")));
}

TEST_F(DjangoSessionTest, RefusesKeysThatAreNoSessionKeys) {
  auto sessions = Driver();
  EXPECT_EQ(sessions.Set("../escape", "v"), Outcome::kRefused);
  EXPECT_EQ(sessions.Get("../escape"), Outcome::kMiss);
  EXPECT_EQ(sessions.Delete("K0"), Outcome::kRefused);
  EXPECT_EQ(sessions.Add("", "v"), Outcome::kRefused);
}

TEST_F(DjangoSessionTest, FailureAfterThePlaceholderIsSwallowed) {
  auto sessions = Driver();
  const std::string long_key(250 - std::string("sessionid").size(), 'x');
  EXPECT_EQ(sessions.Set(long_key, "v"), Outcome::kDone);  // The temporary name is too long.
  EXPECT_EQ(sessions.Get(long_key), Outcome::kHit);
  EXPECT_EQ(sessions.value(), "");
  EXPECT_EQ(sessions.Set(std::string(10'000, 'x'), "v"), Outcome::kError);
}

}  // namespace
}  // namespace tearproof::backends::django_session
