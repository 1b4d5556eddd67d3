#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "harness/kit/backend_fixture_for_tests.h"

namespace tearproof::backends::django_v1 {
Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);
namespace {

BackendOptions Options(const std::string& max_entries = "300",
                       const std::string& cull_frequency = "3") {
  return {{"max_entries", max_entries}, {"cull_frequency", cull_frequency}, {"timeout", "300"}};
}

class DjangoV1Test : public kit::BackendFixture {
 protected:
  kit::BackendDriver Driver(BackendOptions options = Options()) {
    return Start(&Open, std::move(options));
  }
  std::string PathOf(const std::string& key) const {
    return directory_ + "/" + kit::Md5Hex(":1:" + key) + ".djcache";
  }
};

TEST_F(DjangoV1Test, PublishesAFlatFileThatOnlyItsOwnerReads) {
  auto cache = Driver();
  const std::string value(100'000, 'v');
  EXPECT_EQ(cache.Set("k0", value), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache.value(), value);
  struct stat status;
  ASSERT_EQ(stat(PathOf("k0").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(stat(directory_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  EXPECT_EQ(CountEntries(), 1u);
  EXPECT_EQ(cache.Delete("k0"), Outcome::kDone);
  EXPECT_EQ(cache.Delete("k0"), Outcome::kRefused);
}

TEST_F(DjangoV1Test, DamageIsAnErrorAndNeverAnotherValue) {
  auto cache = Driver();
  cache.Set("k0", "aaaabbbb");
  std::string text;
  ASSERT_EQ(kit::ReadFile(PathOf("k0"), text), 0);
  for (size_t size = 0; size < text.size(); ++size) {
    std::ofstream(PathOf("k0"), std::ios::binary) << text.substr(0, size);
    EXPECT_EQ(cache.Get("k0"), Outcome::kError) << size;
  }
  text.replace(text.find("bbbb"), 4, "ZZZZ");
  std::ofstream(PathOf("k0"), std::ios::binary) << text;
  EXPECT_EQ(cache.Get("k0"), Outcome::kError);
  EXPECT_NE(cache.error().find("zlib.error"), std::string::npos);
}

TEST_F(DjangoV1Test, ExpiredEntryIsRemovedByItsReader) {
  auto cache = Driver();
  cache.Set("k0", "v", 0);
  EXPECT_TRUE(kit::PathExists(PathOf("k0")));
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  EXPECT_FALSE(kit::PathExists(PathOf("k0")));
  cache.Set("k0", "v", 0);
  EXPECT_EQ(cache.Add("k0", "w"), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
}

TEST_F(DjangoV1Test, CullRemovesAThirdAtRandomAndClearOnlyItsOwn) {
  auto cache = Driver(Options("30"));
  std::ofstream(owned_.path() + "/beside") << "not the cache's";
  for (int i = 0; i < 30; ++i) cache.Set(kit::NumberedKey(i), "v");
  EXPECT_EQ(CountEntries(), 30u);
  cache.Cull();
  EXPECT_EQ(CountEntries(), 20u);
  cache.Cull();
  EXPECT_EQ(CountEntries(), 20u) << "below the limit nothing goes";
  std::ofstream(directory_ + "/tmpleaked") << "of a killed writer";
  EXPECT_EQ(cache.Clear(), Outcome::kDone);
  EXPECT_EQ(CountEntries(), 1u) << "a leaked temporary file stays for ever";
}

TEST_F(DjangoV1Test, CullFrequencyZeroClears) {
  auto cache = Driver(Options("5", "0"));
  for (int i = 0; i < 5; ++i) cache.Set(kit::NumberedKey(i), "v");
  cache.Set("k9", "v");
  EXPECT_EQ(CountEntries(), 1u);
  EXPECT_EQ(cache.Get("k9"), Outcome::kHit);
}

TEST_F(DjangoV1Test, SetFailsLoudlyAndLeavesNoTemporaryFile) {
  auto cache = Driver();
  std::filesystem::create_directory(PathOf("k0"));
  EXPECT_EQ(cache.Set("k0", "v"), Outcome::kError);
  EXPECT_NE(cache.error().find("IsADirectoryError"), std::string::npos) << cache.error();
  EXPECT_EQ(CountEntries(), 1u);
}

TEST_F(DjangoV1Test, SetMakesTheDirectoryAgain) {
  auto cache = Driver();
  std::filesystem::remove_all(directory_);
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  EXPECT_EQ(cache.Clear(), Outcome::kDone);
  EXPECT_EQ(cache.Set("k0", "1"), Outcome::kDone);
  EXPECT_EQ(cache.Incr("k0", 4), Outcome::kDone);
  EXPECT_EQ(cache.value(), "5");
}

}  // namespace
}  // namespace tearproof::backends::django_v1
