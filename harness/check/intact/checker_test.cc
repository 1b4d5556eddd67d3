#include <gmock/gmock.h>

#include "harness/check/checkers_for_tests.h"
#include "harness/check/history_builder.h"
#include "harness/history/value.h"

namespace tearproof::check {
namespace {

using Source = DamageRun::Source;

Verdict CheckIntact(const HistoryBuilder& builder) {
  return intact::Make()->Check(builder.Build(), Contract());
}

TEST(IntactTest, HoldsWhereHitsOverlapSets) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10);
  builder.Set(1, 20, 40);
  builder.Hit(2, 25, 30, write);
  const Verdict verdict = CheckIntact(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kHeld);
  EXPECT_EQ(verdict.exercised, 1u);
}

TEST(IntactTest, IsNotExercisedWithoutOverlap) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10);
  builder.Hit(2, 25, 30, write);
  builder.Set(2, 31, 40);
  const Verdict verdict = CheckIntact(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kNotExercised);
  EXPECT_NE(verdict.reason, "");
}

TEST(IntactTest, SaysWhoseBlocksLieWhere) {
  HistoryBuilder builder;
  const Op& one = builder.Set(3, 0, 10);
  const Op& two = builder.Set(1, 0, 10);
  builder.HitDamaged(2, 20, 30, 4096,
                     {{0, 2048, Source::kSet, {3, one.sequence}, 4096},
                      {2048, 2048, Source::kSet, {1, two.sequence}, 4096}});
  const Verdict verdict = CheckIntact(builder);
  EXPECT_EQ(verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(verdict.anomaly, "mixed-value");
  EXPECT_EQ(verdict.sentence,
            "get k0 returned 4096 bytes: 0–2047 from set #0 of process 3, 2048–4095 from set #0 "
            "of process 1");
  EXPECT_EQ(verdict.evidence.size(), 3u);
  EXPECT_TRUE(verdict.evidence.back().deciding);
}

TEST(IntactTest, SummarisesManyStretches) {
  HistoryBuilder builder;
  std::vector<DamageRun> runs;
  for (uint32_t i = 0; i < 8; ++i) {
    runs.push_back({i * 512, 512, Source::kSet, {static_cast<uint16_t>(1 + i % 2), 7}, 4096});
  }
  builder.HitDamaged(4, 20, 30, 4096, runs);
  EXPECT_THAT(CheckIntact(builder).sentence,
              testing::EndsWith("1024–1535 from set #7 of process 1, and 5 more stretches (2 sets "
                                "in all)"));
}

TEST(IntactTest, PrefersAMixedValueToAnEmptyOneAndCountsBoth) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10);
  builder.HitDamaged(2, 20, 30, 0);
  builder.HitDamaged(2, 40, 50, 64,
                     {{0, 32, Source::kSet, {1, 0}, 64}, {32, 32, Source::kSet, {9, 0}, 64}});
  const Verdict verdict = CheckIntact(builder);
  EXPECT_EQ(verdict.anomaly, "mixed-value");
  EXPECT_EQ(verdict.violations, 2u);
}

TEST(IntactTest, AnEmptyHitShowsTheWriteUnderWay) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).length = 4096;
  builder.Set(3, 15, 40).length = 4096;
  builder.HitDamaged(2, 20, 30, 0);
  const Verdict verdict = CheckIntact(builder);
  ASSERT_EQ(verdict.evidence.size(), 2u);
  EXPECT_EQ(verdict.evidence[0].op.process, 3);
  EXPECT_TRUE(verdict.evidence[1].deciding);
}

TEST(IntactTest, AnEmptyHitIsBroken) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).length = 4096;
  builder.HitDamaged(2, 20, 30, 0);
  const Verdict verdict = CheckIntact(builder);
  EXPECT_EQ(verdict.anomaly, "empty-read");
  EXPECT_EQ(verdict.sentence, "get k0 returned 0 bytes, although every set wrote 4096");
}

TEST(IntactTest, AnEmptyHitOfAnEmptyValueIsNot) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).length = 0;
  builder.HitDamaged(2, 5, 30, 0);
  EXPECT_EQ(CheckIntact(builder).judgement, Judgement::kHeld);
}

TEST(IntactTest, ATruncatedValueNamesItsSet) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).length = 4096;
  builder.HitDamaged(2, 20, 30, 2048, {{0, 2048, Source::kSet, {1, 0}, 4096}});
  const Verdict verdict = CheckIntact(builder);
  EXPECT_EQ(verdict.anomaly, "truncated-value");
  EXPECT_EQ(verdict.sentence, "get k0 returned 2048 of the 4096 bytes of set #0 of process 1");
}

