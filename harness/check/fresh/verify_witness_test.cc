#include "harness/check/fresh/verify_witness.h"

#include <gtest/gtest.h>

#include "harness/check/cache_simulator.h"
#include "harness/check/falsify.h"
#include "harness/check/fresh/key_history.h"
#include "harness/check/fresh/search.h"

namespace tearproof::check::fresh {
namespace {

// 0: set v [0, 10]; 1: get v [5, 30]; 2: delete [20, 40], optional; 3: miss [25, 50].
struct Small : KeySteps {
  Small() {
    steps.resize(4);
    for (uint16_t i = 0; i < 4; ++i) steps[i].process = i;
    steps[0].effect = Effect::kWrite;
    steps[0].reach = 10;
    steps[0].last_read = 1;
    steps[1].invoke = 5;
    steps[1].reach = 30;
    steps[1].need = Need::kValue;
    steps[2].invoke = 20;
    steps[2].reach = 40;
    steps[2].effect = Effect::kRemove;
    steps[2].optional = true;
    steps[3].invoke = 25;
    steps[3].reach = 50;
    steps[3].need = Need::kAbsent;
  }
};

bool VerifyWitness(const KeySteps& key, const Order& order) {
  WitnessVerifier verifier(key);
  for (const Step& step : key.steps) verifier.Expect(step);
  for (const Placed& placed : order) verifier.Place(placed);
  return verifier.Accepts();
}

Order Of(std::initializer_list<uint32_t> steps) {
  Order order;
  for (const uint32_t step : steps) order.push_back({step, false});
  return order;
}

TEST(VerifyWitnessTest, AcceptsALinearisation) {
  EXPECT_TRUE(VerifyWitness(Small(), Of({0, 1, 2, 3})));
}

TEST(VerifyWitnessTest, RejectsWhatIsNone) {
  const Small key;
  EXPECT_FALSE(VerifyWitness(key, Of({0, 2, 3}))) << "a step is missing";
  EXPECT_FALSE(VerifyWitness(key, Of({0, 1, 1, 2, 3}))) << "a step is there twice";
  EXPECT_FALSE(VerifyWitness(key, Of({0, 1, 2, 3, 7}))) << "there is no such step";
  EXPECT_FALSE(VerifyWitness(key, Of({0, 1, 3}))) << "the miss finds the value";
  EXPECT_FALSE(VerifyWitness(key, Of({1, 0, 2, 3}))) << "the get finds nothing";
  EXPECT_FALSE(VerifyWitness(key, Of({3, 0, 1}))) << "the set had ended before the miss began";
}

TEST(VerifyWitnessTest, OnlyASetThatMayHaveFailedRemoves) {
  Small key;
  key.steps[1].need = Need::kNothing;
  Order removing = Of({0, 1, 3});
  removing[0].removes = true;
  EXPECT_FALSE(VerifyWitness(key, removing));
  key.steps[0].may_remove = true;
  EXPECT_TRUE(VerifyWitness(key, removing));
}

TEST(VerifyWitnessTest, RejectsAHasOfWhatWasRemovedAndAWrongCount) {
  Small key;
  key.steps[1].need = Need::kNothing;
  key.steps[3].need = Need::kPresent;
  EXPECT_TRUE(VerifyWitness(key, Of({0, 1, 3})));
  EXPECT_FALSE(VerifyWitness(key, Of({0, 1, 2, 3})));
  key.steps[3].need = Need::kNumber;
  EXPECT_TRUE(VerifyWitness(key, Of({0, 1, 3})));
  key.steps[3].number = 1;
  EXPECT_FALSE(VerifyWitness(key, Of({0, 1, 3})));
}

TEST(VerifyWitnessTest, ProgramOrderCounts) {
  Small key;
  key.steps[0].reach = key.steps[1].reach = 100;
  key.steps[0].need = Need::kNothing;
  key.steps[1].need = Need::kAbsent;
  key.steps[3].need = Need::kPresent;
  EXPECT_TRUE(VerifyWitness(key, Of({1, 0, 3})));
  key.steps[1].process = key.steps[0].process;
  EXPECT_FALSE(VerifyWitness(key, Of({1, 0, 3})));
}

TEST(VerifyWitnessTest, WhatMayGoByItselfMayBeMissed) {
  Small key;
  EXPECT_FALSE(VerifyWitness(key, Of({0, 1, 3})));
  key.evicts = true;
  EXPECT_TRUE(VerifyWitness(key, Of({0, 1, 3})));
  key.evicts = false;
  key.expires = true;
  key.steps[0].earliest_expiry = 45;
  EXPECT_TRUE(VerifyWitness(key, Of({0, 1, 3})));
  key.steps[0].earliest_expiry = 51;
  EXPECT_FALSE(VerifyWitness(key, Of({0, 1, 3})));
}

// Each step is expected no sooner than the order needs it, and forgotten as soon as may be.
bool VerifyPassingBy(const KeySteps& key, const Order& order) {
  WitnessVerifier verifier(key, 1);
  size_t expected = 0;
  for (const Placed& placed : order) {
    while (expected < key.steps.size() && expected <= placed.step) {
      verifier.Expect(key.steps[expected++]);
    }
    verifier.Place(placed);
  }
  while (expected < key.steps.size()) verifier.Expect(key.steps[expected++]);
  return verifier.Accepts();
}

// What the order violates, by definition; nothing of it is shared with the verifier.
bool IsLinearisation(const History& history, const KeySteps& key, const Order& order) {
  std::vector<int> place(key.steps.size(), -1);
  for (size_t at = 0; at < order.size(); ++at) {
    if (place[order[at].step] >= 0) return false;
    place[order[at].step] = static_cast<int>(at);
  }
  for (size_t a = 0; a < key.steps.size(); ++a) {
    if (place[a] < 0 && !key.steps[a].optional) return false;
    for (size_t b = 0; b < key.steps.size(); ++b) {
      if (place[a] < 0 || place[b] < 0 || place[a] < place[b]) continue;
      if (history.Precedes(history.ops()[key.steps[a].op], history.ops()[key.steps[b].op])) {
        return false;
      }
    }
  }
  State state;
  for (const Placed& placed : order) {
    const Step& step = key.steps[placed.step];
    if (placed.removes && !step.may_remove) return false;
    const bool gone = !Allows(key, state, step) && key.evicts;
    if (!Allows(key, gone ? State{} : state, step)) return false;
    state = After(gone ? State{} : state, step, placed.removes);
  }
  return true;
}

// An order that was found, changed at one place.
Order ChangeOne(Order order, size_t steps, Random& random) {
  const size_t at = random.Below(order.size());
  const auto there = order.begin() + static_cast<std::ptrdiff_t>(at);
  const Placed placed = *there;
  switch (random.Below(5)) {
    case 0:
      std::swap(*there, order[random.Below(order.size())]);
      break;
    case 1:
      if (at + 1 < order.size()) std::swap(*there, order[at + 1]);
      break;
    case 2:
      order.erase(there);
      break;
    case 3:
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(random.Below(order.size() + 1)),
                   {static_cast<uint32_t>(random.Below(steps)), placed.removes});
      break;
    default:
      there->removes = !placed.removes;
  }
  return order;
}

TEST(VerifyWitnessTest, AcceptsOfChangedOrdersThoseThatAreLinearisations) {
  Random random(1997);
  int accepted = 0;
  int rejected = 0;
  for (int i = 0; i < 3'000; ++i) {
    SimulationOptions options = DrawOptions(random);
    options.keys = 1;
    CacheSimulator simulator(options, random.Next());
    const History history = BuildOrDie(simulator.Run());
    const Contract contract = simulator.MakeContract();
    std::vector<uint32_t> number_of(history.ops().size());
    KeyHistory loader(history, contract, number_of);
    loader.Load(0);
    const KeySteps& key = loader.key();
    Search search(key, {});
    if (search.Run(key, Search::Ends::kExact) != Search::Answer::kOrderExists) continue;
    const Order& order = search.settled();
    ASSERT_TRUE(VerifyWitness(key, order)) << Print(history);
    ASSERT_TRUE(VerifyPassingBy(key, order)) << Print(history);
    for (int change = 0; change < 20 && !order.empty(); ++change) {
      const Order changed = ChangeOne(order, key.steps.size(), random);
      const bool sound = IsLinearisation(history, key, changed);
      ASSERT_EQ(VerifyWitness(key, changed), sound) << Print(history);
      ASSERT_EQ(VerifyPassingBy(key, changed), sound) << Print(history);
      ++(sound ? accepted : rejected);
    }
  }
  EXPECT_GT(accepted, 5'000);
  EXPECT_GT(rejected, 20'000);
}

TEST(VerifyWitnessTest, AStepThatWasNotExpectedYetIsWrong) {
  const Small key;
  WitnessVerifier verifier(key);
  verifier.Place({0, false});
  for (const Step& step : key.steps) verifier.Expect(step);
  for (const uint32_t step : {1, 2, 3}) verifier.Place({step, false});
  EXPECT_FALSE(verifier.Accepts());
}

}  // namespace
}  // namespace tearproof::check::fresh
