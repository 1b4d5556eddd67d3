// Every state that a model allows of a run, the nearest first, judged.
//
// Purpose: states are drawn loss by loss: first, at each moment, the one that lacks nothing, then
// those that lack one run of parts, and so on, until none is left or the budget is spent. So the
// first break of a promise is the smallest, and what is reported is exact: all states with up to so
// many losses.
// Thread safety: none. Ownership: borrows the judge.
#ifndef TEARPROOF_HARNESS_CRASH_CRASH_ENGINE_H_
#define TEARPROOF_HARNESS_CRASH_CRASH_ENGINE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/crash/crash_choices.h"
#include "harness/crash/persistence.h"
#include "harness/crash/state_judge.h"

namespace tearproof::crash {

struct CrashBudget {
  uint64_t states = 4000;         // Distinct ones of a model; each costs a reading.
  uint64_t candidates = 100'000;  // Drawn, equal ones counted.
  const std::atomic<bool>* stop = nullptr;
};

// One state, by the choices that lead to it.
struct CrashState {
  uint32_t calls = 0;
  std::vector<uint64_t> picks;  // As many as losses.
};

struct CrashBreak {
  Promise promise = Promise::kCrashAtomic;
  CrashState state;
  Verdict verdict;
  uint64_t run = 0;  // Which of those that were judged, from 0.
};

struct ModelResult {
  const PersistenceModel* model = nullptr;
  uint64_t runs = 0;
  uint64_t points = 0;      // Moments: of all runs.
  uint64_t candidates = 0;  // States drawn,
  uint64_t judged = 0;      // those that differ in bytes or in what had happened,
  std::set<Digest> states;  // and in bytes.
  size_t losses = 0;        // All states with fewer losses were drawn.
  bool exhausted = true;    // ...and there are no others.
  std::map<Promise, Verdict> verdicts;
  std::map<Promise, CrashBreak> breaks;  // The smallest of each.
};

// A state of the run once more. Errors: kUsage, where the choices lead nowhere.
struct ShownState {
  CrashPoint point;
  std::vector<bool> missing;
  Tree tree;
};
Result<ShownState> StateAt(const Persistence& persistence, const CrashState& state);

// The digests of all states after so many calls, at most `most` drawn.
std::set<Digest> AllStatesAt(const Persistence& persistence, uint32_t calls, uint64_t most);

// Adds the states of the judge's run to `result`. REQUIRES: judge.Begin(run).
Result<void> CrashEverywhere(const CrashRun& run, StateJudge& judge, const CrashBudget& budget,
                             ModelResult* result);

// Whether `promise` is broken in any state with at most `losses` losses.
Result<bool> Breaks(const CrashRun& run, const PersistenceModel& model, StateJudge& judge,
                    Promise promise, size_t losses, const CrashBudget& budget);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_CRASH_ENGINE_H_
