#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckKillSafe(const HistoryBuilder& builder, const Contract& contract = {}) {
  return kill_safe::Make()->Check(builder.Build(), contract);
}

// An old value, and process 5 killed within a set of a new one, reaped at 40.
struct Kill : HistoryBuilder {
  explicit Kill(OpKind kind = OpKind::kSet) : old(Set(1, 0, 10)), killed(Killed(5, kind, 20, 40)) {}
  Op& old;
  Op& killed;
};

TEST(KillSafeTest, TheOldValueOrTheNewOneHolds) {
  Kill builder;
  builder.Hit(2, 50, 60, builder.old);
  builder.Hit(3, 50, 60, builder.killed);
  const Verdict verdict = CheckKillSafe(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld);
  EXPECT_EQ(verdict.exercised, 2u);
}

TEST(KillSafeTest, IsNotExercisedWithoutAReadAfterTheKill) {
  Kill builder;
  builder.HitDamaged(2, 30, 45, 64);
  EXPECT_EQ(CheckKillSafe(builder).judgement, Judgement::kNotExercised);
}

TEST(KillSafeTest, ADamagedReadIsBroken) {
  Kill builder;
  builder.HitDamaged(2, 50, 60, 0);
  const Verdict verdict = CheckKillSafe(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "unsafe-after-kill");
  EXPECT_EQ(verdict.sentence,
            "after process 5 was killed in set k0, get k0 returned 0 bytes, although every set "
            "wrote 64");
  EXPECT_EQ(verdict.evidence.size(), 3u);
}

TEST(KillSafeTest, AnErrorIsBroken) {
  for (const OpKind kind : {OpKind::kGet, OpKind::kHas}) {
    Kill builder;
    builder.Fail(2, kind, 50, 60, "EOFError");
    EXPECT_THAT(CheckKillSafe(builder).sentence, testing::HasSubstr("failed: EOFError"));
  }
}

TEST(KillSafeTest, AValueOlderThanTheOldIsBroken) {
  HistoryBuilder builder;
  const Op& oldest = builder.Set(1, -20, -10);
  builder.Set(1, 0, 10);
  builder.Killed(5, OpKind::kSet, 20, 40);
  builder.Hit(2, 50, 60, oldest);
  EXPECT_THAT(CheckKillSafe(builder).sentence,
              testing::HasSubstr("neither the old value nor the new"));
}

TEST(KillSafeTest, AMissIsBrokenUnlessTheContractAllowsIt) {
  Kill builder;
  builder.Miss(2, 50, 60);
  EXPECT_EQ(CheckKillSafe(builder).judgement, Judgement::kBroken);
  Contract contract;
  contract.miss_after_kill = true;
  EXPECT_EQ(CheckKillSafe(builder, contract).judgement, Judgement::kHeld);
  contract.miss_after_kill = false;
  contract.evicts = true;
  EXPECT_EQ(CheckKillSafe(builder, contract).judgement, Judgement::kHeld);
}

TEST(KillSafeTest, AMissThatADeleteOrExpiryExplainsIsNot) {
  Kill removed(OpKind::kDelete);
  removed.Miss(2, 50, 60);
  EXPECT_EQ(CheckKillSafe(removed).judgement, Judgement::kHeld);
  Kill mortal;
  mortal.killed.ttl_millis = 0;
  mortal.Miss(2, 50, 60);
  EXPECT_EQ(CheckKillSafe(mortal).judgement, Judgement::kHeld);
  HistoryBuilder nothing;
  nothing.Killed(5, OpKind::kSet, 20, 40);
  nothing.Miss(2, 50, 60);
  EXPECT_EQ(CheckKillSafe(nothing).judgement, Judgement::kHeld);
}

TEST(KillSafeTest, AnyOtherChangeOfTheKeyLeavesItUnjudged) {
  for (const auto& [invoke, ret] : {std::pair{5, 15}, {15, 30}, {30, 45}, {55, 70}}) {
    Kill builder;
    builder.Set(4, invoke, ret);
    builder.HitDamaged(2, 50, 60, 0);
    EXPECT_EQ(CheckKillSafe(builder).judgement, Judgement::kNotExercised) << invoke;
  }
  for (const OpKind kind : {OpKind::kClear, OpKind::kCull}) {
    Kill builder;
    builder.Do(4, kind, 30, 45, Outcome::kDone);
    builder.HitDamaged(2, 50, 60, 0);
    EXPECT_EQ(CheckKillSafe(builder).judgement, Judgement::kNotExercised) << OpKindName(kind);
  }
}

TEST(KillSafeTest, AChangeOfUnknownEndBeforeItLeavesItUnjudged) {
  HistoryBuilder builder;
  builder.Fail(1, OpKind::kSet, 0, 10, "no");
  builder.Killed(5, OpKind::kSet, 20, 40);
  builder.HitDamaged(2, 50, 60, 0);
  EXPECT_EQ(CheckKillSafe(builder).judgement, Judgement::kNotExercised);
}

TEST(KillSafeTest, AReadAfterTheNextChangeIsNotJudged) {
  Kill builder;
  builder.Set(4, 45, 50);
  builder.HitDamaged(2, 60, 70, 0);
  EXPECT_EQ(CheckKillSafe(builder).judgement, Judgement::kNotExercised);
}

TEST(KillSafeTest, AProcessThatDiedByItselfWasNotKilled) {
  Kill builder;
  builder.Declare(5).end = ProcessInfo::End::kDied;
  builder.HitDamaged(2, 50, 60, 0);
  EXPECT_EQ(CheckKillSafe(builder).judgement, Judgement::kNotExercised);
}

}  // namespace
}  // namespace tearproof::check
