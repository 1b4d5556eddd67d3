#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "harness/kit/backend_fixture_for_tests.h"

namespace tearproof::backends::werkzeug_2013 {
Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);
namespace {

class Werkzeug2013Test : public kit::BackendFixture {
 protected:
  kit::BackendDriver Driver(const std::string& threshold = "500") {
    return Start(&Open, {{"max_entries", threshold}, {"timeout", "300"}});
  }
  std::string PathOf(const std::string& key) const { return directory_ + "/" + kit::Md5Hex(key); }
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
  EXPECT_EQ(CountEntries(), 0u);
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
  EXPECT_EQ(CountEntries(), 10u) << "the set that passes the threshold did not prune";
  cache.Cull();
  EXPECT_EQ(CountEntries(), 6u);
}

TEST_F(Werkzeug2013Test, OneErrorEndsThePrune) {
  auto cache = Driver("9");
  for (int i = 0; i < 30; ++i) {
    std::filesystem::create_directory(directory_ + "/" + kit::NumberedKey(i));
  }
  cache.Cull();
  EXPECT_EQ(CountEntries(), 30u);
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
