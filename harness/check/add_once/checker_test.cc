#include <gtest/gtest.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckAddOnce(const HistoryBuilder& builder, bool evicts = false) {
  Contract contract;
  contract.evicts = evicts;
  return add_once::Make()->Check(builder.Build(), contract);
}

struct DoubleAdd : HistoryBuilder {
  DoubleAdd() {
    Add(1, 0, 20);
    Add(2, 10, 30);
  }
};

TEST(AddOnceTest, TwoWinnersAreBroken) {
  const Verdict verdict = CheckAddOnce(DoubleAdd());
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "double-add");
  EXPECT_EQ(verdict.sentence,
            "add k0 of process 1 and that of process 2 both won, and nothing was removed between "
            "them");
}

TEST(AddOnceTest, TwoWinnersInTurnAreBrokenToo) {
  HistoryBuilder builder;
  builder.Add(1, 0, 20);
  builder.Add(1, 30, 40);
  EXPECT_EQ(CheckAddOnce(builder).judgement, Judgement::kBroken);
}

TEST(AddOnceTest, OneWinnerHolds) {
  HistoryBuilder builder;
  builder.Add(1, 0, 20);
  builder.Add(2, 10, 30, Outcome::kRefused);
  const Verdict verdict = CheckAddOnce(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld);
  EXPECT_EQ(verdict.exercised, 1u);
}

TEST(AddOnceTest, IsNotExercisedByAddsInTurn) {
  HistoryBuilder builder;
  builder.Add(1, 0, 20);
  builder.Add(2, 30, 40, Outcome::kRefused);
  EXPECT_EQ(CheckAddOnce(builder).judgement, Judgement::kNotExercised);
}

TEST(AddOnceTest, ARemovalThatMayLieBetweenAcquits) {
  for (const OpKind kind : {OpKind::kDelete, OpKind::kClear, OpKind::kCull}) {
    DoubleAdd builder;
    builder.Do(3, kind, 5, 12, Outcome::kDone);
    EXPECT_EQ(CheckAddOnce(builder).judgement, Judgement::kHeld) << OpKindName(kind);
  }
}

TEST(AddOnceTest, ARemovalThatLiesBetweenInTheOtherOrderAcquits) {
  // Process 2 may have won first: then the delete, then process 1.
  HistoryBuilder builder;
  builder.Add(1, 0, 50);
  builder.Add(2, 10, 20);
  builder.Delete(3, 30, 40);
  EXPECT_EQ(CheckAddOnce(builder).judgement, Judgement::kHeld);
}

TEST(AddOnceTest, ARemovalBeforeOrAfterBothDoesNot) {
  HistoryBuilder builder;
  builder.Delete(3, 0, 5);
  builder.Add(1, 10, 20);
  builder.Add(2, 30, 40);
  builder.Delete(3, 50, 60);
  EXPECT_EQ(CheckAddOnce(builder).judgement, Judgement::kBroken);
}

TEST(AddOnceTest, AnAddThatMayHaveExpiredAcquits) {
  HistoryBuilder builder;
  builder.Add(1, 0, 20).ttl_millis = 1;
  builder.Add(2, kMilli + 30, kMilli + 40);
  EXPECT_NE(CheckAddOnce(builder).judgement, Judgement::kBroken);
}

TEST(AddOnceTest, WithEvictionTheCountOfWinnersCannotBeJudged) {
  const Verdict verdict = CheckAddOnce(DoubleAdd(), true);
  EXPECT_EQ(verdict.judgement, Judgement::kNotExercised);
  EXPECT_EQ(verdict.reason, "an entry may be evicted, so a second add may win");
}

struct LostAdd : HistoryBuilder {
  LostAdd() {
    const Op& old = Set(1, 0, 5);
    Delete(1, 6, 8);
    Add(2, 10, 20);
    Hit(3, 30, 40, old);
  }
};

TEST(AddOnceTest, AWinnerWhoseValueIsNotThereIsBroken) {
  const Verdict verdict = CheckAddOnce(LostAdd());
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "lost-add");
}

TEST(AddOnceTest, AWriteThatMayHaveReplacedItAcquits) {
  for (const OpKind kind : {OpKind::kSet, OpKind::kDelete, OpKind::kIncr}) {
    LostAdd builder;
    builder.Do(4, kind, 15, 25, Outcome::kDone);
    EXPECT_NE(CheckAddOnce(builder).judgement, Judgement::kBroken) << OpKindName(kind);
  }
  LostAdd killed;
  killed.Killed(4, OpKind::kSet, 15, 25);
  EXPECT_NE(CheckAddOnce(killed).judgement, Judgement::kBroken);
}

TEST(AddOnceTest, TheValueOfARefusedAddIsBrokenEvenWithEviction) {
  HistoryBuilder builder;
  const Op& refused = builder.Add(1, 0, 20, Outcome::kRefused);
  builder.Hit(3, 30, 40, refused);
  EXPECT_EQ(CheckAddOnce(builder, true).judgement, Judgement::kBroken);
}

TEST(AddOnceTest, AccusesNobodyWhenRecordsAreMissing) {
  DoubleAdd builder;
  builder.parts.unreadable_records = 1;
  EXPECT_EQ(CheckAddOnce(builder).judgement, Judgement::kInconclusive);
}

}  // namespace
}  // namespace tearproof::check
