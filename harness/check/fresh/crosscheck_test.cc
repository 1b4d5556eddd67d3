// fresh against trying all orders, on random small histories, sound and falsified.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
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

bool OrderExists(const History& history, const Contract& contract) {
  constexpr auto kFresh = LinearizationSearch::Judges::kFresh;
  // Linearizability is local only where what precedes is an order of intervals. Program order
  // within the clocks' uncertainty is none, and fresh judges key by key.
  if (history.header().clock_uncertainty == 0) {
    return LinearizationSearch(history, contract, kFresh).Exists();
  }
  for (uint32_t key = 0; key < history.key_count(); ++key) {
    if (!LinearizationSearch(history, contract, kFresh, key).Exists()) return false;
  }
  return true;
}

// Expects of one history that fresh is broken exactly if no order exists, and never inconclusive.
void Compare(const History& history, const Contract& contract, Tally& tally) {
  const Verdict verdict = fresh::Make()->Check(history, contract);
  const bool exists = OrderExists(history, contract);
  ASSERT_NE(verdict.judgement, Judgement::kInconclusive) << verdict.reason << "\n"
                                                         << Print(history);
  ASSERT_EQ(verdict.judgement != Judgement::kBroken, exists) << verdict.sentence << "\n"
                                                             << Print(history);
  tally.broken += exists ? 0 : 1;
  tally.held += verdict.judgement == Judgement::kHeld ? 1 : 0;
}

// Simulates a history of the options, falsifies it, and compares.
void CompareOne(const SimulationOptions& options, Random& random, Tally& tally) {
  CacheSimulator simulator(options, random.Next());
  History::Parts parts = simulator.Run();
  for (uint64_t n = random.Below(4); n > 0; --n) Falsify(parts.ops, random);
  Compare(BuildOrDie(std::move(parts)), simulator.MakeContract(), tally);
}

void CompareMany(uint64_t seed, bool kills_and_errors, bool skew) {
  Random random(seed);
  Tally tally;
  for (int i = 0; i < kCases; ++i) {
    SimulationOptions options = DrawSmall(random);
    options.kills = options.kills && kills_and_errors;
    options.errors = options.errors && kills_and_errors;
    options.skew = skew ? 300'000 : 0;
    SCOPED_TRACE(fmt::format("case {}", i));
    CompareOne(options, random, tally);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(tally.broken, kCases / 10);
  EXPECT_GT(tally.held, kCases / 10);
}

TEST(FreshCrosscheckTest, AgreesWithTryingAllOrders) { CompareMany(1, false, false); }
TEST(FreshCrosscheckTest, AgreesWhereClocksAreUncertain) { CompareMany(2, false, true); }
TEST(FreshCrosscheckTest, AgreesWithKillsAndErrors) { CompareMany(3, true, false); }
TEST(FreshCrosscheckTest, AgreesWithAllOfIt) { CompareMany(4, true, true); }

// Two keys, which clear and cull remove at moments of their own; and, in every other case, times to
// live.
TEST(FreshCrosscheckTest, AgreesOnTwoKeys) {
  constexpr int kTwoKeyCases = 30'000;
  Random random(5);
  Tally tally;
  for (int i = 0; i < kTwoKeyCases; ++i) {
    SimulationOptions options = DrawSmall(random);
    options.keys = 2;
    options.processes = std::min(options.processes, 3u);
    options.removals = true;
    options.ttl = random.Below(2) == 0;
    SCOPED_TRACE(fmt::format("case {}", i));
    CompareOne(options, random, tally);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(tally.broken, kTwoKeyCases / 10);
  EXPECT_GT(tally.held, kTwoKeyCases / 10);
}

TEST(FreshCrosscheckTest, AgreesWhereValuesExpire) {
  constexpr int kExpiryCases = 60'000;
  Random random(6);
  Tally tally;
  for (int i = 0; i < kExpiryCases; ++i) {
    SimulationOptions options = DrawSmall(random);
    options.ttl = true;
    options.ttl_resolution = random.Below(4) == 0 ? 1'000'000 : 0;
    SCOPED_TRACE(fmt::format("case {}", i));
    CompareOne(options, random, tally);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(tally.broken, kExpiryCases / 10);
  EXPECT_GT(tally.held, kExpiryCases / 10);
}

}  // namespace
}  // namespace tearproof::check
