// What must be true of every checker, whatever the history: sound caches are not accused, and a
// judgement does not depend on what means nothing.
//
// RC_PARAMS chooses other cases ("seed=7 max_success=100000"); a failure prints the case, shrunk,
// and what brings it back.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/check/cache_simulator.h"
#include "harness/check/checkers_for_tests.h"
#include "harness/check/falsify.h"

namespace tearproof::check {
namespace {

// The same cases in every run, unless others are asked for.
const int kParameters = setenv("RC_PARAMS", "seed=20536 max_success=1500", /*overwrite=*/0);

// From 0 to `most`, each as likely as another.
uint32_t PickNumber(uint32_t most, const char* name) {
  const auto all = rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0u, most + 1));
  return *all.as(std::string(name));
}

SimulationOptions PickOptions() {
  const auto flag = [](const char* name) {
    return *rc::gen::element(false, true).as(std::string(name));
  };
  SimulationOptions options;
  options.keys = 1 + PickNumber(3, "keys beyond one");
  options.processes = 1 + PickNumber(4, "processes beyond one");
  options.operations = 1 + PickNumber(11, "operations of each beyond one");
  const uint32_t values = PickNumber(3, "values");
  options.counters = values == 3;
  options.short_values = values == 2;
  options.ttl = flag("ttl");
  options.adds = flag("adds");
  options.removals = flag("removals");
  options.errors = flag("errors");
  options.kills = flag("kills");
  options.evicts = flag("evicts");
  options.audit = flag("audit");
  options.skew = flag("skew") ? 300'000 : 0;
  options.ttl_resolution = flag("resolution") ? 1'000'000 : 0;
  return options;
}

uint64_t PickSeed() {
  return *rc::gen::noShrink(rc::gen::arbitrary<uint64_t>()).as(std::string("seed"));
}

struct Case {
  SimulationOptions options;
  Contract contract;
  History::Parts parts;
  Random random{0};  // For what the property itself draws.
};

Case PickSound() {
  Case picked;
  picked.options = PickOptions();
  const uint64_t seed = PickSeed();
  CacheSimulator simulator(picked.options, seed);
  picked.parts = simulator.Run();
  picked.contract = simulator.MakeContract();
  picked.random = Random(DeriveSeed(seed, 1));
  return picked;
}

// A history in which up to three operations answered as a broken cache would.
Case PickFalsified() {
  Case picked = PickSound();
  for (uint32_t n = PickNumber(3, "falsified"); n > 0; --n) {
    Falsify(picked.parts.ops, picked.random);
  }
  return picked;
}

std::vector<Verdict> JudgeAll(const History::Parts& parts, const Contract& contract) {
  static const std::vector<std::unique_ptr<Checker>> checkers = AllCheckers();
  const History history = BuildOrDie(parts);
  std::vector<Verdict> verdicts;
  for (const auto& checker : checkers) verdicts.push_back(checker->Check(history, contract));
  return verdicts;
}

std::string Words(const Verdict& verdict) {
  return fmt::format("{} is {} {}: {}{}", PromiseName(verdict.promise),
                     JudgementName(verdict.judgement), verdict.anomaly, verdict.sentence,
                     verdict.reason);
}

// Whether the two verdicts agree as they must.
using Compare = std::function<bool(const Verdict& before, const Verdict& after)>;

void ExpectOfAll(const Case& picked, const History::Parts& changed, const Compare& agrees) {
  const std::vector<Verdict> before = JudgeAll(picked.parts, picked.contract);
  const std::vector<Verdict> after = JudgeAll(changed, picked.contract);
  for (size_t i = 0; i < before.size(); ++i) {
    if (agrees(before[i], after[i])) continue;
    RC_FAIL(fmt::format("before: {}\n{}\nafter: {}\n{}", Words(before[i]),
                        Print(BuildOrDie(picked.parts)), Words(after[i]),
                        Print(BuildOrDie(changed))));
  }
}

bool SameAnomaly(const Verdict& before, const Verdict& after) {
  return before.judgement == after.judgement && before.anomaly == after.anomaly &&
         before.exercised == after.exercised && before.violations == after.violations;
}

