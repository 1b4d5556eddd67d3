// A long history, which several threads judge.

#include "harness/check/judge.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/check/cache_simulator.h"
#include "harness/check/checkers_for_tests.h"

namespace tearproof::check {
namespace {

// 24,000 operations on a correct cache, of whose answers one hit in a hundred became a miss.
History LongHistory(uint64_t seed) {
  SimulationOptions options;
  options.keys = 2;
  options.processes = 4;
  options.operations = 6'000;
  options.adds = true;
  options.removals = true;
  options.errors = true;
  Random random(seed);
  History::Parts parts = CacheSimulator(options, random.Next()).Run();
  for (Op& op : parts.ops) {
    if (op.outcome != Outcome::kHit || random.Below(100) != 0) continue;
    op.outcome = Outcome::kMiss;
    op.observation = Observed::kNothing;
  }
  Result<History> history = History::Build(std::move(parts));
  TEARPROOF_CHECK(history.ok(), history.error().what);
  return std::move(history).value();
}

TEST(JudgeTest, ParallelCheckersSayOfALongHistoryWhatEachSaysAlone) {
  const auto owned = AllCheckers();
  std::vector<const Checker*> checkers;
  std::set<Promise> all;
  for (const auto& checker : owned) {
    checkers.push_back(checker.get());
    all.insert(checker->promise());
  }
  const History history = LongHistory(15806);
  ASSERT_GE(history.ops().size(), kOpsWorthAThread);
  const std::vector<Verdict> together = Judge(history, Contract(), all, checkers);
  ASSERT_EQ(together.size(), checkers.size());
  uint64_t violations = 0;
  for (const Checker* checker : checkers) {
    const Verdict alone = checker->Check(history, Contract());
    const Verdict& found = together[static_cast<size_t>(alone.promise)];
    SCOPED_TRACE(std::string(PromiseName(alone.promise)));
    EXPECT_EQ(found.promise, alone.promise);
    EXPECT_EQ(found.judgement, alone.judgement);
    EXPECT_EQ(found.sentence, alone.sentence);
    EXPECT_EQ(found.reason, alone.reason);
    EXPECT_EQ(found.exercised, alone.exercised);
    EXPECT_EQ(found.violations, alone.violations);
    EXPECT_EQ(found.evidence.size(), alone.evidence.size());
    violations += alone.violations;
  }
  EXPECT_GT(violations, 0u) << "there was nothing to tell";
}

TEST(JudgeTest, ABrokenVerdictComesWithWhatWentOnBesideIt) {
  const auto owned = AllCheckers();
  std::vector<const Checker*> checkers;
  for (const auto& checker : owned) checkers.push_back(checker.get());
  uint64_t neighbours = 0;
  for (const Verdict& verdict :
       Judge(LongHistory(15806), Contract(), {Promise::kPresent, Promise::kFresh}, checkers)) {
    ASSERT_EQ(verdict.judgement, Judgement::kBroken);
    EXPECT_LE(verdict.neighbours.size(), verdict.neighbour_count);
    neighbours += verdict.neighbours.size();
  }
  EXPECT_GT(neighbours, 0U);
}

}  // namespace
}  // namespace tearproof::check
