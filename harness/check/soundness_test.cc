// The first rule that binds all checkers: a sound cache is never accused.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "harness/check/cache_simulator.h"
#include "harness/check/checkers_for_tests.h"
#include "harness/check/falsify.h"
#include "harness/check/interval_index.h"
#include "harness/check/linearization_search.h"

namespace tearproof::check {
namespace {

TEST(SoundnessTest, NoCheckerAccusesACorrectCache) {
  const auto checkers = AllCheckers();
  std::map<Promise, int> held;
  Random random(20536);
  for (int i = 0; i < 30'000; ++i) {
    const SimulationOptions options = DrawOptions(random);
    CacheSimulator simulator(options, random.Next());
    const History history = BuildOrDie(simulator.Run());
    const Contract contract = simulator.MakeContract();
    for (const auto& checker : checkers) {
      if (options.errors && (checker->promise() == Promise::kNoError)) continue;
      // A failed read after a kill is an accusation of its own.
      if (options.errors && checker->promise() == Promise::kKillSafe) continue;
      const Verdict verdict = checker->Check(history, contract);
      held[verdict.promise] += verdict.judgement == Judgement::kHeld ? 1 : 0;
      ASSERT_NE(verdict.judgement, Judgement::kBroken)
          << "case " << i << ": " << verdict.sentence << "\n"
          << Print(history);
    }
  }
  for (const Promise promise :
       {Promise::kIntact, Promise::kNoError, Promise::kPresent, Promise::kStaysGone,
        Promise::kAddOnce, Promise::kIncrExact, Promise::kExpires, Promise::kKillSafe}) {
    EXPECT_GT(held[promise], 100) << PromiseName(promise) << " was hardly ever judged";
  }
}

TEST(SoundnessTest, WhereACheckerAccusesNoLinearisationExists) {
  const auto checkers = AllCheckers();
  std::map<Promise, int> broken;
  Random random(15806);
  for (int i = 0; i < 60'000; ++i) {
    SimulationOptions options = DrawOptions(random);
    options.keys = 1;
    options.processes = 2 + static_cast<uint32_t>(random.Below(2));
    options.operations = options.processes == 2 ? 3 : 2;
    options.ttl = false;
    options.short_values = false;
    options.errors = false;
    CacheSimulator simulator(options, random.Next());
    History::Parts parts = simulator.Run();
    for (uint64_t n = 1 + random.Below(2); n > 0; --n) Falsify(parts.ops, random);
    const History history = BuildOrDie(std::move(parts));
    const Contract contract = simulator.MakeContract();
    std::optional<bool> sound;
    for (const auto& checker : checkers) {
      const Verdict verdict = checker->Check(history, contract);
      if (verdict.judgement != Judgement::kBroken) continue;
      ++broken[verdict.promise];
      if (!sound) sound = LinearizationSearch(history, contract).Exists();
      ASSERT_FALSE(*sound) << "case " << i << ": " << PromiseName(verdict.promise) << ": "
                           << verdict.sentence << "\n"
                           << Print(history);
    }
  }
  for (const Promise promise : {Promise::kIntact, Promise::kPresent, Promise::kStaysGone,
                                Promise::kAddOnce, Promise::kIncrExact, Promise::kKillSafe}) {
    RecordProperty(std::string(PromiseName(promise)), broken[promise]);
    EXPECT_GT(broken[promise], 50) << PromiseName(promise) << " was hardly ever accused";
  }
}

// The index against the definition that it answers.
TEST(IntervalIndexTest, AgreesWithTryingAll) {
  Random random(7);
  for (int i = 0; i < 2'000; ++i) {
    SimulationOptions options = DrawOptions(random);
    options.processes = 1 + static_cast<uint32_t>(random.Below(6));
    options.kills = true;
    CacheSimulator simulator(options, random.Next());
    const History history = BuildOrDie(simulator.Run());
    IntervalIndex index(history);
    std::vector<const Op*> members;
    for (const Op& op : history.ops()) {
      if (random.Below(2) == 0) continue;
      index.Add(op);
      members.push_back(&op);
    }
    for (const Op& from : history.ops()) {
      for (const Op& to : history.ops()) {
        const bool any = std::any_of(members.begin(), members.end(), [&](const Op* op) {
          return op != &from && op != &to && !history.Precedes(*op, from) &&
                 !history.Precedes(to, *op);
        });
        // Only questions about an interval are asked: from before to, or overlapping it.
        if (history.Precedes(to, from)) continue;
        ASSERT_EQ(index.Between(from, to) != nullptr, any) << Print(history);
      }
      const bool overlaps = std::any_of(members.begin(), members.end(), [&](const Op* op) {
        return op->process != from.process && history.Overlaps(*op, from);
      });
      ASSERT_EQ(index.OverlappingOther(from) != nullptr, overlaps);
    }
  }
}

}  // namespace
}  // namespace tearproof::check