TEST(IntactTest, HolesAndUnknownBytesAreTornReads) {
  HistoryBuilder builder;
  builder.HitDamaged(2, 20, 30, 2048,
                     {{0, 1024, Source::kZeros, {}, 0}, {1024, 1024, Source::kUnknown, {}, 0}});
  const Verdict verdict = CheckIntact(builder);
  EXPECT_EQ(verdict.anomaly, "torn-read");
  EXPECT_EQ(verdict.sentence,
            "get k0 returned 2048 bytes: 0–1023 NUL bytes, 1024–2047 from no set");
}

TEST(IntactTest, DamageWithoutDetailsIsBrokenToo) {
  HistoryBuilder builder;
  builder.HitDamaged(2, 20, 30, 2048);
  EXPECT_EQ(CheckIntact(builder).anomaly, "torn-read");
}

TEST(IntactTest, AValueOfAnotherKeyIsForeign) {
  HistoryBuilder builder;
  const Op& write = builder.Set(1, 0, 10, 1);
  builder.Hit(2, 20, 30, write, 0);
  EXPECT_EQ(CheckIntact(builder).sentence,
            "get k0 returned the value of set #0 of process 1, which wrote the key k1");
}

TEST(IntactTest, AValueOfTheFutureIsForeign) {
  HistoryBuilder builder;
  builder.Do(2, OpKind::kGet, 0, 10, Outcome::kHit);
  Op& get = builder.Do(2, OpKind::kGet, 11, 20, Outcome::kHit);
  const Op& write = builder.Set(1, 30, 40);
  get.observation = Observed::kIntact;
  get.observed = ValueId{1, write.sequence}.Pack();
  get.length = write.length;
  EXPECT_EQ(CheckIntact(builder).anomaly, "foreign-value");
  builder.parts.header.clock_uncertainty = 10;
  EXPECT_EQ(CheckIntact(builder).judgement, Judgement::kHeld) << "the clocks cannot tell";
}

TEST(IntactTest, TheValueOfARefusedAddIsForeign) {
  HistoryBuilder builder;
  const Op& write = builder.Add(1, 0, 10, Outcome::kRefused);
  builder.Hit(2, 20, 30, write);
  EXPECT_EQ(CheckIntact(builder).anomaly, "foreign-value");
}

TEST(IntactTest, TheValueOfAFailedOrKilledSetIsNot) {
  HistoryBuilder builder;
  const Op& failed = builder.Fail(1, OpKind::kSet, 0, 10, "no");
  builder.Hit(2, 5, 30, failed);
  const Op& killed = builder.Killed(3, OpKind::kSet, 40, 50);
  builder.Hit(2, 45, 60, killed);
  EXPECT_EQ(CheckIntact(builder).judgement, Judgement::kHeld);
}

TEST(IntactTest, AValueWithoutARecordIsForeignUnlessRecordsAreMissing) {
  HistoryBuilder builder;
  Op unknown;
  unknown.process = 7;
  unknown.length = 64;
  builder.Set(1, 20, 30);
  builder.Hit(2, 20, 30, unknown);
  EXPECT_EQ(CheckIntact(builder).anomaly, "foreign-value");
  builder.parts.unreadable_records = 1;
  EXPECT_EQ(CheckIntact(builder).judgement, Judgement::kInconclusive);
}

TEST(IntactTest, ShortValuesAreJudgedByMembership) {
  HistoryBuilder builder;
  Op& write = builder.Set(1, 0, 10);
  write.length = 5;
  Op& get = builder.Hit(2, 5, 30, write);
  get.observation = Observed::kShort;
  get.observed = ShortDigestOf({1, write.sequence}, 5);
  EXPECT_EQ(CheckIntact(builder).judgement, Judgement::kHeld);
  get.observed ^= 1;
  EXPECT_EQ(CheckIntact(builder).anomaly, "foreign-value");
  get.length = 3;
  EXPECT_EQ(CheckIntact(builder).anomaly, "truncated-value");
}

TEST(IntactTest, AShortValueOfTheFutureIsForeign) {
  HistoryBuilder builder;
  Op& get = builder.Do(2, OpKind::kGet, 0, 10, Outcome::kHit);
  Op& write = builder.Set(1, 20, 30);
  write.length = 5;
  get.observation = Observed::kShort;
  get.length = 5;
  get.observed = ShortDigestOf({1, write.sequence}, 5);
  EXPECT_EQ(CheckIntact(builder).anomaly, "foreign-value");
}

TEST(IntactTest, NumbersOfCountersAreFine) {
  HistoryBuilder builder;
  builder.Set(1, 0, 10).counter = true;
  builder.HitNumber(2, 5, 20, 0);
  EXPECT_EQ(CheckIntact(builder).judgement, Judgement::kHeld);
}

TEST(IntactTest, AppliesToGetsOfWhatIsSet) {
  Checker::Ingredients ingredients;
  ingredients.kinds = {OpKind::kGet};
  EXPECT_FALSE(intact::Make()->Applies(ingredients));
  ingredients.kinds.insert(OpKind::kAdd);
  EXPECT_TRUE(intact::Make()->Applies(ingredients));
}

}  // namespace
}  // namespace tearproof::check
