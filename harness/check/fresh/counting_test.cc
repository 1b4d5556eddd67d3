#include "harness/check/fresh/counting.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/fresh/key_history.h"
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

Verdict CheckCounting(const HistoryBuilder& builder) { return Make()->Check(builder.Build(), {}); }

TEST(CountingTest, TooSmallANumberIsALostIncrement) {
  const Verdict verdict = CheckCounting(Counted(500));
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "lost-increment");
  EXPECT_THAT(verdict.sentence, testing::HasSubstr("returned 500, although increments of 501 had "
                                                   "returned since set #0 of process 1"));
  EXPECT_EQ(verdict.evidence.size(), 3u);
}

TEST(CountingTest, TooLargeANumberIsAnExtraIncrement) {
  const Verdict verdict = CheckCounting(Counted(502));
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "extra-increment");
  EXPECT_THAT(verdict.sentence, testing::HasSubstr("no more than 501"));
}

TEST(CountingTest, TheRightNumberIsHeld) {
  EXPECT_NE(CheckCounting(Counted(501)).judgement, Judgement::kBroken);
}

TEST(CountingTest, WhatMayNotHaveHappenedOrComesLaterIsNotMissed) {
  HistoryBuilder builder = Counted(500);
  builder.Incr(4, 8'995, 9'005);
  builder.Incr(4, 9'020, 9'030);
  EXPECT_EQ(CheckCounting(builder).anomaly, "lost-increment");
  HistoryBuilder more = Counted(502);
  more.Incr(4, 8'995, 9'005);
  EXPECT_NE(CheckCounting(more).judgement, Judgement::kBroken);
}

bool IsNamed(const HistoryBuilder& builder) {
  const History history = builder.Build();
  const Contract contract;
  std::vector<uint32_t> number_of(history.ops().size());
  KeyHistory loader(history, contract, number_of);
  loader.Load(0);
  const std::vector<Step>& steps = loader.key().steps;
  const auto read = std::find_if(steps.begin(), steps.end(),
                                 [](const Step& step) { return step.need == Need::kNumber; });
  return NameMiscount(history, loader.key(), static_cast<uint32_t>(read - steps.begin()))
      .has_value();
}

// The search may find such a read at odds with others: then it is they that are named.
TEST(CountingTest, NoNumberWithinTheBoundsIsNamed) {
  for (const auto& [number, named] :
       {std::pair(500, true), {501, false}, {502, false}, {503, true}}) {
    HistoryBuilder builder = Counted(number);
    builder.Incr(4, 8'995, 9'005);
    EXPECT_EQ(IsNamed(builder), named) << number;
  }
}

TEST(CountingTest, ARemovalInBetweenLeavesItToTheSearch) {
  HistoryBuilder builder = Counted(500);
  builder.Delete(4, 50, 60);
  const Verdict verdict = CheckCounting(builder);
  EXPECT_NE(verdict.anomaly, "lost-increment");
}

}  // namespace
}  // namespace tearproof::check::fresh
