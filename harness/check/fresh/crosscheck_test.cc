// fresh against trying all orders, on random small histories, sound and falsified.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/check/cache_simulator.h"
#include "harness/check/checkers_for_tests.h"
#include "harness/check/falsify.h"
#include "harness/check/linearization_search.h"

namespace tearproof::check {
namespace {

constexpr int kCases = 250'000;  // Of each of four tests: a million in all.

SimulationOptions DrawSmall(Random& random) {
  SimulationOptions options = DrawOptions(random);
  options.keys = 1;
  options.processes = 2 + static_cast<uint32_t>(random.Below(3));
  options.operations = options.processes == 2   ? 3 + static_cast<uint32_t>(random.Below(2))
                       : options.processes == 3 ? 2
                                                : 1 + static_cast<uint32_t>(random.Below(2));
  options.ttl = false;
  options.short_values = false;
  return options;
}

struct Tally {
  int broken = 0;
  int held = 0;
};

// Expects of one history that fresh is broken exactly if no order exists, and never inconclusive.
void Compare(const History& history, const Contract& contract, Tally& tally) {
  const Verdict verdict = fresh::Make()->Check(history, contract);
  const bool exists =
      LinearizationSearch(history, contract.evicts, LinearizationSearch::Judges::kFresh).Exists();
  ASSERT_NE(verdict.judgement, Judgement::kInconclusive) << verdict.reason << "\n"
                                                         << Print(history);
  ASSERT_EQ(verdict.judgement != Judgement::kBroken, exists) << verdict.sentence << "\n"
                                                             << Print(history);
  tally.broken += exists ? 0 : 1;
  tally.held += verdict.judgement == Judgement::kHeld ? 1 : 0;
}

void CompareMany(uint64_t seed, bool kills_and_errors, bool skew) {
  Random random(seed);
  Tally tally;
  for (int i = 0; i < kCases; ++i) {
    SimulationOptions options = DrawSmall(random);
    options.kills = options.kills && kills_and_errors;
    options.errors = options.errors && kills_and_errors;
    options.skew = skew ? 300'000 : 0;
    CacheSimulator simulator(options, random.Next());
    History::Parts parts = simulator.Run();
    for (uint64_t n = random.Below(4); n > 0; --n) Falsify(parts.ops, random);
    SCOPED_TRACE(fmt::format("case {}", i));
    Compare(BuildOrDie(std::move(parts)), simulator.MakeContract(), tally);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(tally.broken, kCases / 10);
  EXPECT_GT(tally.held, kCases / 10);
}

TEST(FreshCrosscheckTest, AgreesWithTryingAllOrders) { CompareMany(1, false, false); }
TEST(FreshCrosscheckTest, AgreesWhereClocksAreUncertain) { CompareMany(2, false, true); }
TEST(FreshCrosscheckTest, AgreesWithKillsAndErrors) { CompareMany(3, true, false); }
TEST(FreshCrosscheckTest, AgreesWithAllOfIt) { CompareMany(4, true, true); }

}  // namespace
}  // namespace tearproof::check
