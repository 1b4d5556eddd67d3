// Two processes, one after another: each sees what the other has done.
#include <gtest/gtest.h>

#include <string>

#include "backends/conformance/peer.h"
#include "backends/conformance/subject.h"

namespace tearproof::backends::conformance {
namespace {

class TwoProcessesTest : public testing::TestWithParam<Parameter> {
 protected:
  void SetUp() override {
    ASSERT_EQ(mine_.Init(), Outcome::kDone) << mine_.response().error;
    ASSERT_EQ(theirs_.Run(OpKind::kInit), Outcome::kDone) << theirs_.text();
  }

  void ExpectTheySee(std::string_view key, const std::string& value) {
    ASSERT_EQ(theirs_.Run(OpKind::kGet, key), Outcome::kHit) << theirs_.text();
    EXPECT_EQ(theirs_.text(), value);
  }

  Subject subject_{*GetParam()};
  Peer theirs_{subject_};
  Handle mine_ = subject_.Open(1);
};
INSTANTIATE_TEST_SUITE_P(Sound, TwoProcessesTest,
                         testing::ValuesIn(SoundWith({OpKind::kSet, OpKind::kGet})), ParameterName);

TEST_P(TwoProcessesTest, OneSeesTheOthersSets) {
  ASSERT_EQ(theirs_.Run(OpKind::kGet, "k0"), Outcome::kMiss);
  for (uint64_t version = 0; version < 10; ++version) {
    ASSERT_EQ(mine_.Set("k0", ValueOf(4096, version)), Outcome::kDone) << mine_.response().error;
    ExpectTheySee("k0", ValueOf(4096, version));
    const std::string answer = ValueOf(5000, version);
    ASSERT_EQ(theirs_.Run(OpKind::kSet, "k0", answer), Outcome::kDone) << theirs_.text();
    ASSERT_EQ(mine_.Get("k0"), Outcome::kHit);
    EXPECT_EQ(mine_.value(), answer);
  }
}

class TwoProcessesDeleteTest : public TwoProcessesTest {};
INSTANTIATE_TEST_SUITE_P(Sound, TwoProcessesDeleteTest,
                         testing::ValuesIn(SoundWith({OpKind::kSet, OpKind::kDelete})),
                         ParameterName);

TEST_P(TwoProcessesDeleteTest, OneSeesTheOthersDelete) {
  ASSERT_EQ(mine_.Set("k0", ValueOf(4096)), Outcome::kDone);
  ExpectTheySee("k0", ValueOf(4096));
  ASSERT_EQ(mine_.Delete("k0"), Outcome::kDone);
  EXPECT_EQ(theirs_.Run(OpKind::kGet, "k0"), Outcome::kMiss) << theirs_.text();
  EXPECT_EQ(theirs_.Run(OpKind::kDelete, "k0"), Outcome::kRefused) << theirs_.text();
}

class TwoProcessesClearTest : public TwoProcessesTest {};
INSTANTIATE_TEST_SUITE_P(Sound, TwoProcessesClearTest,
                         testing::ValuesIn(SoundWith({OpKind::kSet, OpKind::kClear})),
                         ParameterName);

TEST_P(TwoProcessesClearTest, OneSeesTheOthersClear) {
  ASSERT_EQ(mine_.Set("k0", ValueOf(4096)), Outcome::kDone);
  ExpectTheySee("k0", ValueOf(4096));
  ASSERT_EQ(mine_.Clear(), Outcome::kDone);
  EXPECT_EQ(theirs_.Run(OpKind::kGet, "k0"), Outcome::kMiss) << theirs_.text();
}

class TwoProcessesAddTest : public TwoProcessesTest {};
INSTANTIATE_TEST_SUITE_P(Sound, TwoProcessesAddTest, testing::ValuesIn(SoundWith({OpKind::kAdd})),
                         ParameterName);

TEST_P(TwoProcessesAddTest, OneIsRefusedAfterTheOther) {
  ASSERT_EQ(mine_.Add("k0", ValueOf(600, 1)), Outcome::kDone);
  EXPECT_EQ(theirs_.Run(OpKind::kAdd, "k0", ValueOf(600, 2)), Outcome::kRefused) << theirs_.text();
  ExpectTheySee("k0", ValueOf(600, 1));
}

class TwoProcessesIncrTest : public TwoProcessesTest {};
INSTANTIATE_TEST_SUITE_P(Sound, TwoProcessesIncrTest,
                         testing::ValuesIn(SoundWith({OpKind::kIncr, OpKind::kSet})),
                         ParameterName);

TEST_P(TwoProcessesIncrTest, TheyCountTogether) {
  ASSERT_EQ(mine_.Set("c", "0"), Outcome::kDone);
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(mine_.Incr("c", 1), Outcome::kDone);
    ASSERT_EQ(theirs_.Run(OpKind::kIncr, "c"), Outcome::kDone) << theirs_.text();
  }
  ExpectTheySee("c", "10");
}

}  // namespace
}  // namespace tearproof::backends::conformance
