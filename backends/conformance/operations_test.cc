// One process: every operation does what it says, and what is not declared is not there.
#include <gtest/gtest.h>

#include <string>

#include "backends/conformance/subject.h"

namespace tearproof::backends::conformance {
namespace {

std::vector<Parameter> AllBackends() {
  return Backends([](const BackendDescription&) { return true; });
}

// Planted bugs included: whatever else is wrong with it, it is a cache.
class SmokeTest : public testing::TestWithParam<Parameter> {};
INSTANTIATE_TEST_SUITE_P(Every, SmokeTest, testing::ValuesIn(AllBackends()), ParameterName);

TEST_P(SmokeTest, SetsAndGets) {
  const Subject subject(*GetParam());
  Handle cache = subject.Open();
  ASSERT_EQ(cache.Init(), Outcome::kDone) << cache.response().error;
  EXPECT_EQ(cache.Get("k0"), Outcome::kMiss);
  const std::string value = ValueOf(4096);
  ASSERT_EQ(cache.Set("k0", value), Outcome::kDone) << cache.response().error;
  ASSERT_EQ(cache.Get("k0"), Outcome::kHit) << cache.response().error;
  EXPECT_EQ(cache.value(), value);
  EXPECT_EQ(cache.Get("k1"), Outcome::kMiss);
}

TEST_P(SmokeTest, AnswersUnsupportedExactlyToWhatItDoesNotDeclare) {
  const Subject subject(*GetParam());
  Handle cache = subject.Open();
  ASSERT_EQ(cache.Init(), Outcome::kDone) << cache.response().error;
  for (size_t i = 0; i < kOpKindCount; ++i) {
    const OpKind kind = static_cast<OpKind>(i);
    const bool unsupported = cache.RunAny(kind) == Outcome::kUnsupported;
    EXPECT_EQ(unsupported, !subject.Supports(kind)) << OpKindName(kind);
  }
}

class OperationsTest : public testing::TestWithParam<Parameter> {
 protected:
  void SetUp() override { ASSERT_EQ(cache_.Init(), Outcome::kDone) << cache_.response().error; }

  void ExpectHit(std::string_view key, const std::string& value) {
    ASSERT_EQ(cache_.Get(key), Outcome::kHit) << cache_.response().error;
    // Not EXPECT_EQ: nobody wants to read 16 MiB.
    EXPECT_TRUE(cache_.value() == value)
        << cache_.value().size() << " bytes for a value of " << value.size();
  }

  Subject subject_{*GetParam()};
  Handle cache_ = subject_.Open();
};

class SetGetTest : public OperationsTest {};
INSTANTIATE_TEST_SUITE_P(Sound, SetGetTest,
                         testing::ValuesIn(SoundWith({OpKind::kSet, OpKind::kGet})), ParameterName);

TEST_P(SetGetTest, RoundTripsEverySize) {
  for (const size_t bytes : {0, 1, 31, 32, 511, 512, 513, 4096, 65537, 1 << 20, 16 << 20}) {
    SCOPED_TRACE(bytes);
    const std::string value = ValueOf(bytes, bytes);
    ASSERT_EQ(cache_.Set("k0", value), Outcome::kDone) << cache_.response().error;
    ExpectHit("k0", value);
  }
}

TEST_P(SetGetTest, LeavesNoTailOfALongerValue) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(65537, 1)), Outcome::kDone);
  ASSERT_EQ(cache_.Set("k0", ValueOf(100, 2)), Outcome::kDone);
  ExpectHit("k0", ValueOf(100, 2));
}

TEST_P(SetGetTest, KeepsItsEntriesThroughAnotherInitAndAnotherHandle) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(4096)), Outcome::kDone);
  ASSERT_EQ(cache_.Init(), Outcome::kDone) << cache_.response().error;
  ExpectHit("k0", ValueOf(4096));
  cache_ = Handle(nullptr);
  cache_ = subject_.Open(2);
  ASSERT_EQ(cache_.Init(), Outcome::kDone) << cache_.response().error;
  ExpectHit("k0", ValueOf(4096));
}

class HasTest : public OperationsTest {};
INSTANTIATE_TEST_SUITE_P(Sound, HasTest, testing::ValuesIn(SoundWith({OpKind::kHas, OpKind::kSet})),
                         ParameterName);

TEST_P(HasTest, TellsPresentFromAbsent) {
  EXPECT_EQ(cache_.Has("k0"), Outcome::kMiss);
  ASSERT_EQ(cache_.Set("k0", ValueOf(100)), Outcome::kDone);
  EXPECT_EQ(cache_.Has("k0"), Outcome::kHit);
  EXPECT_EQ(cache_.Has("k1"), Outcome::kMiss);
}

class AddTest : public OperationsTest {};
INSTANTIATE_TEST_SUITE_P(Sound, AddTest,
                         testing::ValuesIn(SoundWith({OpKind::kAdd, OpKind::kDelete})),
                         ParameterName);

TEST_P(AddTest, IsRefusedWhileTheKeyIsPresent) {
  EXPECT_EQ(cache_.Add("k0", ValueOf(600, 1)), Outcome::kDone) << cache_.response().error;
  EXPECT_EQ(cache_.Add("k0", ValueOf(600, 2)), Outcome::kRefused);
  ExpectHit("k0", ValueOf(600, 1));
  ASSERT_EQ(cache_.Delete("k0"), Outcome::kDone);
  EXPECT_EQ(cache_.Add("k0", ValueOf(600, 3)), Outcome::kDone);
  ExpectHit("k0", ValueOf(600, 3));
}

