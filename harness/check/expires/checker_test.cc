#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

Verdict CheckExpires(const HistoryBuilder& builder, int64_t ttl_resolution = 0) {
  Contract contract;
  contract.ttl_resolution = ttl_resolution;
  return expires::Make()->Check(builder.Build(), contract);
}

// A value that lives for 1 ms and is read half a millisecond later than that.
struct LateExpiry : HistoryBuilder {
  LateExpiry() : write(Set(1, 0, 10)) {
    write.ttl_millis = 1;
    Hit(2, kMilli * 3 / 2, kMilli * 3 / 2 + 10, write);
  }
  Op& write;
};

TEST(ExpiresTest, AHitAfterTheDeadlineIsBroken) {
  const Verdict verdict = CheckExpires(LateExpiry());
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "late-expiry");
  EXPECT_THAT(verdict.sentence, testing::HasSubstr("after its time to live of 1 ms"));
}

TEST(ExpiresTest, AMissAfterTheDeadlineHolds) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).ttl_millis = 1;
  builder.Miss(2, kMilli * 2, kMilli * 2 + 10);
  EXPECT_EQ(CheckExpires(builder).judgement, Judgement::kHeld);
}

TEST(ExpiresTest, IsNotExercisedBeforeTheDeadlineOrWithoutOne) {
  LateExpiry before;
  before.write.ttl_millis = 2;
  EXPECT_EQ(CheckExpires(before).judgement, Judgement::kNotExercised);
  LateExpiry never;
  never.write.ttl_millis = kNoTtl;
  EXPECT_EQ(CheckExpires(never).judgement, Judgement::kNotExercised);
}

TEST(ExpiresTest, TheTolerancesAcquit) {
  EXPECT_NE(CheckExpires(LateExpiry(), kMilli).judgement, Judgement::kBroken);
  LateExpiry coarse;
  coarse.parts.header.coarse_clock_lag = kMilli;
  EXPECT_NE(CheckExpires(coarse).judgement, Judgement::kBroken);
  LateExpiry uncertain;
  uncertain.parts.header.clock_uncertainty = kMilli;
  EXPECT_NE(CheckExpires(uncertain).judgement, Judgement::kBroken);
  LateExpiry moved;
  moved.parts.header.realtime_offset_begin = kMilli;
  EXPECT_NE(CheckExpires(moved).judgement, Judgement::kBroken);
}

TEST(ExpiresTest, AWallClockMovedByMoreThanASecondLeavesItOpen) {
  HistoryBuilder builder;
  Op& write = builder.Set(1, 0, 10);
  write.ttl_millis = 1;
  builder.Hit(2, 5000 * kMilli, 5000 * kMilli + 10, write);
  builder.parts.header.realtime_offset_end = 900 * kMilli;
  EXPECT_EQ(CheckExpires(builder).judgement, Judgement::kBroken);
  builder.parts.header.realtime_offset_end = 2000 * kMilli;
  EXPECT_EQ(CheckExpires(builder).judgement, Judgement::kInconclusive);
}

// A history of steps in which time passed at once, and a read after that.
struct Advanced : HistoryBuilder {
  Advanced() : write(Set(1, 1, 2)) {
    write.ttl_millis = 20;
    Hit(2, 12, 13, write);
    parts.header.time_base = TimeBase::kStep;
    parts.header.advanced_at = 10;
    parts.header.advanced = 3000 * kMilli;
  }
  Op& write;
};

TEST(ExpiresTest, StepsTellTimeWhereItPassedAtOnce) {
  EXPECT_EQ(CheckExpires(Advanced()).judgement, Judgement::kBroken);
  EXPECT_NE(CheckExpires(Advanced(), 2990 * kMilli).judgement, Judgement::kBroken)
      << "the resolution";
  Advanced longer;
  longer.write.ttl_millis = 3001;
  EXPECT_EQ(CheckExpires(longer).judgement, Judgement::kNotExercised);
  Advanced later;
  later.parts.header.advanced_at = 2;
  EXPECT_EQ(CheckExpires(later).judgement, Judgement::kNotExercised) << "it was written afterwards";
  Advanced before;
  before.parts.header.advanced_at = 13;
  EXPECT_EQ(CheckExpires(before).judgement, Judgement::kNotExercised) << "it was read before";
  Advanced timeless;
  timeless.parts.header.advanced = 0;
  EXPECT_EQ(CheckExpires(timeless).judgement, Judgement::kNotExercised);
}

TEST(ExpiresTest, ATouchThatMayHaveProlongedItAcquits) {
  for (const uint32_t ttl : {uint32_t{5}, kNoTtl}) {
    LateExpiry builder;
    builder.Do(3, OpKind::kTouch, 20, 30, Outcome::kDone).ttl_millis = ttl;
    EXPECT_NE(CheckExpires(builder).judgement, Judgement::kBroken) << ttl;
  }
  LateExpiry killed;
  killed.Killed(3, OpKind::kTouch, 20, 30).ttl_millis = 5;
  EXPECT_NE(CheckExpires(killed).judgement, Judgement::kBroken);
}

TEST(ExpiresTest, ATouchThatCannotHaveDoesNot) {
  LateExpiry earlier;
  earlier.Do(3, OpKind::kTouch, -20, -10, Outcome::kDone).ttl_millis = 5;
  EXPECT_EQ(CheckExpires(earlier).judgement, Judgement::kBroken);
  LateExpiry refused;
  refused.Do(3, OpKind::kTouch, 20, 30, Outcome::kRefused).ttl_millis = 5;
  EXPECT_EQ(CheckExpires(refused).judgement, Judgement::kBroken);
  LateExpiry shorter;
  shorter.Do(3, OpKind::kTouch, 20, 30, Outcome::kDone).ttl_millis = 1;
  EXPECT_EQ(CheckExpires(shorter).judgement, Judgement::kBroken);
}

TEST(ExpiresTest, ASetWhoseReturnIsUnknownIsNotJudged) {
  HistoryBuilder builder;
  Op& write = builder.Do(1, OpKind::kSet, 0, kNever, Outcome::kOpen);
  write.ttl_millis = 0;
  builder.Hit(2, kMilli, kMilli + 10, write);
  EXPECT_NE(CheckExpires(builder).judgement, Judgement::kBroken);
}

TEST(ExpiresTest, StepsTellNoTime) {
  LateExpiry builder;
  builder.parts.header.time_base = TimeBase::kStep;
  EXPECT_EQ(CheckExpires(builder).judgement, Judgement::kNotExercised);
}

TEST(ExpiresTest, AccusesNobodyWhenRecordsAreMissing) {
  LateExpiry builder;
  builder.parts.unreadable_records = 1;
  EXPECT_EQ(CheckExpires(builder).judgement, Judgement::kInconclusive);
}

}  // namespace
}  // namespace tearproof::check
