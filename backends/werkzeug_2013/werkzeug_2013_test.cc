#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "harness/core/owned_directory.h"
#include "harness/kit/backend_driver.h"
#include "harness/kit/file_io.h"
#include "harness/kit/python.h"

namespace tearproof::backends::werkzeug_2013 {
Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);
namespace {

class Werkzeug2013Test : public testing::Test {
 protected:
  kit::BackendDriver Driver(const std::string& threshold = "500") {
    kit::BackendDriver driver(&Open, directory_, {{"max_entries", threshold}, {"timeout", "300"}});
    EXPECT_EQ(driver.Init(), Outcome::kDone);
    return driver;
  }
  std::string PathOf(const std::string& key) const { return directory_ + "/" + kit::Md5Hex(key); }
  size_t CountFiles() const {
    std::vector<std::string> names;
    EXPECT_EQ(kit::ListDirectory(directory_, names), 0);
    return names.size();
  }

  OwnedDirectory owned_ = std::move(OwnedDirectory::Create(testing::TempDir()).value());
  std::string directory_ = owned_.path() + "/cache";
};

TEST_F(Werkzeug2013Test, StoresAndFindsAValueOfSeveralBlocks) {
  auto cache = Driver();
  const std::string value(10'000, 'v');
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  EXPECT_EQ(cache.Set("k0", value), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache.value(), value);
  EXPECT_EQ(cache.Add("k0", "w"), Outcome::kRefused);
  EXPECT_EQ(cache.Delete("k0"), Outcome::kDone);
  EXPECT_EQ(cache.Delete("k0"), Outcome::kRefused);
  EXPECT_EQ(CountFiles(), 0u);
}

TEST_F(Werkzeug2013Test, DeadlineIsCutToAWholeSecond) {
  auto cache = Driver();
  cache.Set("k0", "v", 1);
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  EXPECT_FALSE(kit::PathExists(PathOf("k0"))) << "the reader removes it";
  cache.Set("k0", "v", 2000);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
}

TEST_F(Werkzeug2013Test, DamageIsAMiss) {
  auto cache = Driver();
  cache.Set("k0", "v");
  std::ofstream(PathOf("k0")) << "garbage";
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
}

TEST_F(Werkzeug2013Test, PruneRemovesEveryThirdAboveTheThreshold) {
  auto cache = Driver("9");
  for (int i = 0; i < 10; ++i) cache.Set(kit::NumberedKey(i), "v");
  EXPECT_EQ(CountFiles(), 10u) << "the set that passes the threshold did not prune";
  cache.Cull();
  EXPECT_EQ(CountFiles(), 6u);
}

TEST_F(Werkzeug2013Test, OneErrorEndsThePrune) {
  auto cache = Driver("9");
  for (int i = 0; i < 30; ++i) {
    std::filesystem::create_directory(directory_ + "/" + kit::NumberedKey(i));
  }
  cache.Cull();
  EXPECT_EQ(CountFiles(), 30u);
}

TEST_F(Werkzeug2013Test, IncrCountsFromZero) {
  auto cache = Driver();
  EXPECT_EQ(cache.Incr("k0", 3), Outcome::kDone);
  EXPECT_EQ(cache.value(), "3");
  EXPECT_EQ(cache.Incr("k0"), Outcome::kDone);
  EXPECT_EQ(cache.value(), "4");
}

}  // namespace
}  // namespace tearproof::backends::werkzeug_2013
