#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckDurable(const HistoryBuilder& builder, const Contract& contract = {}) {
  return durable::Make()->Check(builder.Build(), contract);
}

// An old value on the disk, a set that returned at 20, one under way, and a power cut at 40.
struct Acknowledged : HistoryBuilder {
  Acknowledged() : old(Set(1, 0, 5)), done(Set(1, 10, 20)), open(Killed(5, OpKind::kSet, 30, 40)) {
    parts.header.power_cut = 40;
    parts.header.synced = 5;
  }
  Op& old;
  Op& done;
  Op& open;
};

TEST(DurableTest, WhatHadReturnedOrALaterValueHolds) {
  Acknowledged builder;
  builder.Hit(2, 50, 60, builder.done);
  builder.Hit(3, 50, 60, builder.open);
  const Verdict verdict = CheckDurable(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld);
  EXPECT_EQ(verdict.exercised, 2u);
}

TEST(DurableTest, AnOlderValueIsBroken) {
  Acknowledged builder;
  builder.Hit(2, 50, 60, builder.old);
  const Verdict verdict = CheckDurable(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "lost-after-crash");
}

TEST(DurableTest, AMissIsBrokenWhateverTheContractSaysOfKills) {
  Acknowledged builder;
  builder.Miss(2, 50, 60);
  Contract contract;
  contract.miss_after_kill = true;
  EXPECT_EQ(CheckDurable(builder, contract).judgement, Judgement::kBroken);
  contract.evicts = true;
  EXPECT_EQ(CheckDurable(builder, contract).judgement, Judgement::kHeld);
}

TEST(DurableTest, WhatFailsOrIsTornIsNotThere) {
  Acknowledged torn;
  torn.HitDamaged(2, 50, 60, 64);
  EXPECT_EQ(CheckDurable(torn).judgement, Judgement::kBroken);
  Acknowledged failed;
  failed.Fail(2, OpKind::kGet, 50, 60, "EOFError");
  EXPECT_EQ(CheckDurable(failed).judgement, Judgement::kBroken);
}

TEST(DurableTest, IsNotExercisedBeforeASetHasReturned) {
  Acknowledged builder;
  builder.parts.header.synced = 20;
  builder.Hit(2, 50, 60, builder.open);
  EXPECT_EQ(CheckDurable(builder).judgement, Judgement::kNotExercised);
}

TEST(DurableTest, ADeleteUnderWayExplainsAMiss) {
  HistoryBuilder builder;
  builder.Set(1, 10, 20);
  builder.Killed(5, OpKind::kDelete, 30, 40);
  builder.parts.header.power_cut = 40;
  builder.parts.header.synced = 5;
  builder.Miss(2, 50, 60);
  EXPECT_EQ(CheckDurable(builder).judgement, Judgement::kHeld);
}

}  // namespace
}  // namespace tearproof::check
