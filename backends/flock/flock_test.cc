// What is peculiar to the locked store: which files it leaves, and what a killed writer costs.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "harness/core/owned_directory.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::flock {

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup);

namespace {

class FlockTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(Run(OpKind::kInit), Outcome::kDone); }

  Outcome Run(OpKind kind, std::string_view key = "", std::string_view value = "",
              uint32_t ttl_millis = kNoTtl) {
    backend_->Execute(Request{kind, key, value, ttl_millis, 1}, response_);
    return response_.outcome;
  }

  std::string EntryOf(std::string_view key) const {
    return directory_.path() + "/" + kit::Md5Hex(key) + ".entry";
  }

  std::set<std::string> Files() const {
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      names.insert(file.path().filename().string());
    }
    return names;
  }

  OwnedDirectory directory_ = OwnedDirectory::Create(testing::TempDir()).value();
  std::unique_ptr<Backend> backend_ =
      Open(BackendSetup{directory_.path(), 1, 1, {{"max_entries", "0"}}}).value();
  Response response_;
};

// What the file is like at each moment of a set, header last: nothing of it is an entry.
TEST_F(FlockTest, TakesAnUnfinishedEntryForNone) {
  ASSERT_EQ(Run(OpKind::kSet, "k0", "value"), Outcome::kDone);
  std::string whole;
  ASSERT_EQ(kit::ReadFile(EntryOf("k0"), whole), 0);
  const std::string unfinished = std::string(24, '\0') + "value";
  const std::string half_a_header = whole.substr(0, 17) + std::string(7, '\0') + "value";
  for (const std::string& left : {std::string(), whole.substr(0, 23), unfinished, half_a_header}) {
    SCOPED_TRACE(left.size());
    std::ofstream(EntryOf("k0"), std::ios::trunc) << left;
    EXPECT_EQ(Run(OpKind::kGet, "k0"), Outcome::kMiss);
    EXPECT_EQ(Run(OpKind::kHas, "k0"), Outcome::kMiss);
    EXPECT_EQ(Run(OpKind::kTouch, "k0"), Outcome::kRefused);
    EXPECT_EQ(Run(OpKind::kIncr, "k0"), Outcome::kRefused);
    EXPECT_EQ(Run(OpKind::kDelete, "k0"), Outcome::kRefused);
    ASSERT_EQ(Run(OpKind::kAdd, "k0", "value"), Outcome::kDone);
    ASSERT_EQ(Run(OpKind::kGet, "k0"), Outcome::kHit);
    EXPECT_EQ(response_.value, "value");
  }
}

TEST_F(FlockTest, FailsOnAnEntryThatSomebodyElseCut) {
  ASSERT_EQ(Run(OpKind::kSet, "k0", "value"), Outcome::kDone);
  std::filesystem::resize_file(EntryOf("k0"), 26);
  EXPECT_EQ(Run(OpKind::kGet, "k0"), Outcome::kError);
}

TEST_F(FlockTest, CullRemovesWhatExpiredOrWasNeverFinished) {
  ASSERT_EQ(Run(OpKind::kSet, "expired", "value", 0), Outcome::kDone);
  ASSERT_EQ(Run(OpKind::kSet, "living", "value"), Outcome::kDone);
  std::ofstream(EntryOf("unfinished")) << "half";
  ASSERT_EQ(Run(OpKind::kCull), Outcome::kDone);
  EXPECT_EQ(Files(), (std::set<std::string>{"lock", kit::Md5Hex("living") + ".entry"}));
}

TEST_F(FlockTest, ClearLeavesTheLockAndForeignFiles) {
  ASSERT_EQ(Run(OpKind::kSet, "k0", "value"), Outcome::kDone);
  std::ofstream(directory_.path() + "/foreign") << "not the cache's";
  ASSERT_EQ(Run(OpKind::kClear), Outcome::kDone);
  EXPECT_EQ(Files(), (std::set<std::string>{"foreign", "lock"}));
}

TEST_F(FlockTest, RefusesToCountWhatIsNoNumberOrHasNoSum) {
  for (const char* value : {"", "1x", "9223372036854775807"}) {
    ASSERT_EQ(Run(OpKind::kSet, "c", value), Outcome::kDone);
    EXPECT_EQ(Run(OpKind::kIncr, "c"), Outcome::kRefused) << value;
    ASSERT_EQ(Run(OpKind::kGet, "c"), Outcome::kHit);
    EXPECT_EQ(response_.value, value);
  }
}

TEST(FlockOptionsTest, RejectsALimitThatIsNone) {
  for (const char* limit : {"", "-1", "many", "7 "}) {
    const auto backend = Open(BackendSetup{"/nowhere", 1, 1, {{"max_entries", limit}}});
    ASSERT_FALSE(backend.ok()) << limit;
    EXPECT_EQ(backend.error().kind, ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace tearproof::backends::flock
