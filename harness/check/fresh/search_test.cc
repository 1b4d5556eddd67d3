// The search on steps that pass by, however little it keeps of them, against the search that keeps
// all.

#include "harness/check/fresh/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "harness/check/cache_simulator.h"
#include "harness/check/falsify.h"
#include "harness/check/fresh/key_history.h"
#include "harness/check/fresh/verify_witness.h"
#include "harness/check/traffic.h"

namespace tearproof::check::fresh {
namespace {

constexpr SearchBudget kKeepsAll{
    .width = 1 << 6, .configurations = 3'000, .unsettled = std::numeric_limits<size_t>::max()};
constexpr SearchBudget kKeepsLittle{.width = 1 << 6, .configurations = 3'000, .unsettled = 1};

struct Found {
  Search::Answer answer = Search::Answer::kNone;
  std::vector<uint32_t> conflicts;
  std::vector<std::pair<uint32_t, bool>> order;
  bool accepted = false;

  friend bool operator==(const Found&, const Found&) = default;
};

void Append(const Order& order, Found& found) {
  for (const Placed& placed : order) found.order.emplace_back(placed.step, placed.removes);
}

Found SearchAtOnce(const KeySteps& key, Search::Ends ends) {
  Search search(key, kKeepsAll);
  Found found;
  found.answer = search.Run(key, ends);
  found.conflicts = search.conflicts();
  if (found.answer != Search::Answer::kOrderExists) return found;
  Append(search.settled(), found);
  WitnessVerifier verifier(key, key.steps.size());
  for (const Step& step : key.steps) verifier.Expect(step);
  for (const Placed& placed : search.settled()) verifier.Place(placed);
  found.accepted = verifier.Accepts();
  return found;
}

Found SearchPassingBy(KeyHistory& steps, Search::Ends ends) {
  Search search(steps.traits(), kKeepsLittle);
  WitnessVerifier verifier(steps.traits(), 1);
  Found found;
  const auto take = [&] {
    Append(search.settled(), found);
    for (const Placed& placed : search.settled()) verifier.Place(placed);
    search.ForgetSettled();
  };
  search.Begin(ends);
  for (Step step; steps.Next(step);) {
    verifier.Expect(step);
    if (!search.Add(step)) break;
    take();
  }
  found.answer = search.Finish();
  found.conflicts = search.conflicts();
  take();
  found.accepted = verifier.Accepts();
  if (found.answer == Search::Answer::kOrderExists) return found;
  return {found.answer, found.conflicts, {}, false};
}

SimulationOptions DrawLarge(Random& random) {
  SimulationOptions options = DrawOptions(random);
  options.keys = 1;
  options.processes = 2 + static_cast<uint32_t>(random.Below(5));
  options.operations = 10 + static_cast<uint32_t>(random.Below(30));
  return options;
}

TEST(SearchTest, FindsTheSameOrderHoweverLittleItKeeps) {
  Random random(1982);
  int held = 0;
  int broken = 0;
  for (int i = 0; i < 3'000; ++i) {
    CacheSimulator simulator(DrawLarge(random), random.Next());
    History::Parts parts = simulator.Run();
    for (uint64_t n = random.Below(3); n > 0; --n) Falsify(parts.ops, random);
    const History history = BuildOrDie(std::move(parts));
    const Contract contract = simulator.MakeContract();
    std::vector<uint32_t> number_of(history.ops().size());
    KeyHistory loader(history, contract, number_of);
    for (const Search::Ends ends : {Search::Ends::kStrict, Search::Ends::kExact}) {
      loader.Load(0);
      const Found all = SearchAtOnce(loader.key(), ends);
      loader.Select(0);
      ASSERT_EQ(SearchPassingBy(loader, ends), all) << i << "\n" << Print(history);
      held += all.answer == Search::Answer::kOrderExists ? 1 : 0;
      broken += all.answer == Search::Answer::kNone ? 1 : 0;
      ASSERT_EQ(all.accepted, all.answer == Search::Answer::kOrderExists);
    }
  }
  EXPECT_GT(held, 1'000);
  EXPECT_GT(broken, 500);
}

TEST(SearchTest, StepsThatPassByAreThoseThatAreLoaded) {
  Random random(1990);
  for (int i = 0; i < 1'000; ++i) {
    CacheSimulator simulator(DrawLarge(random), random.Next());
    History::Parts parts = simulator.Run();
    for (uint64_t n = random.Below(3); n > 0; --n) Falsify(parts.ops, random);
    const History history = BuildOrDie(std::move(parts));
    const Contract contract = simulator.MakeContract();
    std::vector<uint32_t> number_of(history.ops().size());
    KeyHistory loader(history, contract, number_of);
    loader.Load(0);
    const KeySteps loaded = loader.key();
    loader.Select(0);
    size_t next = 0;
    for (Step step; loader.Next(step); ++next) {
      ASSERT_LT(next, loaded.steps.size());
      const Step& same = loaded.steps[next];
      ASSERT_EQ(step.op, same.op);
      const bool has_value = step.effect == Effect::kWrite || step.need == Need::kValue;
      if (has_value) {
        ASSERT_EQ(step.value, loaded.steps[same.value].op);
      }
      const auto reads = [&](const Step& read) {
        return read.need == Need::kValue && loaded.steps[read.value].op == step.op;
      };
      const auto last = std::find_if(loaded.steps.rbegin(), loaded.steps.rend(), reads);
      const uint32_t last_read = last == loaded.steps.rend()
                                     ? kNoStep
                                     : static_cast<uint32_t>(loaded.steps.rend() - last - 1);
      ASSERT_EQ(step.last_read, last_read);
      ASSERT_TRUE(last_read == kNoStep || !step.optional);
    }
    ASSERT_EQ(next, loaded.steps.size());
  }
}

Step Make(int64_t invoke, int64_t reach, Need need, Effect effect, uint32_t value) {
  Step step;
  step.invoke = invoke;
  step.reach = reach;
  step.need = need;
  step.effect = effect;
  step.value = value;
  return step;
}

TEST(SearchTest, TheReadsOfAWriteThatFindsNoPlaceAreNoConflictsOfTheirOwn) {
  KeySteps key;
  key.needs_absence = key.conditional = true;
  key.steps = {Make(0, 10, Need::kNothing, Effect::kWrite, 0),
               Make(20, 30, Need::kAbsent, Effect::kWrite, 1),
               Make(25, 50, Need::kValue, Effect::kNone, 1),
               Make(60, 70, Need::kValue, Effect::kNone, 1)};
  key.steps[1].last_read = 3;
  for (uint16_t i = 0; i < 4; ++i) key.steps[i].process = i;
  Search search(key, {});
  EXPECT_EQ(search.Run(key, Search::Ends::kExact), Search::Answer::kNone);
  EXPECT_EQ(search.conflicts(), std::vector<uint32_t>{1});
}

// What it keeps does not grow with the history.
TEST(SearchTest, SettlesTheOrderAsItGoes) {
  TrafficOptions options;
  options.operations = 50'000;
  options.delete_percent = 10;
  options.has_percent = 5;
  const History history = BuildOrDie(MakeTraffic(options));
  std::vector<uint32_t> number_of(history.ops().size());
  const Contract contract;
  KeyHistory steps(history, contract, number_of);
  steps.Select(0);
  SearchBudget budget;
  budget.unsettled = 256;
  Search search(steps.traits(), budget);
  search.Begin(Search::Ends::kStrict);
  size_t added = 0;
  size_t settled = 0;
  size_t most = 0;
  for (Step step; steps.Next(step);) {
    ASSERT_TRUE(search.Add(step));
    settled += search.settled().size();
    search.ForgetSettled();
    most = std::max(most, ++added - settled);
  }
  EXPECT_LT(most, 1'000u);
  ASSERT_EQ(search.Finish(), Search::Answer::kOrderExists);
  EXPECT_EQ(settled + search.settled().size(), added);
}

}  // namespace
}  // namespace tearproof::check::fresh
