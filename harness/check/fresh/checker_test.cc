#include <gmock/gmock.h>

#include <algorithm>
#include <tuple>

#include "harness/api/anomaly.h"
#include "harness/check/checkers_for_tests.h"
#include "harness/check/falsify.h"
#include "harness/check/history_builder.h"
#include "harness/check/traffic.h"

namespace tearproof::check {
namespace {

Verdict CheckFresh(const History& history, const Contract& contract = {}) {
  return fresh::Make()->Check(history, contract);
}
Verdict CheckFresh(const HistoryBuilder& builder, const Contract& contract = {}) {
  return CheckFresh(builder.Build(), contract);
}

Contract Evicting() {
  Contract contract;
  contract.evicts = true;
  return contract;
}

void ExpectBroken(const HistoryBuilder& builder, std::string_view anomaly, size_t operations,
                  const Contract& contract = {}) {
  const Verdict verdict = CheckFresh(builder, contract);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, anomaly) << verdict.sentence;
  EXPECT_EQ(verdict.evidence.size(), operations) << verdict.sentence;
  EXPECT_NE(FindAnomaly(verdict.anomaly), nullptr);
  EXPECT_EQ(std::count_if(verdict.evidence.begin(), verdict.evidence.end(),
                          [](const EvidenceOp& each) { return each.deciding; }),
            1);
}

TEST(FreshTest, HoldsWhereAnOrderExists) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  const Op& next = builder.Set(1, 20, 40);
  builder.Hit(2, 22, 24, next);
  builder.Hit(3, 15, 30, old);
  const Verdict verdict = CheckFresh(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld) << verdict.sentence;
  EXPECT_EQ(verdict.exercised, 2u);
}

// The search sees the killed set only once another set has hidden what it left.
TEST(FreshTest, AKilledSetMayHaveRemovedWhatAnotherThenSet) {
  HistoryBuilder builder;
  builder.Set(1, 0, 4);
  builder.Killed(2, OpKind::kSet, 5, 60);
  builder.Miss(3, 5, 40);
  const Op& next = builder.Set(4, 10, 20);
  builder.Hit(5, 50, 55, next);
  const Verdict verdict = CheckFresh(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld) << verdict.sentence;
}

TEST(FreshTest, IsNotExercisedWithoutOverlap) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10);
  builder.Hit(2, 20, 30, write);
  EXPECT_EQ(CheckFresh(builder).judgement, Judgement::kNotExercised);
}

TEST(FreshTest, AnOldValueAfterANewerOneHadBeenSetIsStale) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  const Op& next = builder.Set(2, 20, 30);
  builder.Hit(4, 32, 60, next);
  builder.Hit(3, 40, 50, old);
  ExpectBroken(builder, "stale-read", 3);
  EXPECT_THAT(CheckFresh(builder).sentence,
              testing::HasSubstr("still returned the value of set #0 of process 1"));
}

TEST(FreshTest, AnUpdateThatNobodyEverSeesIsLost) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  builder.Set(2, 20, 30);
  builder.Hit(3, 40, 50, old);
  ExpectBroken(builder, "lost-update", 3);
}

TEST(FreshTest, NewThenOldNeedsTwoReaders) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  const Op& next = builder.Set(2, 20, 90);
  builder.Hit(3, 30, 40, next);
  builder.Hit(4, 50, 60, old);
  ExpectBroken(builder, "new-then-old", 3);
}

TEST(FreshTest, ValuesThatAlternateAreNewThenOldWhoeverWroteFirst) {
  HistoryBuilder builder;
  const Op& one = builder.Set(1, 0, 100);
  const Op& two = builder.Set(2, 0, 100);
  builder.Hit(3, 10, 20, one);
  builder.Hit(3, 30, 40, two);
  const Op& last = builder.Hit(3, 50, 60, one);
  ExpectBroken(builder, "new-then-old", 3);
  // The first two reads alone are in order; the third is not.
  for (const EvidenceOp& each : CheckFresh(builder).evidence) {
    EXPECT_EQ(each.deciding, each.op.sequence == last.sequence && each.op.process == last.process);
  }
}

TEST(FreshTest, ARefusedValueIsNeverRead) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  const Op& refused = builder.Add(2, 20, 30, Outcome::kRefused);
  builder.Hit(3, 40, 50, refused);
  ExpectBroken(builder, "refused-value", 2);
}

TEST(FreshTest, AValueFromTheFuture) {
  HistoryBuilder builder;
  Op& read = builder.Miss(1, 0, 10);
  const Op& write = builder.Set(2, 20, 30);
  read.outcome = Outcome::kHit;
  read.observation = Observed::kIntact;
  read.observed = ValueId{write.process, write.sequence}.Pack();
  ExpectBroken(builder, "future-value", 2);
}

TEST(FreshTest, AMissThatNothingExplains) {
  HistoryBuilder builder;
  builder.Delete(3, -20, -10);
  builder.Set(1, 0, 10);
  builder.Miss(2, 20, 30);
  ExpectBroken(builder, "phantom-miss", 2);
  EXPECT_NE(CheckFresh(builder, Evicting()).judgement, Judgement::kBroken);
  builder.Delete(3, 5, 25);
  EXPECT_NE(CheckFresh(builder).judgement, Judgement::kBroken);
}

TEST(FreshTest, WhatVanishedDoesNotComeBackThoughEntriesMayGo) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 100);
  builder.Hit(2, 10, 20, write);
  builder.Miss(2, 30, 40);
  builder.Hit(2, 50, 60, write);
  ExpectBroken(builder, "vanished-and-back", 3, Evicting());
}

