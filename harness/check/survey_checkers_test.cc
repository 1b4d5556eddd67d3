// bounded, tidy, tidy-after-kill, confined, returns; and which promises a scenario exercises.

#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"
#include "harness/check/judge.h"

namespace tearproof::check {
namespace {

// Three keys set by one process, and an audit that finds the first `found` of them.
HistoryBuilder Audited(int found) {
  HistoryBuilder builder;
  for (uint32_t key = 0; key < 3; ++key) {
    const int64_t begin = int64_t{10} * key;
    const Op& write = builder.Set(1, begin, begin + 5, key);
    if (found-- > 0) {
      builder.Hit(9, begin + 100, begin + 105, write, key);
    } else {
      builder.Miss(9, begin + 100, begin + 105, key);
    }
  }
  builder.Declare(9).role = "audit";
  return builder;
}

Verdict CheckBounded(const HistoryBuilder& builder, std::optional<uint64_t> limit) {
  Contract contract;
  contract.max_entries = limit;
  return bounded::Make()->Check(builder.Build(), contract);
}

TEST(BoundedTest, MoreThanTheLimitAndOneAProcessIsBroken) {
  const Verdict verdict = CheckBounded(Audited(3), 1);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "overgrown");
  EXPECT_THAT(verdict.sentence, testing::HasSubstr("3 entries, although the limit is 1"));
}

TEST(BoundedTest, OneMoreAProcessHolds) {
  EXPECT_EQ(CheckBounded(Audited(2), 1).judgement, Judgement::kHeld);
}

TEST(BoundedTest, IsNotExercisedWhereAllThatWasSetMayStay) {
  EXPECT_EQ(CheckBounded(Audited(3), 2).judgement, Judgement::kNotExercised);
  EXPECT_EQ(CheckBounded(Audited(3), std::nullopt).judgement, Judgement::kNotExercised);
  HistoryBuilder unaudited = Audited(2);
  unaudited.Declare(9).role = "reader";
  EXPECT_EQ(CheckBounded(unaudited, 0).judgement, Judgement::kNotExercised);
}

Verdict CheckTidy(const HistoryBuilder& builder) {
  return tidy::Make()->Check(builder.Build(), Contract());
}
Verdict CheckTidyAfterKill(const HistoryBuilder& builder) {
  return tidy_after_kill::Make()->Check(builder.Build(), Contract());
}

TEST(TidyTest, LitterIsBrokenAndEscaped) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  EXPECT_EQ(CheckTidy(builder).judgement, Judgement::kNotExercised);
  builder.parts.survey.tidied = true;
  EXPECT_EQ(CheckTidy(builder).judgement, Judgement::kHeld);
  builder.parts.survey.litter = {"a\x1b", "b", "c", "d"};
  const Verdict verdict = CheckTidy(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.sentence,
            "after cull and clear 4 files stayed behind: a\\x1b, b, c and 1 more");
}

TEST(TidyTest, LitterOfKilledProcessesBelongsToTidyAfterKill) {
  HistoryBuilder builder;
  builder.parts.survey.tidied = true;
  builder.parts.survey.litter = {"temp"};
  builder.Set(1, 0, 10);
  EXPECT_EQ(CheckTidyAfterKill(builder).judgement, Judgement::kNotExercised);
  builder.Killed(5, OpKind::kSet, 0, 10);
  EXPECT_EQ(CheckTidy(builder).judgement, Judgement::kNotExercised);
  EXPECT_EQ(CheckTidyAfterKill(builder).anomaly, "litter-after-kill");
  builder.parts.survey.litter.clear();
  EXPECT_EQ(CheckTidyAfterKill(builder).judgement, Judgement::kHeld);
}

TEST(TidyTest, AKillBetweenOperationsCoversNothing) {
  HistoryBuilder builder;
  builder.parts.survey.tidied = true;
  builder.Set(1, 0, 10);
  builder.Declare(1).end = ProcessInfo::End::kKilled;
  builder.Declare(1).reaped = 20;
  EXPECT_EQ(CheckTidyAfterKill(builder).judgement, Judgement::kNotExercised);
}

Verdict CheckConfined(const HistoryBuilder& builder) {
  return confined::Make()->Check(builder.Build(), Contract());
}

TEST(ConfinedTest, ATrespassIsBroken) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  EXPECT_EQ(CheckConfined(builder).judgement, Judgement::kNotExercised);
  builder.parts.survey.watched = true;
  EXPECT_EQ(CheckConfined(builder).judgement, Judgement::kHeld);
  builder.parts.survey.trespasses = {"deleted: cwd/1f/keep"};
  const Verdict verdict = CheckConfined(builder);
  EXPECT_EQ(verdict.anomaly, "trespass");
  EXPECT_THAT(verdict.sentence, testing::HasSubstr("deleted: cwd/1f/keep"));
}

TEST(ConfinedTest, TheValueOfAnotherKeyIsBroken) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10, 1);
  builder.Hit(2, 20, 30, write, 1);
  EXPECT_EQ(CheckConfined(builder).judgement, Judgement::kHeld);
  builder.Hit(2, 40, 50, write, 0);
  EXPECT_EQ(CheckConfined(builder).anomaly, "foreign-key");
}

