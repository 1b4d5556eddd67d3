#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckIncrExact(const HistoryBuilder& builder, bool evicts = false) {
  Contract contract;
  contract.evicts = evicts;
  return incr_exact::Make()->Check(builder.Build(), contract);
}

// A counter set to 0 and two overlapping increments, of 1 and of 2.
struct Counter : HistoryBuilder {
  Counter() : base(Set(1, 0, 10)) {
    base.counter = true;
    Incr(1, 20, 40);
    Incr(2, 30, 50).length = 2;
  }
  Op& base;
};

TEST(IncrExactTest, TheSumHolds) {
  Counter builder;
  builder.HitNumber(3, 60, 70, 3);
  const Verdict verdict = CheckIncrExact(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld);
  EXPECT_EQ(verdict.exercised, 2u);
}

TEST(IncrExactTest, LessIsALostIncrement) {
  Counter builder;
  builder.HitNumber(3, 60, 70, 2);
  const Verdict verdict = CheckIncrExact(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "lost-increment");
  EXPECT_EQ(verdict.sentence,
            "get k0 returned 2, although increments of 3 in all were acknowledged");
}

TEST(IncrExactTest, MoreIsAnExtraIncrementEvenMidway) {
  Counter builder;
  builder.HitNumber(3, 21, 25, 2);
  builder.HitNumber(3, 60, 70, 3);
  const Verdict verdict = CheckIncrExact(builder);
  EXPECT_EQ(verdict.anomaly, "extra-increment");
  EXPECT_EQ(verdict.sentence,
            "get k0 returned 2, although increments of at most 1 in all can have happened");
}

TEST(IncrExactTest, LessMidwayIsNotJudged) {
  Counter builder;
  builder.HitNumber(3, 45, 70, 0);
  EXPECT_EQ(CheckIncrExact(builder).judgement, Judgement::kNotExercised);
}

TEST(IncrExactTest, AnIncrementOfUnknownEndMayCountOrNot) {
  for (const int64_t number : {3, 8, 2, 9}) {
    Counter builder;
    builder.Killed(4, OpKind::kIncr, 20, 55).length = 5;
    builder.HitNumber(3, 60, 70, number);
    EXPECT_EQ(CheckIncrExact(builder).judgement == Judgement::kBroken, number == 2 || number == 9);
  }
}

TEST(IncrExactTest, ARefusedIncrementDidNotHappen) {
  Counter builder;
  builder.Incr(4, 20, 40, Outcome::kRefused);
  builder.HitNumber(3, 60, 70, 3);
  EXPECT_EQ(CheckIncrExact(builder).judgement, Judgement::kHeld);
}

TEST(IncrExactTest, AMissAtTheEndIsALostCounter) {
  Counter builder;
  builder.Miss(3, 60, 70);
  EXPECT_EQ(CheckIncrExact(builder).anomaly, "lost-counter");
}

TEST(IncrExactTest, AMissIsExcusedByAnIncrementOfUnknownEnd) {
  Counter builder;
  builder.Fail(4, OpKind::kIncr, 20, 55, "no");
  builder.Miss(3, 60, 70);
  EXPECT_NE(CheckIncrExact(builder).judgement, Judgement::kBroken);
}

TEST(IncrExactTest, WhatElseWasDoneToTheCounterLeavesItUnjudged) {
  for (const OpKind kind : {OpKind::kSet, OpKind::kDelete, OpKind::kTouch, OpKind::kClear}) {
    Counter builder;
    builder.Do(4, kind, 45, 55, Outcome::kDone);
    builder.HitNumber(3, 60, 70, 2);
    EXPECT_EQ(CheckIncrExact(builder).judgement, Judgement::kNotExercised) << OpKindName(kind);
  }
}

TEST(IncrExactTest, ClearingAfterTheLastReadDoesNot) {
  Counter builder;
  builder.HitNumber(3, 60, 70, 2);
  builder.Do(3, OpKind::kClear, 80, 90, Outcome::kDone);
  EXPECT_EQ(CheckIncrExact(builder).judgement, Judgement::kBroken);
}

TEST(IncrExactTest, ACounterWithoutABaseOrWithATimeToLiveIsNotJudged) {
  HistoryBuilder without;
  without.Incr(1, 20, 40);
  without.Incr(2, 30, 50);
  without.HitNumber(3, 60, 70, 9);
  EXPECT_EQ(CheckIncrExact(without).judgement, Judgement::kNotExercised);
  Counter mortal;
  mortal.base.ttl_millis = 1;
  mortal.HitNumber(3, 60, 70, 9);
  EXPECT_EQ(CheckIncrExact(mortal).judgement, Judgement::kNotExercised);
}

TEST(IncrExactTest, EvictionLeavesAWrongSumOpen) {
  Counter builder;
  builder.HitNumber(3, 60, 70, 2);
  EXPECT_EQ(CheckIncrExact(builder, true).judgement, Judgement::kInconclusive);
}

TEST(IncrExactTest, AccusesNobodyWhenRecordsAreMissing) {
  Counter builder;
  builder.HitNumber(3, 60, 70, 2);
  builder.parts.unreadable_records = 1;
  EXPECT_EQ(CheckIncrExact(builder).judgement, Judgement::kInconclusive);
}

}  // namespace
}  // namespace tearproof::check
