#include "harness/check/fresh/counting.h"

#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check::fresh {
namespace {

// A counter, more increments than a minimal contradiction is looked for among, and then `number`.
HistoryBuilder Counted(int64_t number) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).counter = true;
  for (int i = 0; i < 500; ++i) builder.Incr(1, 20 + i * 10, 25 + i * 10);
  builder.Incr(2, 20, 30);
  builder.HitNumber(3, 9'000, 9'010, number);
  return builder;
}

Verdict Check(const HistoryBuilder& builder) { return Make()->Check(builder.Build(), {}); }

TEST(CountingTest, TooSmallANumberIsALostIncrement) {
  const Verdict verdict = Check(Counted(500));
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "lost-increment");
  EXPECT_THAT(verdict.sentence, testing::HasSubstr("returned 500, although increments of 501 had "
                                                   "returned since set #0 of process 1"));
  EXPECT_EQ(verdict.evidence.size(), 3u);
}

TEST(CountingTest, TooLargeANumberIsAnExtraIncrement) {
  const Verdict verdict = Check(Counted(502));
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "extra-increment");
  EXPECT_THAT(verdict.sentence, testing::HasSubstr("no more than 501"));
}

TEST(CountingTest, TheRightNumberIsHeld) {
  EXPECT_NE(Check(Counted(501)).judgement, Judgement::kBroken);
}

TEST(CountingTest, WhatMayNotHaveHappenedOrComesLaterIsNotMissed) {
  HistoryBuilder builder = Counted(500);
  builder.Incr(4, 8'995, 9'005);
  builder.Incr(4, 9'020, 9'030);
  EXPECT_EQ(Check(builder).anomaly, "lost-increment");
  HistoryBuilder more = Counted(502);
  more.Incr(4, 8'995, 9'005);
  EXPECT_NE(Check(more).judgement, Judgement::kBroken);
}

TEST(CountingTest, ARemovalInBetweenLeavesItToTheSearch) {
  HistoryBuilder builder = Counted(500);
  builder.Delete(4, 50, 60);
  const Verdict verdict = Check(builder);
  EXPECT_NE(verdict.anomaly, "lost-increment");
}

}  // namespace
}  // namespace tearproof::check::fresh
