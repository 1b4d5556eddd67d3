#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckCrashAtomic(const HistoryBuilder& builder, const Contract& contract = {}) {
  return crash_atomic::Make()->Check(builder.Build(), contract);
}

// An old value that is on the disk, a set of a new one, and a power cut at 40.
struct PowerCut : HistoryBuilder {
  PowerCut() : old(Set(1, 0, 10)), open(Killed(5, OpKind::kSet, 20, 40)) {
    parts.header.power_cut = 40;
    parts.header.synced = 10;
  }
  Op& old;
  Op& open;
};

TEST(CrashAtomicTest, TheOldValueOrTheNewOneHolds) {
  PowerCut builder;
  builder.Hit(2, 50, 60, builder.old);
  builder.Hit(3, 50, 60, builder.open);
  const Verdict verdict = CheckCrashAtomic(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld);
  EXPECT_EQ(verdict.exercised, 2u);
}

TEST(CrashAtomicTest, IsNotExercisedWithoutAPowerCut) {
  PowerCut builder;
  builder.Hit(2, 50, 60, builder.old);
  builder.parts.header.power_cut = kNever;
  EXPECT_EQ(CheckCrashAtomic(builder).judgement, Judgement::kNotExercised);
}

TEST(CrashAtomicTest, NoBytesAreBroken) {
  PowerCut builder;
  builder.HitDamaged(2, 50, 60, 0);
  const Verdict verdict = CheckCrashAtomic(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "empty-after-crash");
}

TEST(CrashAtomicTest, TornBytesAreBroken) {
  PowerCut builder;
  builder.HitDamaged(2, 50, 60, 64);
  EXPECT_EQ(CheckCrashAtomic(builder).anomaly, "torn-after-crash");
}

TEST(CrashAtomicTest, AnErrorIsBroken) {
  PowerCut builder;
  builder.Fail(2, OpKind::kGet, 50, 60, "EOFError");
  EXPECT_EQ(CheckCrashAtomic(builder).anomaly, "failed-after-crash");
}

TEST(CrashAtomicTest, AMissIsBrokenUnlessTheContractAllowsIt) {
  PowerCut builder;
  builder.Miss(2, 50, 60);
  EXPECT_EQ(CheckCrashAtomic(builder).anomaly, "vanished-after-crash");
  Contract contract;
  contract.miss_after_kill = true;
  EXPECT_EQ(CheckCrashAtomic(builder, contract).judgement, Judgement::kHeld);
  contract.miss_after_kill = false;
  contract.evicts = true;
  EXPECT_EQ(CheckCrashAtomic(builder, contract).judgement, Judgement::kHeld);
}

// Only durable forbids to lose a set that nobody had waited for.
TEST(CrashAtomicTest, AMissOfWhatWasNeverOnTheDiskIsFine) {
  PowerCut builder;
  builder.parts.header.synced = -1;
  builder.Miss(2, 50, 60);
  EXPECT_EQ(CheckCrashAtomic(builder).judgement, Judgement::kHeld);
}

TEST(CrashAtomicTest, AValueOlderThanTheOldOneOnTheDiskIsBroken) {
  HistoryBuilder builder;
  const Op& oldest = builder.Set(1, -20, -10);
  builder.Set(1, 0, 10);
  builder.Killed(5, OpKind::kSet, 20, 40);
  builder.parts.header.power_cut = 40;
  builder.parts.header.synced = -10;
  builder.Hit(2, 50, 60, oldest);
  EXPECT_EQ(CheckCrashAtomic(builder).judgement, Judgement::kHeld);
  builder.parts.header.synced = 10;
  EXPECT_EQ(CheckCrashAtomic(builder).anomaly, "stranger-after-crash");
}

}  // namespace
}  // namespace tearproof::check
