#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckPresent(const HistoryBuilder& builder, const Contract& contract = {}) {
  return present::Make()->Check(builder.Build(), contract);
}

Contract Evicting() {
  Contract contract;
  contract.evicts = true;
  return contract;
}

// A set that has returned, and a get that misses under another set.
struct PhantomMiss : HistoryBuilder {
  PhantomMiss() {
    Set(1, 0, 10);
    Set(1, 90, 120);
    Miss(2, 100, 110);
  }
};

TEST(PresentTest, AMissThatNothingExplainsIsBroken) {
  const Verdict verdict = CheckPresent(PhantomMiss());
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "phantom-miss");
  EXPECT_THAT(verdict.sentence, testing::StartsWith("get k0 missed, although set #0 of process 1"));
  EXPECT_EQ(verdict.evidence.size(), 3u);
}

TEST(PresentTest, AMissOfHasIsOneToo) {
  PhantomMiss builder;
  builder.Do(3, OpKind::kHas, 100, 110, Outcome::kMiss);
  EXPECT_EQ(CheckPresent(builder).violations, 2u);
}

TEST(PresentTest, HoldsWhereHitsOverlapSets) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10);
  builder.Set(1, 90, 120);
  builder.Hit(2, 100, 110, write);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kHeld);
}

TEST(PresentTest, IsNotExercisedBeforeAnythingWasSetOrWithoutOverlap) {
  HistoryBuilder builder;
  builder.Miss(2, 0, 5);
  const Op& write = builder.Set(1, 4, 10);
  builder.Hit(2, 20, 30, write);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kNotExercised);
}

TEST(PresentTest, ADeleteThatMayLieBetweenAcquits) {
  for (const auto& [invoke, ret] : {std::pair{5, 20}, {20, 30}, {105, 130}}) {
    PhantomMiss builder;
    builder.Delete(3, invoke, ret);
    EXPECT_NE(CheckPresent(builder).judgement, Judgement::kBroken) << invoke;
  }
}

TEST(PresentTest, ADeleteWhollyBeforeOrAfterDoesNot) {
  PhantomMiss builder;
  builder.Delete(3, -20, -10);
  builder.Delete(3, 111, 130);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kBroken);
}

TEST(PresentTest, ARefusedDeleteDidNothing) {
  PhantomMiss builder;
  builder.Delete(3, 20, 30, Outcome::kRefused);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kBroken);
}

TEST(PresentTest, ADeleteThatTheClocksCannotPlaceAcquits) {
  PhantomMiss builder;
  builder.Delete(3, -20, -5);
  builder.parts.header.clock_uncertainty = 5;
  EXPECT_NE(CheckPresent(builder).judgement, Judgement::kBroken);
}

TEST(PresentTest, ProgramOrderHoldsWhateverTheClocksSay) {
  HistoryBuilder builder;
  builder.parts.header.clock_uncertainty = 50;
  builder.Delete(1, -20, -5);
  builder.Set(1, 0, 10);
  builder.Miss(1, 20, 30);
  builder.Delete(1, 40, 50);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kBroken);
}

TEST(PresentTest, ClearCullAndAFailedInitAcquit) {
  for (const auto& [kind, outcome] : {std::pair{OpKind::kClear, Outcome::kDone},
                                      {OpKind::kCull, Outcome::kDone},
                                      {OpKind::kClear, Outcome::kError},
                                      {OpKind::kInit, Outcome::kError}}) {
    PhantomMiss builder;
    builder.Do(3, kind, 20, 30, outcome);
    EXPECT_NE(CheckPresent(builder).judgement, Judgement::kBroken) << OpKindName(kind);
  }
  PhantomMiss builder;
  builder.Do(3, OpKind::kInit, 20, 30, Outcome::kDone);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kBroken);
}

TEST(PresentTest, AFailedOrKilledWriteAcquits) {
  PhantomMiss failed;
  failed.Fail(3, OpKind::kSet, 20, 30, "no");
  EXPECT_NE(CheckPresent(failed).judgement, Judgement::kBroken);
  PhantomMiss killed;
  killed.Killed(3, OpKind::kSet, 20, 105);
  EXPECT_NE(CheckPresent(killed).judgement, Judgement::kBroken);
  PhantomMiss earlier;
  earlier.Killed(3, OpKind::kSet, -20, -5);
  EXPECT_EQ(CheckPresent(earlier).judgement, Judgement::kBroken);
}

