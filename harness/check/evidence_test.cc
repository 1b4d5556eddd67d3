#include "harness/check/evidence.h"

#include <gtest/gtest.h>

#include <optional>

#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

class OverlappingChangeTest : public testing::Test {
 protected:
  // What is suspected of the get at 100 to 200 by process 9; nullptr if nothing is.
  const Op* Suspect() {
    Op& get = builder_.Miss(9, 100, 200);
    const uint64_t sequence = get.sequence;
    history_.emplace(builder_.Build());
    for (const Op& op : history_->ops()) {
      if (op.process == 9 && op.sequence == sequence) return OverlappingChange(*history_, op);
    }
    return nullptr;
  }

  HistoryBuilder builder_;
  std::optional<History> history_;
};

TEST_F(OverlappingChangeTest, IsTheOneThatBeganLast) {
  builder_.Set(1, 0, 110);
  builder_.Delete(2, 150, 300);
  const Op* suspect = Suspect();
  ASSERT_NE(suspect, nullptr);
  EXPECT_EQ(suspect->process, 2);
}

TEST_F(OverlappingChangeTest, IsNoneThatWasOverOrCameLater) {
  builder_.Set(1, 0, 99);
  builder_.Set(2, 201, 300);
  EXPECT_EQ(Suspect(), nullptr);
}

TEST(OverlappingChangesTest, AreNeverTheOperationItself) {
  HistoryBuilder builder;
  builder.Fail(1, OpKind::kSet, 0, 100, "Input/output error");
  const History history = builder.Build();
  EXPECT_EQ(OverlappingChange(history, history.ops()[0]), nullptr);
}

TEST_F(OverlappingChangeTest, IsNoReadAndNothingThatDidNotHappenAndNoOtherKey) {
  builder_.Miss(1, 90, 210);
  builder_.Add(2, 90, 210, Outcome::kRefused);
  builder_.Set(3, 90, 210, /*key=*/1);
  EXPECT_EQ(Suspect(), nullptr);
}

TEST_F(OverlappingChangeTest, MayBeOneThatFailedOrWasKilled) {
  builder_.Killed(1, OpKind::kSet, 120, 400);
  const Op* suspect = Suspect();
  ASSERT_NE(suspect, nullptr);
  EXPECT_EQ(suspect->process, 1);
}

TEST(OverlappingChangesTest, HasNothingToSayOfClear) {
  HistoryBuilder builder;
  builder.Set(1, 0, 100);
  builder.Do(2, OpKind::kClear, 50, 60, Outcome::kDone);
  const History history = builder.Build();
  EXPECT_EQ(OverlappingChange(history, history.ops()[1]), nullptr);
}

Accusation Named(std::string_view anomaly) { return {anomaly, "", {}}; }

TEST(FindingsTest, NothingCoveredIsNotExercised) {
  const History history = HistoryBuilder().Build();
  Findings findings(history, Promise::kIntact, "hits");
  const Verdict verdict = findings.Conclude("nobody read");
  EXPECT_EQ(verdict.judgement, Judgement::kNotExercised);
  EXPECT_EQ(verdict.reason, "nobody read");
}

TEST(FindingsTest, TheHighestRankIsTheEvidenceAndAllAreCounted) {
  const History history = HistoryBuilder().Build();
  Findings findings(history, Promise::kIntact, "hits");
  findings.Accuse(1, [] { return Named("empty-read"); });
  findings.Accuse(2, [] { return Named("torn-read"); });
  findings.Accuse(2, [] { return Named("mixed-read"); });
  findings.Doubt("out of budget");
  const Verdict verdict = findings.Conclude("");
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "torn-read");
  EXPECT_EQ(verdict.violations, 3u);
}

TEST(FindingsTest, WhatAMissingRecordCouldExplainAccusesNobodyOnceRecordsAreMissing) {
  HistoryBuilder builder;
  builder.parts.unreadable_records = 1;
  const History history = builder.Build();
  Findings findings(history, Promise::kPresent, "misses");
  findings.Cover();
  findings.AccuseIfComplete(1, [] { return Named("lost-entry"); });
  EXPECT_EQ(findings.Conclude("").judgement, Judgement::kInconclusive);

  Findings certain(history, Promise::kIntact, "hits");
  certain.Accuse(1, [] { return Named("torn-read"); });
  EXPECT_EQ(certain.Conclude("").judgement, Judgement::kBroken);
}

TEST(FindingsTest, ADoubtIsInconclusiveHoweverMuchWasCovered) {
  const History history = HistoryBuilder().Build();
  Findings findings(history, Promise::kFresh, "hits");
  findings.Cover(1000);
  findings.Doubt("out of budget");
  findings.Doubt("another");
  const Verdict verdict = findings.Conclude("");
  EXPECT_EQ(verdict.judgement, Judgement::kInconclusive);
  EXPECT_EQ(verdict.reason, "out of budget");
}

}  // namespace
}  // namespace tearproof::check
