// One process: a time to live is kept, within the format's resolution. Waits on the clock; asserts
// nothing about how long anything takes.
#include <gtest/gtest.h>

#include <string>

#include "backends/conformance/subject.h"
#include "harness/core/clock.h"

namespace tearproof::backends::conformance {
namespace {

constexpr uint32_t kHour = 3'600'000;

std::vector<Parameter> WithTtl(OpKind kind) {
  return Backends([kind](const BackendDescription& description) {
    return !description.broken && description.ttl && description.operations.contains(kind);
  });
}

class ExpiryTest : public testing::TestWithParam<Parameter> {
 protected:
  void SetUp() override { ASSERT_EQ(cache_.Init(), Outcome::kDone) << cache_.response().error; }

  uint32_t ResolutionMillis() const {
    return static_cast<uint32_t>(subject_.description().ttl_resolution / kNanosPerMilli);
  }

  // Keeps reading `key` until a time to live that began before now is over for certain.
  void ReadUntilOver(std::string_view key, uint32_t ttl_millis, const std::string& value) {
    const int64_t over = RealtimeNanos() + ttl_millis * kNanosPerMilli +
                         subject_.description().ttl_resolution + CoarseClockLagNanos();
    while (RealtimeNanos() <= over) {
      if (cache_.Get(key) != Outcome::kHit) continue;
      ASSERT_EQ(cache_.value(), value);
    }
  }

  Subject subject_{*GetParam()};
  Handle cache_ = subject_.Open();
};
INSTANTIATE_TEST_SUITE_P(Sound, ExpiryTest, testing::ValuesIn(WithTtl(OpKind::kSet)),
                         ParameterName);

TEST_P(ExpiryTest, ServesWhatHasNotExpired) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(100), kHour), Outcome::kDone);
  ASSERT_EQ(cache_.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache_.value(), ValueOf(100));
}

TEST_P(ExpiryTest, DropsWhatHasExpired) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(100), 20), Outcome::kDone);
  ReadUntilOver("k0", 20, ValueOf(100));
  EXPECT_EQ(cache_.Get("k0"), Outcome::kMiss);
  if (subject_.Supports(OpKind::kHas)) {
    EXPECT_EQ(cache_.Has("k0"), Outcome::kMiss);
  }
}

TEST_P(ExpiryTest, TakesZeroForExpiredAlready) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(100), 0), Outcome::kDone);
  if (ResolutionMillis() > 0) ReadUntilOver("k0", 0, ValueOf(100));
  EXPECT_EQ(cache_.Get("k0"), Outcome::kMiss);
}

TEST_P(ExpiryTest, LivesAgainAfterASet) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(100, 1), 0), Outcome::kDone);
  ASSERT_EQ(cache_.Set("k0", ValueOf(100, 2), kHour), Outcome::kDone);
  ASSERT_EQ(cache_.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache_.value(), ValueOf(100, 2));
}

class AddExpiryTest : public ExpiryTest {};
INSTANTIATE_TEST_SUITE_P(Sound, AddExpiryTest, testing::ValuesIn(WithTtl(OpKind::kAdd)),
                         ParameterName);

TEST_P(AddExpiryTest, WinsOverAnExpiredEntry) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(100, 1), 0), Outcome::kDone);
  ReadUntilOver("k0", 0, ValueOf(100, 1));
  EXPECT_EQ(cache_.Add("k0", ValueOf(100, 2), kHour), Outcome::kDone) << cache_.response().error;
  EXPECT_EQ(cache_.Add("k0", ValueOf(100, 3), kHour), Outcome::kRefused);
  ASSERT_EQ(cache_.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache_.value(), ValueOf(100, 2));
}

class TouchTest : public ExpiryTest {};
INSTANTIATE_TEST_SUITE_P(Sound, TouchTest, testing::ValuesIn(WithTtl(OpKind::kTouch)),
                         ParameterName);

TEST_P(TouchTest, ExtendsALife) {
  // On a stalled machine the entry may have expired before touch comes: then with a longer life.
  uint32_t ttl = 50 + 2 * ResolutionMillis();
  int64_t sure_until = 0;
  do {
    ttl *= 2;
    sure_until = RealtimeNanos() + (ttl - ResolutionMillis()) * kNanosPerMilli;
    ASSERT_EQ(cache_.Set("k0", ValueOf(600), ttl), Outcome::kDone);
  } while (cache_.Touch("k0", kHour) != Outcome::kDone && RealtimeNanos() >= sure_until);
  ASSERT_EQ(cache_.response().outcome, Outcome::kDone) << cache_.response().error;
  ReadUntilOver("k0", ttl, ValueOf(600));
  ASSERT_EQ(cache_.Get("k0"), Outcome::kHit);
  EXPECT_EQ(cache_.value(), ValueOf(600));
}

TEST_P(TouchTest, ShortensALife) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(600), kHour), Outcome::kDone);
  ASSERT_EQ(cache_.Touch("k0", 20), Outcome::kDone) << cache_.response().error;
  ReadUntilOver("k0", 20, ValueOf(600));
  EXPECT_EQ(cache_.Get("k0"), Outcome::kMiss);
}

TEST_P(TouchTest, IsRefusedForAMissingKey) {
  EXPECT_EQ(cache_.Touch("k0", kHour), Outcome::kRefused) << cache_.response().error;
  EXPECT_EQ(cache_.Get("k0"), Outcome::kMiss);
}

}  // namespace
}  // namespace tearproof::backends::conformance
