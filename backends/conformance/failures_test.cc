// One process: when the machine fails the cache may fail, but it neither crashes nor invents a
// value. Permissions do not bite root, so the failures are ones that bite everybody.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <string>

#include "backends/conformance/subject.h"

namespace tearproof::backends::conformance {
namespace {

// Lowers one of this process's limits for as long as it lives.
class LimitGuard {
 public:
  LimitGuard(__rlimit_resource resource, rlim_t limit) : resource_(resource) {
    getrlimit(resource_, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = limit;
    EXPECT_EQ(setrlimit(resource_, &lowered), 0);
  }
  ~LimitGuard() { setrlimit(resource_, &before_); }

 private:
  __rlimit_resource resource_;
  rlimit before_;
};

class FailuresTest : public testing::TestWithParam<Parameter> {};
INSTANTIATE_TEST_SUITE_P(Sound, FailuresTest,
                         testing::ValuesIn(SoundWith({OpKind::kSet, OpKind::kGet})), ParameterName);

TEST_P(FailuresTest, ADirectoryThatCannotBeGivesNoHit) {
  const Subject subject(*GetParam());
  std::ofstream(subject.parent() + "/file") << "no directory";
  Handle cache = subject.Open(1, subject.parent() + "/file/cache");
  EXPECT_EQ(cache.Init(), Outcome::kError);
  for (size_t i = 0; i < kOpKindCount; ++i) {
    const OpKind kind = static_cast<OpKind>(i);
    EXPECT_NE(cache.RunAny(kind), Outcome::kHit) << OpKindName(kind);
  }
  EXPECT_NE(cache.Get("k0"), Outcome::kHit);
}

TEST_P(FailuresTest, WithoutDescriptorsThereIsTheValueOrNone) {
  const Subject subject(*GetParam());
  Handle cache = subject.Open();
  ASSERT_EQ(cache.Init(), Outcome::kDone);
  ASSERT_EQ(cache.Set("k0", ValueOf(600)), Outcome::kDone);
  {
    const LimitGuard no_descriptors(RLIMIT_NOFILE, 3);
    const Outcome outcome = cache.Get("k0");
    if (outcome == Outcome::kHit) {
      EXPECT_EQ(cache.value(), ValueOf(600));
    }
  }
  ASSERT_EQ(cache.Get("k0"), Outcome::kHit) << cache.response().error;
  EXPECT_EQ(cache.value(), ValueOf(600));
}

std::vector<Parameter> KeepsValuesWhole() {
  return Backends([](const BackendDescription& description) {
    return !description.broken &&
           description.Expected("stress", "*", Promise::kIntact) == Expectation::kMustHold;
  });
}

class FullDiskTest : public testing::TestWithParam<Parameter> {};
INSTANTIATE_TEST_SUITE_P(Intact, FullDiskTest, testing::ValuesIn(KeepsValuesWhole()),
                         ParameterName);

// A limit on the size of files stands for the full disk: EFBIG in the middle of a value, where a
// full disk says ENOSPC.
TEST_P(FullDiskTest, LeavesTheOldValueOrTheNewOneOrNone) {
  const Subject subject(*GetParam());
  Handle cache = subject.Open();
  ASSERT_EQ(cache.Init(), Outcome::kDone);
  const std::string old_value = ValueOf(600, 1);
  const std::string new_value = ValueOf(4 << 20, 2);
  ASSERT_EQ(cache.Set("k0", old_value), Outcome::kDone);
  {
    const sighandler_t before = signal(SIGXFSZ, SIG_IGN);
    const LimitGuard full_disk(RLIMIT_FSIZE, 1 << 20);
    cache.Set("k0", new_value);  // Fails loudly, fails silently, or succeeds in another file.
    signal(SIGXFSZ, before);
  }
  const Outcome outcome = cache.Get("k0");
  if (outcome == Outcome::kHit) {
    EXPECT_TRUE(cache.value() == old_value || cache.value() == new_value)
        << "neither: " << cache.value().size() << " bytes";
  } else {
    EXPECT_EQ(outcome, Outcome::kMiss) << cache.response().error;
  }
  ASSERT_EQ(cache.Set("k0", new_value), Outcome::kDone) << cache.response().error;
  ASSERT_EQ(cache.Get("k0"), Outcome::kHit) << cache.response().error;
  EXPECT_TRUE(cache.value() == new_value);
}

}  // namespace
}  // namespace tearproof::backends::conformance
