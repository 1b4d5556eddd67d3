#include "harness/kit/canary_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/core/owned_directory.h"
#include "harness/kit/backend_driver.h"
#include "harness/kit/file_io.h"

namespace tearproof::kit {
namespace {

Result<std::unique_ptr<Backend>> OpenCanary(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<CanaryStore>(setup));
}

class CanaryStoreTest : public testing::Test {
 protected:
  BackendDriver Driver(uint16_t process = 0) {
    BackendDriver driver(&OpenCanary, directory_, {}, process);
    EXPECT_EQ(driver.Init(), Outcome::kDone);
    return driver;
  }
  // Runs `body` in so many processes at once; their exit codes added up.
  template <typename Body>
  static int Fork(int processes, Body body) {
    for (int process = 0; process < processes; ++process) {
      if (fork() == 0) _exit(body(static_cast<uint16_t>(process + 1)));
    }
    int sum = 0;
    for (int status = 0; wait(&status) > 0;) sum += WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
    return sum;
  }

  OwnedDirectory owned_ = std::move(OwnedDirectory::Create(testing::TempDir()).value());
  std::string directory_ = owned_.path() + "/cache";
};

TEST_F(CanaryStoreTest, AnswersAsACacheShould) {
  auto cache = Driver();
  const std::string value(3000, 'v');
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  EXPECT_EQ(cache.Set("k0", value), Outcome::kDone);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache.value(), value);
  EXPECT_EQ(cache.Add("k0", "w"), Outcome::kRefused);
  EXPECT_EQ(cache.Incr("k0"), Outcome::kError);
  EXPECT_EQ(cache.Delete("k0"), Outcome::kDone);
  EXPECT_EQ(cache.Delete("k0"), Outcome::kRefused);
  EXPECT_EQ(cache.Incr("k0"), Outcome::kRefused);
  EXPECT_EQ(cache.Add("k0", "1"), Outcome::kDone);
  EXPECT_EQ(cache.Incr("k0", 4), Outcome::kDone);
  EXPECT_EQ(cache.value(), "5");
  EXPECT_EQ(cache.Clear(), Outcome::kDone);
  EXPECT_EQ(cache.Has("k0"), Outcome::kMiss);
}

TEST_F(CanaryStoreTest, OnlyCullRemovesWhatHasExpired) {
  auto cache = Driver();
  cache.Set("k0", "v", 0);
  cache.Set("k1", "v");
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  std::vector<std::string> names;
  ASSERT_EQ(ListDirectory(directory_, names), 0);
  EXPECT_EQ(names.size(), 3u);
  EXPECT_EQ(cache.Cull(), Outcome::kDone);
  ASSERT_EQ(ListDirectory(directory_, names), 0);
  EXPECT_EQ(names.size(), 2u);
  EXPECT_EQ(cache.Get("k1"), Outcome::kHit);
}

TEST_F(CanaryStoreTest, ProcessesLoseNoIncrement) {
  auto cache = Driver();
  cache.Set("k0", "0");
  const int failed = Fork(3, [&](uint16_t process) {
    auto own = Driver(process);
    for (int i = 0; i < 300; ++i) {
      if (own.Incr("k0") != Outcome::kDone) return 1;
    }
    return 0;
  });
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(cache.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache.value(), "900");
}

TEST_F(CanaryStoreTest, OneProcessWinsEachAdd) {
  Driver();
  const int wins = Fork(3, [&](uint16_t process) {
    auto own = Driver(process);
    int won = 0;
    for (int i = 0; i < 60; ++i) won += own.Add(NumberedKey(i), "v") == Outcome::kDone ? 1 : 0;
    return won;
  });
  EXPECT_EQ(wins, 60);
}

TEST_F(CanaryStoreTest, ReadersNeverSeeHalfAValue) {
  auto cache = Driver();
  cache.Set("k0", std::string(8192, 'a'));
  const int failed = Fork(3, [&](uint16_t process) {
    auto own = Driver(process);
    const std::string mine(8192, static_cast<char>('a' + process));
    for (int i = 0; i < 500; ++i) {
      if (process == 1 && own.Set("k0", mine) != Outcome::kDone) return 1;
      if (process == 2 && own.Set("k0", mine) != Outcome::kDone) return 1;
      if (own.Get("k0") != Outcome::kHit) return 1;
      if (own.value() != std::string(8192, own.value()[0])) return 1;
    }
    return 0;
  });
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace tearproof::kit