RC_GTEST_PROP(CheckersPropertyTest, ACorrectCacheIsNeverAccused, ()) {
  const Case picked = PickSound();
  for (const Verdict& verdict : JudgeAll(picked.parts, picked.contract)) {
    // An operation that failed is what these two accuse.
    const bool accuses_errors =
        verdict.promise == Promise::kNoError || verdict.promise == Promise::kKillSafe;
    if (picked.options.errors && accuses_errors) continue;
    if (verdict.judgement == Judgement::kBroken) {
      RC_FAIL(Words(verdict) + "\n" + Print(BuildOrDie(picked.parts)));
    }
    // A counter that was evicted, and it alone, tells nothing.
    const bool lost_count = verdict.promise == Promise::kIncrExact;
    if (verdict.judgement == Judgement::kInconclusive && !lost_count) {
      RC_FAIL(Words(verdict) + "\n" + Print(BuildOrDie(picked.parts)));
    }
  }
}

RC_GTEST_PROP(CheckersPropertyTest, TheOrderOfTheRecordsMeansNothing, ()) {
  Case picked = PickFalsified();
  History::Parts changed = picked.parts;
  for (size_t i = changed.ops.size(); i > 1; --i) {
    std::swap(changed.ops[i - 1], changed.ops[picked.random.Below(i)]);
  }
  ExpectOfAll(picked, changed, [](const Verdict& before, const Verdict& after) {
    return SameAnomaly(before, after) && before.sentence == after.sentence;
  });
}

// Gives process i the number `numbers[i]`, in values, too.
void Renumber(History::Parts& parts, const std::vector<uint16_t>& numbers) {
  std::unordered_map<uint64_t, uint64_t> digests;
  for (const Op& op : parts.ops) {
    const bool writes = op.kind == OpKind::kSet || op.kind == OpKind::kAdd;
    if (!writes || op.length >= kStampBytes) continue;
    digests[ShortDigestOf({op.process, op.sequence}, op.length)] =
        ShortDigestOf({numbers[op.process], op.sequence}, op.length);
  }
  for (Op& op : parts.ops) {
    op.process = numbers[op.process];
    if (op.observation == Observed::kIntact) {
      ValueId id = ValueId::Unpack(op.observed);
      id.process = numbers[id.process];
      op.observed = id.Pack();
    } else if (op.observation == Observed::kShort) {
      op.observed = digests.at(op.observed);
    }
  }
  for (ProcessInfo& process : parts.processes) process.number = numbers[process.number];
}

RC_GTEST_PROP(CheckersPropertyTest, TheNumbersOfProcessesMeanNothing, ()) {
  Case picked = PickFalsified();
  std::vector<uint16_t> numbers;
  for (const ProcessInfo& process : picked.parts.processes) {
    numbers.push_back(static_cast<uint16_t>(3 * process.number + 1));
  }
  for (size_t i = numbers.size(); i > 1; --i) {
    std::swap(numbers[i - 1], numbers[picked.random.Below(i)]);
  }
  History::Parts changed = picked.parts;
  Renumber(changed, numbers);
  ExpectOfAll(picked, changed, SameAnomaly);
}

RC_GTEST_PROP(CheckersPropertyTest, TheOriginOfTheClockMeansNothing, ()) {
  const Case picked = PickFalsified();
  const int64_t shift = *rc::gen::inRange<int64_t>(-(int64_t{1} << 50), int64_t{1} << 50);
  History::Parts changed = picked.parts;
  for (Op& op : changed.ops) {
    op.invoke += shift;
    op.ret += shift;
  }
  for (ProcessInfo& process : changed.processes) {
    if (process.reaped != kNever) process.reaped += shift;
  }
  changed.header.realtime_offset_begin -= shift;
  changed.header.realtime_offset_end -= shift;
  ExpectOfAll(picked, changed, [](const Verdict& before, const Verdict& after) {
    return SameAnomaly(before, after) && before.sentence == after.sentence;
  });
}