// The set lives for 1 ms and is missed 0.5 ms after it.
struct EarlyExpiry : HistoryBuilder {
  EarlyExpiry() {
    Set(1, 0, 10).ttl_millis = 1;
    Set(1, kMilli / 2 - 5, kMilli / 2 + 50);
    Miss(2, kMilli / 2, kMilli / 2 + 10);
  }
};

TEST(PresentTest, AMissBeforeTheDeadlineIsBroken) {
  EXPECT_EQ(CheckPresent(EarlyExpiry()).judgement, Judgement::kBroken);
}

TEST(PresentTest, AMissAfterTheDeadlineIsNot) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).ttl_millis = 1;
  builder.Miss(2, kMilli, kMilli + 10);
  EXPECT_NE(CheckPresent(builder).judgement, Judgement::kBroken);
}

TEST(PresentTest, TheTolerancesOfExpiryAcquit) {
  Contract whole_millis;
  whole_millis.ttl_resolution = kMilli;
  EXPECT_NE(CheckPresent(EarlyExpiry(), whole_millis).judgement, Judgement::kBroken);
  EarlyExpiry coarse;
  coarse.parts.header.coarse_clock_lag = kMilli;
  EXPECT_NE(CheckPresent(coarse).judgement, Judgement::kBroken);
  EarlyExpiry stepped;
  stepped.parts.header.realtime_offset_end = kMilli;
  EXPECT_NE(CheckPresent(stepped).judgement, Judgement::kBroken);
}

TEST(PresentTest, AMovedWallClockLeavesItOpen) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).ttl_millis = 60'000;
  builder.Set(1, 20, 50);
  builder.Miss(2, 30, 40);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kBroken);
  builder.parts.header.realtime_offset_begin = 5 * kMilli;
  for (const int64_t end : {int64_t{0}, 10 * kMilli}) {
    builder.parts.header.realtime_offset_end = end;
    EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kInconclusive) << end;
  }
}

TEST(PresentTest, AnOverlappingWriteOrTouchThatExpiresAcquits) {
  for (const OpKind kind : {OpKind::kSet, OpKind::kTouch}) {
    HistoryBuilder builder;
    builder.Do(3, kind, 5, 30, Outcome::kDone).ttl_millis = 0;
    builder.Set(1, 0, 10);
    builder.Miss(2, 40, 50);
    EXPECT_NE(CheckPresent(builder).judgement, Judgement::kBroken);
  }
}

TEST(PresentTest, AnEarlierWriteThatExpiresDoesNot) {
  HistoryBuilder builder;
  builder.Set(3, -20, -10).ttl_millis = 0;
  builder.Set(1, 0, 10);
  builder.Miss(2, 40, 50);
  EXPECT_EQ(CheckPresent(builder).judgement, Judgement::kBroken);
}

TEST(PresentTest, EvictionAcquitsAMiss) {
  EXPECT_NE(CheckPresent(PhantomMiss(), Evicting()).judgement, Judgement::kBroken);
}

struct VanishedAndBack : HistoryBuilder {
  VanishedAndBack() {
    const Op& write = Set(1, 0, 10);
    Hit(2, 20, 30, write);
    Miss(3, 40, 50);
    Hit(2, 60, 70, write);
  }
};

TEST(PresentTest, AValueThatVanishesAndComesBackIsBrokenEvenWithEviction) {
  const Verdict verdict = CheckPresent(VanishedAndBack(), Evicting());
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "vanished-and-back");
  EXPECT_EQ(verdict.evidence.size(), 4u);
}

TEST(PresentTest, ATouchMayShowAndHideAValue) {
  VanishedAndBack builder;
  builder.Do(4, OpKind::kTouch, 0, 100, Outcome::kDone).ttl_millis = 5;
  EXPECT_NE(CheckPresent(builder, Evicting()).judgement, Judgement::kBroken);
}

TEST(PresentTest, AMissBesideAHitIsNoReappearance) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10);
  builder.Hit(2, 20, 45, write);
  builder.Miss(3, 40, 50);
  builder.Hit(2, 60, 70, write);
  EXPECT_NE(CheckPresent(builder, Evicting()).judgement, Judgement::kBroken);
}

TEST(PresentTest, AccusesNobodyWhenRecordsAreMissing) {
  PhantomMiss miss;
  miss.parts.unreadable_records = 1;
  EXPECT_EQ(CheckPresent(miss).judgement, Judgement::kInconclusive);
  VanishedAndBack vanished;
  vanished.parts.unreadable_records = 1;
  EXPECT_NE(CheckPresent(vanished).judgement, Judgement::kBroken);
}

}  // namespace
}  // namespace tearproof::check