class DeleteTest : public OperationsTest {};
INSTANTIATE_TEST_SUITE_P(Sound, DeleteTest,
                         testing::ValuesIn(SoundWith({OpKind::kDelete, OpKind::kSet})),
                         ParameterName);

TEST_P(DeleteTest, RemovesThatKeyAlone) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(600, 1)), Outcome::kDone);
  ASSERT_EQ(cache_.Set("k1", ValueOf(600, 2)), Outcome::kDone);
  EXPECT_EQ(cache_.Delete("k0"), Outcome::kDone) << cache_.response().error;
  EXPECT_EQ(cache_.Get("k0"), Outcome::kMiss);
  ExpectHit("k1", ValueOf(600, 2));
}

TEST_P(DeleteTest, IsRefusedForAMissingKey) {
  EXPECT_EQ(cache_.Delete("k0"), Outcome::kRefused) << cache_.response().error;
}

class IncrTest : public OperationsTest {};
INSTANTIATE_TEST_SUITE_P(Sound, IncrTest,
                         testing::ValuesIn(SoundWith({OpKind::kIncr, OpKind::kSet})),
                         ParameterName);

TEST_P(IncrTest, Counts) {
  ASSERT_EQ(cache_.Set("c", "0"), Outcome::kDone);
  EXPECT_EQ(cache_.Incr("c", 1), Outcome::kDone) << cache_.response().error;
  EXPECT_EQ(cache_.Incr("c", 41), Outcome::kDone);
  ExpectHit("c", "42");
  EXPECT_EQ(cache_.Incr("c", -43), Outcome::kDone);
  ExpectHit("c", "-1");
}

// Some caches begin at 0 there; what they answer must be what they did.
TEST_P(IncrTest, RefusesAMissingKeyOrBeginsAtZero) {
  const Outcome outcome = cache_.Incr("c", 7);
  if (outcome == Outcome::kDone) return ExpectHit("c", "7");
  EXPECT_EQ(outcome, Outcome::kRefused) << cache_.response().error;
  EXPECT_EQ(cache_.Get("c"), Outcome::kMiss);
}

class ClearTest : public OperationsTest {};
INSTANTIATE_TEST_SUITE_P(Sound, ClearTest,
                         testing::ValuesIn(SoundWith({OpKind::kClear, OpKind::kSet})),
                         ParameterName);

TEST_P(ClearTest, EmptiesTheCacheWhichWorksOn) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(cache_.Set("k" + std::to_string(i), ValueOf(600, i)), Outcome::kDone);
  }
  EXPECT_EQ(cache_.Clear(), Outcome::kDone) << cache_.response().error;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(cache_.Get("k" + std::to_string(i)), Outcome::kMiss);
  ASSERT_EQ(cache_.Init(), Outcome::kDone);
  ASSERT_EQ(cache_.Set("k0", ValueOf(600)), Outcome::kDone) << cache_.response().error;
  ExpectHit("k0", ValueOf(600));
}

TEST_P(ClearTest, IsFineOnAnEmptyCache) {
  EXPECT_EQ(cache_.Clear(), Outcome::kDone) << cache_.response().error;
}

class CullTest : public OperationsTest {};
INSTANTIATE_TEST_SUITE_P(Sound, CullTest,
                         testing::ValuesIn(SoundWith({OpKind::kCull, OpKind::kSet})),
                         ParameterName);

TEST_P(CullTest, LeavesACacheWithinItsLimitAlone) {
  ASSERT_EQ(cache_.Set("k0", ValueOf(600)), Outcome::kDone);
  EXPECT_EQ(cache_.Cull(), Outcome::kDone) << cache_.response().error;
  ExpectHit("k0", ValueOf(600));
}

class LimitTest : public testing::TestWithParam<Parameter> {};
INSTANTIATE_TEST_SUITE_P(Bounded, LimitTest,
                         testing::ValuesIn(Backends([](const BackendDescription& description) {
                           return !description.broken &&
                                  description.promises.contains(Promise::kBounded);
                         })),
                         ParameterName);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LimitTest);

// The promise allows one entry a process more than the limit.
TEST_P(LimitTest, KeepsNoMoreEntriesThanItsLimitAndOne) {
  const BackendDescription description = Describe(*GetParam());
  uint64_t limit = description.max_entries.value_or(7);
  std::map<std::string, std::string> options;
  if (!description.max_entries_option.empty()) {
    limit = 7;
    options[description.max_entries_option] = "7";
  }
  const Subject subject(*GetParam(), options);
  Handle cache = subject.Open();
  ASSERT_EQ(cache.Init(), Outcome::kDone);
  const uint64_t written = 3 * limit;
  for (uint64_t i = 0; i < written; ++i) {
    ASSERT_EQ(cache.Set("k" + std::to_string(i), ValueOf(100, i)), Outcome::kDone);
    ASSERT_EQ(cache.Get("k" + std::to_string(i)), Outcome::kHit) << "the newest was evicted";
  }
  if (subject.Supports(OpKind::kCull)) {
    EXPECT_EQ(cache.Cull(), Outcome::kDone);
  }
  uint64_t kept = 0;
  for (uint64_t i = 0; i < written; ++i) {
    if (cache.Get("k" + std::to_string(i)) == Outcome::kHit) ++kept;
  }
  EXPECT_LE(kept, limit + 1);
  EXPECT_GE(kept, 1u);
}

}  // namespace
}  // namespace tearproof::backends::conformance