TEST(FreshTest, ADeletedValueDoesNotComeBack) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10);
  builder.Delete(2, 20, 30);
  builder.Hit(3, 40, 50, write);
  ExpectBroken(builder, "resurrection", 3);
}

TEST(FreshTest, TwoAddsDoNotBothWin) {
  HistoryBuilder builder;
  builder.Add(1, 0, 10);
  builder.Add(2, 20, 30);
  ExpectBroken(builder, "double-add", 2);
}

TEST(FreshTest, AnAddThatWinsAfterASetMissedIt) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Add(2, 20, 30);
  ExpectBroken(builder, "phantom-miss", 2);
}

TEST(FreshTest, TwoAddsThatOverlapDoNotBothWinEither) {
  HistoryBuilder builder;
  builder.Do(1, OpKind::kAdd, 0, 20, Outcome::kDone);
  builder.Do(2, OpKind::kAdd, 10, 30, Outcome::kDone);
  ExpectBroken(builder, "double-add", 2);
}

TEST(FreshTest, NothingIsThereBeforeAnythingWasSet) {
  HistoryBuilder builder;
  builder.Do(1, OpKind::kHas, 0, 10, Outcome::kHit);
  builder.Set(2, 20, 30);
  ExpectBroken(builder, "phantom-hit", 1);
}

TEST(FreshTest, CountersShowWhatSomeOrderGives) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).counter = true;
  builder.Incr(1, 20, 60);
  builder.Incr(2, 20, 60);
  builder.HitNumber(3, 30, 40, 1);
  EXPECT_EQ(CheckFresh(builder).judgement, Judgement::kHeld);
  builder.HitNumber(3, 70, 80, 1);
  const Verdict verdict = CheckFresh(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "lost-increment");
}

TEST(FreshTest, AValueMayLookAbsentFromItsDeadlineOn) {
  HistoryBuilder builder;
  Op& write = builder.Set(1, 0, 10);
  builder.Miss(2, 2 * kMilli, 2 * kMilli + 5);
  ExpectBroken(builder, "phantom-miss", 2);
  write.ttl_millis = 1;
  EXPECT_NE(CheckFresh(builder).judgement, Judgement::kBroken);
  write.ttl_millis = 3;
  EXPECT_EQ(CheckFresh(builder).judgement, Judgement::kBroken);
  builder.parts.header.realtime_offset_end = 10 * kMilli;
  EXPECT_NE(CheckFresh(builder).judgement, Judgement::kBroken);
}

TEST(FreshTest, MissingRecordsAccuseNobody) {
  HistoryBuilder builder;
  const Op& old = builder.Set(1, 0, 10);
  builder.Set(2, 20, 30);
  builder.Hit(3, 40, 50, old);
  builder.parts.unreadable_records = 1;
  EXPECT_NE(CheckFresh(builder).judgement, Judgement::kBroken);
}

TEST(FreshTest, WhatMayHaveHappenedExplains) {
  HistoryBuilder builder;
  const Op& first = builder.Set(1, 0, 10);
  Op& failed = builder.Set(2, 20, 30);
  failed.outcome = Outcome::kError;
  HistoryBuilder unchanged = builder;
  unchanged.Hit(3, 40, 50, first);
  EXPECT_NE(CheckFresh(unchanged).judgement, Judgement::kBroken);
  builder.Hit(3, 40, 50, failed);
  EXPECT_NE(CheckFresh(builder).judgement, Judgement::kBroken);
  builder.Hit(4, 60, 70, first);
  ExpectBroken(builder, "new-then-old", 3);
}

TrafficOptions Busy(uint32_t keys, uint32_t deletes, uint32_t has, uint64_t seed) {
  TrafficOptions options;
  options.operations = 100'000;
  options.keys = keys;
  options.delete_percent = deletes;
  options.has_percent = has;
  options.seed = seed;
  return options;
}

TEST(FreshTest, LargeHistoriesHoldAndAPlantedStaleReadBreaksThem) {
  uint64_t seed = 0;
  for (const uint32_t keys : {1u, 10u, 1'000u}) {
    for (const auto& [deletes, has] : {std::pair{0u, 0u}, {10u, 0u}, {30u, 0u}, {10u, 10u}}) {
      for (const int64_t uncertainty : {0, 200}) {
        TrafficOptions options = Busy(keys, deletes, has, ++seed);
        options.clock_uncertainty = uncertainty;
        SCOPED_TRACE(testing::Message() << keys << " keys, " << deletes << " % deletes, " << has
                                        << " % has, uncertainty " << uncertainty);
        History::Parts parts = MakeTraffic(options);
        const Verdict sound = CheckFresh(BuildOrDie(parts));
        ASSERT_EQ(sound.judgement, Judgement::kHeld) << sound.reason << sound.sentence;
        // A late hit returns the value of the key's first set.
        std::vector<Op>& ops = parts.ops;
        std::sort(ops.begin(), ops.end(), [](const Op& a, const Op& b) {
          return std::tie(a.sequence, a.process) < std::tie(b.sequence, b.process);
        });
        const auto stale = std::find_if(ops.begin() + 90'000, ops.end(), [](const Op& op) {
          return op.observation == Observed::kIntact;
        });
        stale->observed = ValueId{ops[stale->key].process, ops[stale->key].sequence}.Pack();
        const Verdict broken = CheckFresh(BuildOrDie(parts));
        ASSERT_EQ(broken.judgement, Judgement::kBroken) << broken.reason;
        EXPECT_LE(broken.evidence.size(), 4u) << broken.sentence;
        EXPECT_NE(broken.anomaly, "impossible-order");
      }
    }
  }
}

}  // namespace
}  // namespace tearproof::check
