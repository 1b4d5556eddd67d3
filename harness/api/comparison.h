// What a patch changed: two runs, verdict by verdict.
//
// Purpose: what `compare` tells, as a pure function of two run records. A verdict is met again by
// cache, scenario, engine and promise. Caches of the same name with other options
// ("django:path=a", "django:path=b") are met where each run has one of them, and any two where
// each run has only one left.
// Thread safety: pure functions; plain data.
#ifndef TEARPROOF_HARNESS_API_COMPARISON_H_
#define TEARPROOF_HARNESS_API_COMPARISON_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/api/run_record.h"

namespace tearproof {

enum class Change : uint8_t {
  kNewlyBroken,  // Broken by the patch; before, it was not.
  kFixed,        // Broken before, held now.
  kUndecided,    // One of the two runs left open what the other one decided.
  kUnchanged,
};
std::string_view ChangeName(Change change);  // "newly broken"

struct ComparedVerdict {
  std::string backend;  // As the patch's run names it.
  std::string scenario;
  std::string engine;
  Promise promise = Promise::kIntact;
  Judgement base = Judgement::kNotExercised;
  Judgement patch = Judgement::kNotExercised;
  bool counts = false;  // Promised, or the run is strict, and not listed as known.
  Change change = Change::kUnchanged;
};

struct Comparison {
  std::vector<ComparedVerdict> verdicts;  // By change, then as the patch's run has them.
  // "stress get-set on django": what only one of the two ran, so that nothing can be said of it.
  std::vector<std::string> only_base;
  std::vector<std::string> only_patch;

  uint64_t Count(Change change) const;
  // 1: something that counts is newly broken. 2: something that counts was left open by the patch,
  // or nothing could be compared. Else 0.
  int ExitCode() const;
};

Comparison Compare(const RunRecord& base, const RunRecord& patch);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_COMPARISON_H_
