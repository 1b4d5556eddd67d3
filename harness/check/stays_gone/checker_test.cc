#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckStaysGone(const HistoryBuilder& builder) {
  return stays_gone::Make()->Check(builder.Build(), Contract());
}

// A set, a delete after it, and a get of its value after that.
struct Resurrection : HistoryBuilder {
  explicit Resurrection(Outcome outcome = Outcome::kDone)
      : write(Set(1, 0, 10)), removal(Delete(2, 20, 30, outcome)) {
    Hit(3, 40, 50, write);
  }
  Op& write;
  Op& removal;
};

TEST(StaysGoneTest, AValueSetBeforeADeleteIsBrokenAfterIt) {
  const Verdict verdict = CheckStaysGone(Resurrection());
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "resurrection");
  EXPECT_THAT(verdict.sentence,
              testing::StartsWith("get k0 returned the value of set #0 of process 1, although "
                                  "delete k0 of process 2 had removed it"));
  EXPECT_EQ(verdict.evidence.size(), 3u);
}

TEST(StaysGoneTest, ARefusedDeleteProvesAbsenceUnlessSomethingExpires) {
  Resurrection builder(Outcome::kRefused);
  EXPECT_EQ(CheckStaysGone(builder).judgement, Judgement::kBroken);
  builder.write.ttl_millis = 1;
  EXPECT_NE(CheckStaysGone(builder).judgement, Judgement::kBroken);
}

TEST(StaysGoneTest, AFailedDeleteProvesNothing) {
  EXPECT_NE(CheckStaysGone(Resurrection(Outcome::kError)).judgement, Judgement::kBroken);
}

TEST(StaysGoneTest, ClearCountsAsADeleteAndCullDoesNot) {
  for (const OpKind kind : {OpKind::kClear, OpKind::kCull}) {
    HistoryBuilder builder;
    const Op& write = builder.Set(1, 0, 10);
    builder.Do(2, kind, 20, 30, Outcome::kDone);
    builder.Hit(3, 40, 50, write);
    EXPECT_EQ(CheckStaysGone(builder).judgement == Judgement::kBroken, kind == OpKind::kClear);
  }
}

TEST(StaysGoneTest, AnOverlappingSetDeleteOrGetIsNot) {
  Resurrection set;
  set.write.ret = 25;
  EXPECT_NE(CheckStaysGone(set).judgement, Judgement::kBroken);
  Resurrection removal;
  removal.removal.ret = 45;
  EXPECT_NE(CheckStaysGone(removal).judgement, Judgement::kBroken);
}

TEST(StaysGoneTest, AValueSetAgainIsNot) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Delete(2, 20, 30);
  builder.Hit(3, 40, 50, builder.Set(1, 31, 35));
  EXPECT_NE(CheckStaysGone(builder).judgement, Judgement::kBroken);
}

TEST(StaysGoneTest, AKilledSetHadHappenedOrNeverWouldWhenItWasReaped) {
  for (const int64_t reaped : {15, 35}) {
    HistoryBuilder builder;
    const Op& write = builder.Killed(1, OpKind::kSet, 0, reaped);
    builder.Delete(2, 20, 30);
    builder.Hit(3, 40, 50, write);
    EXPECT_EQ(CheckStaysGone(builder).judgement == Judgement::kBroken, reaped == 15);
  }
}

TEST(StaysGoneTest, HoldsUnderAnOverlappingChange) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Delete(2, 20, 30);
  builder.Set(1, 40, 60);
  builder.Miss(3, 45, 50);
  EXPECT_EQ(CheckStaysGone(builder).judgement, Judgement::kHeld);
}

TEST(StaysGoneTest, IsNotExercisedWhereAllHappensInTurn) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.Delete(2, 20, 30);
  builder.Miss(3, 45, 50);
  EXPECT_EQ(CheckStaysGone(builder).judgement, Judgement::kNotExercised);
}

TEST(StaysGoneTest, AccusesNobodyWhenRecordsAreMissing) {
  Resurrection builder;
  builder.parts.unreadable_records = 1;
  EXPECT_NE(CheckStaysGone(builder).judgement, Judgement::kBroken);
}

}  // namespace
}  // namespace tearproof::check