TEST(ConfinedTest, ASingleKeyCannotMeetAnother) {
  HistoryBuilder builder;
  builder.parts.header.keys = {"only"};
  builder.Hit(2, 20, 30, builder.Set(1, 0, 10));
  EXPECT_EQ(CheckConfined(builder).judgement, Judgement::kNotExercised);
}

Verdict CheckReturns(const HistoryBuilder& builder) {
  return returns::Make()->Check(builder.Build(), Contract());
}

TEST(ReturnsTest, WhatDoesNotReturnAloneIsBroken) {
  HistoryBuilder builder;
  EXPECT_EQ(CheckReturns(builder).judgement, Judgement::kNotExercised);
  builder.Set(2, 0, 10);
  EXPECT_EQ(CheckReturns(builder).judgement, Judgement::kHeld);
  builder.Do(1, OpKind::kSet, 0, kNever, Outcome::kOpen);
  builder.parts.stalls = {{1, 0, 2'000'000'000, 10'000'000'000, true}};
  EXPECT_EQ(CheckReturns(builder).judgement, Judgement::kInconclusive);
  builder.parts.stalls[0].returned_alone = false;
  const Verdict verdict = CheckReturns(builder);
  EXPECT_EQ(verdict.anomaly, "stuck-operation");
  EXPECT_EQ(verdict.sentence,
            "set k0 of process 1 did not return within 2 s, nor within 10 s once it was alone");
}

TEST(ReturnsTest, SaysWhetherThereWasCompany) {
  HistoryBuilder builder;
  builder.Do(1, OpKind::kSet, 0, kNever, Outcome::kOpen);
  builder.parts.stalls = {{1, 0, 0, 10'000'000'000, false}};
  EXPECT_EQ(CheckReturns(builder).sentence,
            "set k0 of process 1 did not return within 10 s, in which nobody else ran");
  builder.parts.stalls = {{1, 0, 0, 0, false}};
  EXPECT_EQ(CheckReturns(builder).sentence,
            "set k0 of process 1 cannot return: it waits, and whoever is left waits as well");
}

TEST(JudgeTest, RunsThoseThatAreAskedForInTheOrderOfThePromises) {
  const auto owned = AllCheckers();
  std::vector<const Checker*> checkers;
  for (const auto& checker : owned) checkers.insert(checkers.begin(), checker.get());
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  const auto verdicts = Judge(builder.Build(), Contract(),
                              {Promise::kReturns, Promise::kIntact, Promise::kTidy}, checkers);
  ASSERT_EQ(verdicts.size(), 3u);
  EXPECT_EQ(verdicts[0].promise, Promise::kIntact);
  EXPECT_EQ(verdicts[2].promise, Promise::kReturns);
}

TEST(JudgeTest, EachPromiseHasOneCheckerAndNothingIsHeldOfAnEmptyHistory) {
  std::set<Promise> promises;
  for (const auto& checker : AllCheckers()) {
    EXPECT_TRUE(promises.insert(checker->promise()).second);
    const Verdict verdict = checker->Check(HistoryBuilder().Build(), Contract());
    EXPECT_EQ(verdict.promise, checker->promise());
    EXPECT_EQ(verdict.judgement, Judgement::kNotExercised) << PromiseName(verdict.promise);
    EXPECT_NE(verdict.reason, "") << PromiseName(verdict.promise);
  }
  EXPECT_EQ(promises.size(), kPromiseCount);
}

std::set<Promise> Applying(const Checker::Ingredients& ingredients) {
  std::set<Promise> promises;
  for (const auto& checker : AllCheckers()) {
    if (checker->Applies(ingredients)) promises.insert(checker->promise());
  }
  return promises;
}

TEST(JudgeTest, PromisesApplyByTheScenariosIngredients) {
  using testing::UnorderedElementsAre;
  Checker::Ingredients ingredients;
  EXPECT_THAT(Applying(ingredients), UnorderedElementsAre(Promise::kNoError, Promise::kReturns));
  ingredients.kinds = {OpKind::kGet, OpKind::kSet, OpKind::kDelete};
  ingredients.ttl = ingredients.surveyed = ingredients.limit = true;
  EXPECT_THAT(Applying(ingredients),
              UnorderedElementsAre(Promise::kNoError, Promise::kReturns, Promise::kIntact,
                                   Promise::kPresent, Promise::kFresh, Promise::kStaysGone,
                                   Promise::kExpires, Promise::kBounded, Promise::kTidy));
  ingredients.kinds = {OpKind::kGet, OpKind::kAdd, OpKind::kIncr};
  ingredients.ttl = ingredients.limit = false;
  ingredients.kills = ingredients.counters = ingredients.odd_keys = true;
  EXPECT_THAT(Applying(ingredients),
              UnorderedElementsAre(Promise::kNoError, Promise::kReturns, Promise::kIntact,
                                   Promise::kPresent, Promise::kFresh, Promise::kAddOnce,
                                   Promise::kIncrExact, Promise::kTidyAfterKill, Promise::kConfined,
                                   Promise::kKillSafe));
}

}  // namespace
}  // namespace tearproof::check
