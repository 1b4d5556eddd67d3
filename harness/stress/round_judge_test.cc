#include "harness/stress/round_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "harness/core/owned_directory.h"
#include "harness/history/segment.h"
#include "harness/stress/round_store.h"

namespace tearproof::stress {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Breaks in rounds that have a number of operations that it is told; waits where it is told to.
class CountingChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kIntact; }
  bool Applies(const Ingredients&) const override { return true; }
  Verdict Check(const History& history, const Contract&) const override {
    if (wait != nullptr) wait->wait();
    Verdict verdict;
    verdict.promise = Promise::kIntact;
    verdict.exercised = history.ops().size();
    verdict.judgement = history.ops().size() == breaks_at ? Judgement::kBroken : Judgement::kHeld;
    return verdict;
  }

  size_t breaks_at = SIZE_MAX;
  std::latch* wait = nullptr;
};

class RoundJudgeTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<OwnedDirectory> made = OwnedDirectory::Create(testing::TempDir());
    ASSERT_TRUE(made.ok()) << made.error().Message();
    cell_.emplace(std::move(made).value());
    ASSERT_TRUE(MakeLive(cell_->path()).ok());
    setup_.cell_directory = cell_->path();
    setup_.keys = {"k0"};
    setup_.checkers = {&checker_};
    setup_.history_budget = 1 << 20;
  }

  // What the workers leave of a round: process 1 missed so often.
  void WriteRound(uint64_t round, int64_t misses) {
    RoundInfo info;
    info.header.round = round;
    info.processes = {{1, "reader", ProcessInfo::End::kLived}};
    ASSERT_TRUE(WriteRoundInfo(info, LiveDirectory(cell_->path(), round)).ok());
    const std::string path = SegmentPath(cell_->path(), round, 1);
    unlink(path.c_str());
    Result<SegmentWriter> segment = SegmentWriter::Create(path, 1, 16);
    ASSERT_TRUE(segment.ok()) << segment.error().Message();
    segment.value().BeginRound(round);
    for (int64_t i = 0; i < misses; ++i) {
      Op op;
      op.process = 1;
      op.kind = OpKind::kGet;
      op.key = 0;
      op.outcome = Outcome::kMiss;
      op.invoke = 10 * i;
      op.ret = 10 * i + 5;
      segment.value().Invoke(op);
      segment.value().Return(op);
    }
  }

  std::optional<OwnedDirectory> cell_;
  CountingChecker checker_;
  RoundJudge::Setup setup_;
};

TEST_F(RoundJudgeTest, JudgesWhileTheNextRoundIsWritten) {
  std::latch judged(1);
  checker_.wait = &judged;
  RoundJudge judge(setup_);
  WriteRound(1, 3);
  judge.Begin(1);
  EXPECT_FALSE(judge.ready());
  EXPECT_EQ(judge.rounds(), 0u);
  WriteRound(2, 5);
  judged.count_down();
  ASSERT_TRUE(judge.Collect().ok());
  EXPECT_EQ(judge.verdicts().at(0).exercised, 3u);  // Of round 1, untouched by round 2.
  judge.Begin(2);
  ASSERT_TRUE(judge.Collect().ok());
  EXPECT_EQ(judge.verdicts().at(0).exercised, 8u);
  EXPECT_EQ(judge.rounds(), 2u);
  ASSERT_TRUE(judge.Collect().ok());  // Nothing under way: nothing more.
  EXPECT_EQ(judge.verdicts().at(0).exercised, 8u);
}

TEST_F(RoundJudgeTest, IsReadyOnceARoundIsJudged) {
  RoundJudge judge(setup_);
  EXPECT_FALSE(judge.ready());
  WriteRound(1, 1);
  judge.Begin(1);
  while (!judge.ready()) std::this_thread::yield();
  ASSERT_TRUE(judge.Collect().ok());
  EXPECT_FALSE(judge.ready());
}

TEST_F(RoundJudgeTest, KeepsTheFirstRoundThatBreaksAPromise) {
  checker_.breaks_at = 2;
  RoundJudge judge(setup_);
  for (const auto& [round, misses] : {std::pair{1, 1}, {2, 2}, {3, 2}}) {
    WriteRound(round, misses);
    judge.Begin(round);
    ASSERT_TRUE(judge.Collect().ok());
  }
  judge.KeepLast();
  EXPECT_EQ(judge.verdicts().at(0).judgement, Judgement::kBroken);
  EXPECT_EQ(judge.verdicts().at(0).round, 2u);
  ASSERT_TRUE(RemoveLive(cell_->path()).ok());
  EXPECT_THAT(ListRounds(cell_->path()), ElementsAre(cell_->path() + "/round-2"));
  EXPECT_GT(judge.history_bytes(), 0u);
}

TEST_F(RoundJudgeTest, KeepsTheLastOfThoseThatBrokeNothing) {
  RoundJudge judge(setup_);
  for (const int round : {1, 2}) {
    WriteRound(round, round);
    judge.Begin(round);
    ASSERT_TRUE(judge.Collect().ok());
  }
  judge.KeepLast();
  ASSERT_TRUE(RemoveLive(cell_->path()).ok());
  EXPECT_THAT(ListRounds(cell_->path()), ElementsAre(cell_->path() + "/round-2"));
}

TEST_F(RoundJudgeTest, KeepsNoMoreThanItMay) {
  checker_.breaks_at = 2;
  setup_.history_budget = 1;
  RoundJudge judge(setup_);
  WriteRound(1, 2);
  judge.Begin(1);
  ASSERT_TRUE(judge.Collect().ok());
  EXPECT_THAT(judge.notes(), ElementsAre(testing::HasSubstr("round 1 was not kept")));
  EXPECT_EQ(judge.history_bytes(), 0u);
}

TEST_F(RoundJudgeTest, AfterAnErrorNothingIsJudged) {
  RoundJudge judge(setup_);
  WriteRound(1, 1);
  std::ofstream(SegmentPath(cell_->path(), 1, 2)) << "no segment";
  judge.Begin(1);
  EXPECT_FALSE(judge.Collect().ok());
  EXPECT_FALSE(judge.Collect().ok());
  EXPECT_EQ(judge.rounds(), 0u);
  WriteRound(2, 1);
  judge.Begin(2);
  EXPECT_FALSE(judge.Collect().ok());
  EXPECT_EQ(judge.verdicts().at(0).exercised, 0u);
  EXPECT_THAT(judge.notes(), IsEmpty());
}

}  // namespace
}  // namespace tearproof::stress