// A key of its own, which a process of its own sets, reads and deletes before all else, and then
// misses again and again. It comes before or behind the others.
void AddUnrelatedKey(History::Parts& parts, Random& random) {
  const bool in_front = random.Below(2) == 0;
  const auto key = static_cast<uint32_t>(in_front ? 0 : parts.header.keys.size());
  parts.header.keys.insert(parts.header.keys.begin() + key, "unrelated");
  int64_t first = kNever;
  int64_t last = 0;
  ProcessInfo process;
  process.role = "worker";
  for (const ProcessInfo& other : parts.processes) {
    process.number = std::max(process.number, static_cast<uint16_t>(other.number + 1));
  }
  for (Op& op : parts.ops) {
    if (in_front && op.key != kNoKey) ++op.key;
    first = std::min(first, op.invoke);
    last = std::max(last, op.ret);
  }
  parts.processes.push_back(process);
  Op op;
  op.process = process.number;
  op.key = key;
  op.ret = first - 10'000'000;
  const auto next = [&](OpKind kind, Outcome outcome, uint64_t length) {
    op.kind = kind;
    op.outcome = outcome;
    op.invoke = op.ret + 1;
    op.ret = op.invoke + static_cast<int64_t>(length);
    parts.ops.push_back(op);
    ++op.sequence;
  };
  op.length = 64;
  next(OpKind::kSet, Outcome::kDone, 10);
  op.observation = Observed::kIntact;
  op.observed = ValueId{process.number, 0}.Pack();
  next(OpKind::kGet, Outcome::kHit, 10);
  op.observation = Observed::kNothing;
  op.observed = op.length = 0;
  next(OpKind::kDelete, Outcome::kDone, 10);
  while (op.ret < last) next(OpKind::kGet, Outcome::kMiss, random.Below(1'000'000));
}

RC_GTEST_PROP(CheckersPropertyTest, AnUnrelatedKeyMeansNothing, ()) {
  Case picked = PickFalsified();
  History::Parts changed = picked.parts;
  AddUnrelatedKey(changed, picked.random);
  ExpectOfAll(picked, changed, [](const Verdict& before, const Verdict& after) {
    // It may cover something where nothing had been.
    if (before.judgement == Judgement::kNotExercised) return after.judgement <= Judgement::kHeld;
    return before.judgement == after.judgement && before.anomaly == after.anomaly &&
           before.violations == after.violations;
  });
}

// Leaves out every other read, so that there is room between the operations of a process.
void ThinOut(History::Parts& parts, Random& random) {
  std::erase_if(parts.ops, [&random](const Op& op) {
    const bool reads = op.kind == OpKind::kGet || op.kind == OpKind::kHas;
    return reads && random.Below(2) == 0;
  });
}

// Lets operations begin earlier and end later, within what their process was free to do.
void Widen(History::Parts& parts, Random& random) {
  constexpr uint64_t kMost = 600'000;
  const auto draw = [&random](int64_t bound) {
    return random.Below(2) == 0 ? 0 : static_cast<int64_t>(random.Below(bound + uint64_t{1}));
  };
  std::map<uint16_t, std::vector<Op*>> by_process;
  for (Op& op : parts.ops) by_process[op.process].push_back(&op);
  for (ProcessInfo& process : parts.processes) {
    std::vector<Op*>& ops = by_process[process.number];
    std::sort(ops.begin(), ops.end(),
              [](const Op* a, const Op* b) { return a->sequence < b->sequence; });
    if (process.reaped != kNever) process.reaped += draw(kMost);
    int64_t free_since = ops.empty() ? 0 : ops.front()->invoke - int64_t{kMost};
    for (size_t i = 0; i < ops.size(); ++i) {
      const int64_t end = i + 1 < ops.size()         ? ops[i + 1]->invoke
                          : process.reaped != kNever ? process.reaped
                                                     : ops[i]->ret + int64_t{kMost};
      ops[i]->invoke -= draw(ops[i]->invoke - free_since);
      ops[i]->ret += draw(end - ops[i]->ret);
      free_since = ops[i]->ret;
    }
  }
}

RC_GTEST_PROP(CheckersPropertyTest, LongerOperationsBreakNothing, ()) {
  Case picked = PickFalsified();
  ThinOut(picked.parts, picked.random);
  History::Parts changed = picked.parts;
  Widen(changed, picked.random);
  ExpectOfAll(picked, changed, [](const Verdict& before, const Verdict& after) {
    return before.judgement == Judgement::kBroken || after.judgement != Judgement::kBroken;
  });
}

}  // namespace
}  // namespace tearproof::check
