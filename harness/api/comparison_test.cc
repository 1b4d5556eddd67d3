#include "harness/api/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tearproof {
namespace {

using ::testing::ElementsAre;

CellRecord CellWith(std::string backend, std::string scenario,
                    const std::map<Promise, Judgement>& verdicts) {
  CellRecord cell;
  cell.backend = std::move(backend);
  cell.scenario = std::move(scenario);
  for (const auto& [promise, judgement] : verdicts) {
    PromiseResult result;
    result.verdict.promise = promise;
    result.verdict.judgement = judgement;
    result.promised = promise != Promise::kFresh;
    cell.promises.push_back(result);
  }
  return cell;
}

RunRecord RunOf(std::vector<CellRecord> cells) {
  RunRecord record;
  record.cells = std::move(cells);
  return record;
}

Comparison OfOne(Judgement base, Judgement patch, Promise promise = Promise::kIntact) {
  return Compare(RunOf({CellWith("a", "s", {{promise, base}})}),
                 RunOf({CellWith("a", "s", {{promise, patch}})}));
}

constexpr Judgement kHeld = Judgement::kHeld;
constexpr Judgement kBroken = Judgement::kBroken;
constexpr Judgement kUnsure = Judgement::kInconclusive;
constexpr Judgement kIdle = Judgement::kNotExercised;

TEST(ComparisonTest, NamesWhatAPatchChanged) {
  const auto change = [](Judgement base, Judgement patch) {
    return OfOne(base, patch).verdicts.at(0).change;
  };
  EXPECT_EQ(change(kHeld, kBroken), Change::kNewlyBroken);
  EXPECT_EQ(change(kBroken, kHeld), Change::kFixed);
  EXPECT_EQ(change(kBroken, kBroken), Change::kUnchanged);
  EXPECT_EQ(change(kIdle, kUnsure), Change::kUnchanged);
  EXPECT_EQ(change(kUnsure, kBroken), Change::kUndecided);
  EXPECT_EQ(change(kBroken, kUnsure), Change::kUndecided);
  EXPECT_EQ(change(kIdle, kHeld), Change::kUndecided);
}

TEST(ComparisonTest, FailsForWhatIsNewlyBrokenAndCounts) {
  EXPECT_EQ(OfOne(kHeld, kBroken).ExitCode(), 1);
  EXPECT_EQ(OfOne(kHeld, kBroken, Promise::kFresh).ExitCode(), 0);
  EXPECT_EQ(OfOne(kBroken, kBroken).ExitCode(), 0);
  EXPECT_EQ(OfOne(kBroken, kHeld).ExitCode(), 0);
  EXPECT_EQ(OfOne(kUnsure, kBroken).ExitCode(), 2);
  EXPECT_EQ(OfOne(kHeld, kUnsure).ExitCode(), 2);
  EXPECT_EQ(OfOne(kUnsure, kHeld).ExitCode(), 0);
  EXPECT_EQ(Compare(RunOf({}), RunOf({})).ExitCode(), 2);

  RunRecord patch = RunOf({CellWith("a", "s", {{Promise::kFresh, kBroken}})});
  const RunRecord base = RunOf({CellWith("a", "s", {{Promise::kFresh, kHeld}})});
  patch.strict = true;
  EXPECT_EQ(Compare(base, patch).ExitCode(), 1);
  patch.cells[0].promises[0].known_issue = "#7";
  EXPECT_EQ(Compare(base, patch).ExitCode(), 0);
}

TEST(ComparisonTest, MeetsCachesWithOtherOptions) {
  const auto one = [](const char* name) {
    return RunOf({CellWith(name, "s", {{Promise::kIntact, kHeld}})});
  };
  EXPECT_EQ(Compare(one("django"), one("django:path=/patched")).verdicts.size(), 1u);
  EXPECT_EQ(Compare(one("old"), one("new")).verdicts.size(), 1u);

  RunRecord base = one("x:a=1");
  base.cells.push_back(CellWith("y", "s", {{Promise::kIntact, kBroken}}));
  RunRecord patch = one("x:a=2");
  patch.cells.push_back(CellWith("y", "s", {{Promise::kIntact, kHeld}}));
  const Comparison met = Compare(base, patch);
  ASSERT_EQ(met.verdicts.size(), 2u);
  EXPECT_EQ(met.verdicts[0].backend, "y");
  EXPECT_EQ(met.verdicts[0].change, Change::kFixed);

  // Which of the two is the patched one cannot be told.
  patch.cells.push_back(CellWith("x:a=3", "s", {{Promise::kIntact, kHeld}}));
  const Comparison unclear = Compare(base, patch);
  EXPECT_EQ(unclear.verdicts.size(), 1u);
  EXPECT_THAT(unclear.only_base, ElementsAre("stress s on x:a=1"));
  EXPECT_THAT(unclear.only_patch, ElementsAre("stress s on x:a=2", "stress s on x:a=3"));
}

TEST(ComparisonTest, WhatDidNotRunIsNotCompared) {
  RunRecord base = RunOf({CellWith("a", "s", {{Promise::kIntact, kHeld}})});
  base.cells[0].state = CellState::kFailed;
  const RunRecord patch = RunOf({CellWith("a", "s", {{Promise::kIntact, kBroken}})});
  const Comparison comparison = Compare(base, patch);
  EXPECT_TRUE(comparison.verdicts.empty());
  EXPECT_THAT(comparison.only_patch, ElementsAre("stress s on a"));
  EXPECT_EQ(comparison.ExitCode(), 2);
}

TEST(ComparisonTest, TakesTheWorstOfOneScenarioRunTwice) {
  const RunRecord base = RunOf({CellWith("a", "s", {{Promise::kIntact, kHeld}}),
                                CellWith("a", "s", {{Promise::kIntact, kBroken}})});
  const RunRecord patch = RunOf({CellWith("a", "s", {{Promise::kIntact, kHeld}})});
  ASSERT_EQ(Compare(base, patch).verdicts.size(), 1u);
  EXPECT_EQ(Compare(base, patch).verdicts[0].change, Change::kFixed);
}

}  // namespace
}  // namespace tearproof
