#include "harness/api/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace tearproof {
namespace {

Verdict Make(Judgement judgement, uint64_t round, uint64_t exercised, uint64_t violations = 0) {
  Verdict verdict;
  verdict.judgement = judgement;
  verdict.round = round;
  verdict.exercised = exercised;
  verdict.violations = violations;
  verdict.sentence = "round " + std::to_string(round);
  return verdict;
}

TEST(VerdictTest, MergingTakesTheWorst) {
  const std::vector<Judgement> in_order = {Judgement::kNotExercised, Judgement::kHeld,
                                           Judgement::kInconclusive, Judgement::kBroken};
  for (const Judgement a : in_order) {
    for (const Judgement b : in_order) {
      EXPECT_EQ(Merge(Make(a, 1, 1), Make(b, 2, 1)).judgement, std::max(a, b));
    }
  }
}

TEST(VerdictTest, MergingAddsWhatWasCovered) {
  const Verdict merged = Merge(Make(Judgement::kHeld, 1, 10), Make(Judgement::kBroken, 2, 5, 3));
  EXPECT_EQ(merged.exercised, 15u);
  EXPECT_EQ(merged.violations, 3u);
  EXPECT_EQ(merged.sentence, "round 2");
  const Verdict more = Merge(merged, Make(Judgement::kBroken, 3, 1, 4));
  EXPECT_EQ(more.violations, 7u);
  EXPECT_EQ(more.sentence, "round 2") << "the earlier evidence stays";
  EXPECT_EQ(more.round, 2u);
}

TEST(VerdictTest, MergingKeepsTheUnitThatIsKnown) {
  Verdict with_unit = Make(Judgement::kNotExercised, 2, 0);
  with_unit.unit = "gets";
  EXPECT_EQ(Merge(Make(Judgement::kHeld, 1, 1), with_unit).unit, "gets");
  EXPECT_EQ(Merge(with_unit, Make(Judgement::kHeld, 1, 1)).unit, "gets");
}

TEST(VerdictTest, MergingKeepsTheReasonThatIsKnown) {
  Verdict reasoned = Make(Judgement::kNotExercised, 2, 0);
  reasoned.reason = "nothing overlapped";
  EXPECT_EQ(Merge(Make(Judgement::kNotExercised, 1, 0), reasoned).reason, "nothing overlapped");
  EXPECT_EQ(Merge(reasoned, Make(Judgement::kNotExercised, 3, 0)).reason, "nothing overlapped");
  EXPECT_EQ(Merge(Make(Judgement::kHeld, 1, 1), reasoned).reason, "");
}

TEST(VerdictTest, OnlyWhatHeldInEveryBrokenRoundStillHeld) {
  Verdict first = Make(Judgement::kBroken, 1, 1, 1);
  first.still_held = {"monotonic reads", "intact"};
  Verdict second = Make(Judgement::kBroken, 2, 1, 1);
  second.still_held = {"read-your-writes", "intact"};
  EXPECT_EQ(Merge(first, second).still_held, std::vector<std::string>{"intact"});
  EXPECT_EQ(Merge(Make(Judgement::kHeld, 3, 1), first).still_held, first.still_held);
  EXPECT_EQ(Merge(first, Make(Judgement::kHeld, 3, 1)).still_held, first.still_held);
}

TEST(VerdictTest, VerdictsOnTwoPromisesAreNotMerged) {
  Verdict other = Make(Judgement::kHeld, 1, 1);
  other.promise = Promise::kPresent;
  EXPECT_EXIT(Merge(Make(Judgement::kHeld, 1, 1), other), testing::ExitedWithCode(70),
              "two promises");
}

TEST(VerdictTest, EveryJudgementHasAName) {
  std::set<std::string_view> names;
  for (int i = 0; i < 4; ++i) names.insert(JudgementName(static_cast<Judgement>(i)));
  EXPECT_EQ(names.size(), 4u);
}

}  // namespace
}  // namespace tearproof
