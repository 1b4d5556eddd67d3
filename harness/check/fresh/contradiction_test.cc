#include "harness/check/fresh/contradiction.h"

#include <gtest/gtest.h>

#include "harness/check/cache_simulator.h"
#include "harness/check/falsify.h"
#include "harness/check/fresh/key_history.h"
#include "harness/check/fresh/search.h"

namespace tearproof::check::fresh {
namespace {

// The steps of the one key of a random history, falsified in so many places.
class Simulated {
 public:
  Simulated(SimulationOptions options, uint64_t falsified, Random& random) {
    options.keys = 1;
    CacheSimulator simulator(options, random.Next());
    History::Parts parts = simulator.Run();
    for (; falsified > 0; --falsified) Falsify(parts.ops, random);
    history_.emplace(BuildOrDie(std::move(parts)));
    number_of_.resize(history_->ops().size());
    contract_ = simulator.MakeContract();
    loader_.emplace(*history_, contract_, number_of_);
    loader_->Load(0);
  }

  const KeySteps& key() const { return loader_->key(); }
  const History& history() const { return *history_; }

 private:
  std::optional<History> history_;
  Contract contract_;
  std::vector<uint32_t> number_of_;
  std::optional<KeyHistory> loader_;
};

// Too many steps for one look: contradictions are looked for in stretches.
SimulationOptions DrawLong(Random& random) {
  SimulationOptions options = DrawOptions(random);
  options.processes = 3 + static_cast<uint32_t>(random.Below(4));
  options.operations = 420 / options.processes;
  options.counters = options.audit = false;
  return options;
}

std::optional<StepSet> FindAt(uint32_t conflict, const KeySteps& key) {
  Effort effort;
  return FindContradiction(key, std::span(&conflict, 1), effort);
}

bool OrderExists(const KeySteps& key) {
  Search search(key, {});
  return search.Run(key, Search::Ends::kExact) == Search::Answer::kOrderExists;
}

// Minimal: a contradiction, and none once any one of its steps is left out.
TEST(ContradictionTest, IsMinimal) {
  Random random(2017);
  int found = 0;
  size_t largest = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Simulated simulated(DrawOptions(random), 1 + random.Below(2), random);
    const KeySteps& key = simulated.key();
    Search search(key, {});
    if (search.Run(key, Search::Ends::kExact) != Search::Answer::kNone) continue;
    Effort effort;
    const auto steps = FindContradiction(key, std::span(search.conflicts()).first(1), effort);
    if (!steps) continue;
    ++found;
    largest = std::max(largest, steps->size());
    ASSERT_TRUE(Contradicts(key, *steps)) << Print(simulated.history());
    for (size_t out = 0; out < steps->size(); ++out) {
      StepSet fewer = *steps;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(out));
      ASSERT_FALSE(Contradicts(key, fewer)) << Print(simulated.history());
    }
  }
  EXPECT_GT(found, 1'000);
  EXPECT_LE(largest, 12u);
}

// Whatever has come to the help of a stretch is known there, from before it and after.
TEST(ContradictionTest, NoStretchOfWhatCanBeExplainedHasOne) {
  Random random(1986);
  for (int i = 0; i < 60; ++i) {
    const Simulated simulated(DrawLong(random), 0, random);
    const KeySteps& key = simulated.key();
    for (int look = 0; look < 8; ++look) {
      const auto at = static_cast<uint32_t>(random.Below(key.steps.size()));
      ASSERT_FALSE(FindAt(at, key)) << "history " << i << ", near step " << at;
    }
  }
}

// What a stretch contradicts, the whole does.
TEST(ContradictionTest, OfAStretchIsOneOfTheWhole) {
  Random random(1987);
  int found = 0;
  for (int i = 0; i < 40; ++i) {
    const Simulated simulated(DrawLong(random), 3, random);
    const KeySteps& key = simulated.key();
    for (int look = 0; look < 8; ++look) {
      const auto at = static_cast<uint32_t>(random.Below(key.steps.size()));
      const std::optional<StepSet> steps = FindAt(at, key);
      if (!steps) continue;
      ++found;
      ASSERT_FALSE(OrderExists(Restrict(key, *steps))) << "history " << i << ", near step " << at;
    }
  }
  EXPECT_GT(found, 50);
}

}  // namespace
}  // namespace tearproof::check::fresh
