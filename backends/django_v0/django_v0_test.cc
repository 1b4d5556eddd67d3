#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/kit/backend_fixture_for_tests.h"
#include "harness/kit/pickle.h"

namespace tearproof::backends::django_v0 {
Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);
namespace {

BackendOptions Options(const std::string& max_entries = "300",
                       const std::string& cull_frequency = "3") {
  return {{"max_entries", max_entries}, {"cull_frequency", cull_frequency}, {"timeout", "300"}};
}

class DjangoV0Test : public kit::BackendFixture {
 protected:
  kit::BackendDriver Driver(BackendOptions options = Options()) {
    return Start(&Open, std::move(options));
  }
  std::string PathOf(const std::string& key) const { return BucketPathOf(key); }
  void Overwrite(const std::string& key, const std::string& text) const {
    std::ofstream(PathOf(key), std::ios::binary) << text;
  }
  uint64_t CountFiles() const {
    uint64_t count = 0;
    kit::WalkFiles(directory_, [&](const std::string&) {
      ++count;
      return 0;
    });
    return count;
  }
};

TEST_F(DjangoV0Test, StoresUnderTwoLevelsOfBuckets) {
  auto cache = Driver();
  EXPECT_EQ(cache.Set("k0", std::string(5000, 'v')), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache.value(), std::string(5000, 'v'));
  EXPECT_TRUE(kit::PathExists(PathOf("k0")));
  EXPECT_EQ(cache.Delete("k0"), Outcome::kDone);
  EXPECT_TRUE(std::filesystem::is_empty(directory_)) << "delete removes empty buckets";
  EXPECT_EQ(cache.Delete("k0"), Outcome::kRefused);
}

TEST_F(DjangoV0Test, TruncatedFileIsAMissAndMixedOneIsServed) {
  auto cache = Driver();
  cache.Set("k0", "aaaabbbb");
  std::string text;
  ASSERT_EQ(kit::ReadFile(PathOf("k0"), text), 0);
  Overwrite("k0", text.substr(0, text.size() - 3));
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  EXPECT_EQ(cache.Has("k0"), Outcome::kHit) << "has reads the deadline only";
  std::string mixed = text;
  mixed.replace(mixed.find("bbbb"), 4, "ZZZZ");
  Overwrite("k0", mixed);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache.value(), "aaaaZZZZ");
}

TEST_F(DjangoV0Test, SomeGarbageLeaksAnException) {
  auto cache = Driver();
  cache.Set("k0", "v");
  Overwrite("k0", kit::PickleExpiry(std::nullopt) + "I am no number");
  EXPECT_EQ(cache.Get("k0"), Outcome::kError);
  EXPECT_NE(cache.error().find("ValueError"), std::string::npos);
}

TEST_F(DjangoV0Test, ExpiredEntryIsRemovedByItsReader) {
  auto cache = Driver();
  cache.Set("k0", "v", 0);
  EXPECT_TRUE(kit::PathExists(PathOf("k0")));
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  EXPECT_FALSE(kit::PathExists(PathOf("k0")));
  cache.Set("k0", "v", 0);
  EXPECT_EQ(cache.Has("k0"), Outcome::kMiss);
  EXPECT_FALSE(kit::PathExists(PathOf("k0")));
}

TEST_F(DjangoV0Test, SetFailsSilently) {
  auto cache = Driver();
  cache.Set("k0", "old");
  std::filesystem::remove(PathOf("k0"));
  std::filesystem::create_directory(PathOf("k0"));
  EXPECT_EQ(cache.Set("k0", "new"), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
}

TEST_F(DjangoV0Test, AddAndIncrAreReadThenWrite) {
  auto cache = Driver();
  EXPECT_EQ(cache.Incr("k0"), Outcome::kRefused);
  EXPECT_EQ(cache.Add("k0", "41"), Outcome::kDone);
  EXPECT_EQ(cache.Add("k0", "7"), Outcome::kRefused);
  EXPECT_EQ(cache.Incr("k0"), Outcome::kDone);
  EXPECT_EQ(cache.value(), "42");
  cache.Set("k0", "words");
  EXPECT_EQ(cache.Incr("k0"), Outcome::kError);
}

TEST_F(DjangoV0Test, CullEmptiesEveryThirdBucketAndAlwaysTheFirst) {
  auto cache = Driver(Options("30"));
  for (int i = 0; i < 30; ++i) cache.Set(kit::NumberedKey(i), "v");
  std::vector<std::string> before;
  ASSERT_EQ(kit::ListDirectory(directory_, before), 0);
  cache.Cull();
  std::vector<std::string> after;
  ASSERT_EQ(kit::ListDirectory(directory_, after), 0);
  for (size_t i = 0; i < before.size(); ++i) {
    const bool stays = std::find(after.begin(), after.end(), before[i]) != after.end();
    EXPECT_EQ(stays, i % 3 != 0) << i;
  }
}

TEST_F(DjangoV0Test, CullFrequencyZeroCullsNothingAndTouchesTheWorkingDirectory) {
  auto cache = Driver(Options("1", "0"));
  cache.Set("k0", "v");
  const std::string work = owned_.path() + "/work";
  std::vector<std::string> buckets;
  ASSERT_EQ(kit::ListDirectory(directory_, buckets), 0);
  std::filesystem::create_directories(work + "/" + buckets.at(0));
  const std::string foreign = work + "/" + buckets.at(0) + "/letter.txt";
  std::ofstream(foreign) << "not the cache's";
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(work);
  cache.Cull();
  std::filesystem::current_path(before);
  EXPECT_FALSE(kit::PathExists(foreign));
  EXPECT_EQ(CountFiles(), 1u);
}

TEST_F(DjangoV0Test, CullNeverWalksAWorkingDirectoryThatIsNotTheRuns) {
  const OwnedDirectory other = std::move(OwnedDirectory::Create(testing::TempDir()).value());
  auto cache = Driver(Options("1", "0"));
  cache.Set("k0", "v");
  std::vector<std::string> buckets;
  ASSERT_EQ(kit::ListDirectory(directory_, buckets), 0);
  std::filesystem::create_directories(other.path() + "/" + buckets.at(0));
  const std::string foreign = other.path() + "/" + buckets.at(0) + "/letter.txt";
  std::ofstream(foreign) << "the user's";
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(other.path());
  cache.Cull();
  std::filesystem::current_path(before);
  EXPECT_TRUE(kit::PathExists(foreign));
}

TEST_F(DjangoV0Test, ClearRemovesTheRootAndForeignFiles) {
  auto cache = Driver();
  std::ofstream(directory_ + "/letter.txt") << "not the cache's";
  EXPECT_EQ(cache.Clear(), Outcome::kDone);
  EXPECT_FALSE(kit::PathExists(directory_));
  EXPECT_EQ(cache.Set("k0", "v"), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
}

}  // namespace
}  // namespace tearproof::backends::django_v0
