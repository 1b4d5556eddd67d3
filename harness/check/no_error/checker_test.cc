#include <gmock/gmock.h>

#include <csignal>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckNoError(const HistoryBuilder& builder) {
  return no_error::Make()->Check(builder.Build(), Contract());
}

TEST(NoErrorTest, HoldsUnderOverlap) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Set(2, 5, 15);
  const Verdict verdict = CheckNoError(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld);
  EXPECT_EQ(verdict.exercised, 2u);
}

TEST(NoErrorTest, KeylessOperationsOverlapEveryKey) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10, 2);
  builder.Do(2, OpKind::kClear, 5, 15, Outcome::kDone);
  EXPECT_EQ(CheckNoError(builder).judgement, Judgement::kHeld);
}

TEST(NoErrorTest, IsNotExercisedByOneAfterTheOtherOrOnOtherKeys) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Set(2, 5, 15, 1);
  builder.Set(1, 20, 30, 1);
  EXPECT_EQ(CheckNoError(builder).judgement, Judgement::kNotExercised);
}

TEST(NoErrorTest, WhatWasNeverSupportedCoversNothing) {
  HistoryBuilder builder;
  builder.Do(1, OpKind::kIncr, 0, 10, Outcome::kUnsupported);
  builder.Do(2, OpKind::kIncr, 0, 10, Outcome::kUnsupported);
  EXPECT_EQ(CheckNoError(builder).judgement, Judgement::kNotExercised);
}

TEST(NoErrorTest, WhoWasToldThatAFaultEndedItsInitHasNoCacheUntilTheNext) {
  HistoryBuilder builder;
  builder.Fail(1, OpKind::kInit, 0, 10, "Permission denied");
  builder.parts.struck = {{1, 0, "EACCES"}};
  builder.Fail(1, OpKind::kSet, 20, 30, "No such file");
  EXPECT_NE(CheckNoError(builder).judgement, Judgement::kBroken);
  builder.Do(1, OpKind::kInit, 40, 50, Outcome::kDone);
  builder.Fail(1, OpKind::kSet, 60, 70, "No such file");
  EXPECT_EQ(CheckNoError(builder).violations, 1u);
}

TEST(NoErrorTest, AnErrorShowsTheChangeUnderWay) {
  HistoryBuilder builder;
  builder.Delete(2, 5, 15);
  builder.Fail(1, OpKind::kGet, 0, 10, "No such file");
  builder.Set(3, 11, 20);
  const Verdict verdict = CheckNoError(builder);
  ASSERT_EQ(verdict.evidence.size(), 2u);
  EXPECT_EQ(verdict.evidence[1].op.kind, OpKind::kDelete);
}

TEST(NoErrorTest, AnErrorIsBrokenAndItsTextEscaped) {
  HistoryBuilder builder;
  builder.Fail(1, OpKind::kGet, 0, 10, "No such file\x1b[31m");
  const Verdict verdict = CheckNoError(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "failed-operation");
  EXPECT_EQ(verdict.sentence, "get k0 failed: No such file\\x1b[31m");
  ASSERT_EQ(verdict.evidence.size(), 1u);
  EXPECT_EQ(verdict.evidence[0].key, "k0");
}

TEST(NoErrorTest, ACrashIsBrokenAndPreferred) {
  HistoryBuilder builder;
  builder.Fail(1, OpKind::kGet, 0, 10, "no");
  builder.Do(3, OpKind::kSet, 20, kNever, Outcome::kOpen);
  ProcessInfo& info = builder.Declare(3);
  info.end = ProcessInfo::End::kDied;
  info.end_signal = SIGSEGV;
  info.reaped = 40;
  const Verdict verdict = CheckNoError(builder);
  EXPECT_EQ(verdict.anomaly, "crash-of-the-cache");
  EXPECT_EQ(verdict.sentence, "process 3 died by SIGSEGV in set k0");
  EXPECT_EQ(verdict.violations, 2u);
}

TEST(NoErrorTest, AKilledProcessIsNoError) {
  HistoryBuilder builder;
  builder.Killed(1, OpKind::kSet, 0, 20);
  builder.Set(2, 5, 15);
  EXPECT_EQ(CheckNoError(builder).judgement, Judgement::kHeld);
}

TEST(NoErrorTest, HoldsNothingWhenRecordsAreMissing) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Set(2, 5, 15);
  builder.parts.unreadable_records = 1;
  EXPECT_EQ(CheckNoError(builder).judgement, Judgement::kInconclusive);
}

}  // namespace
}  // namespace tearproof::check
