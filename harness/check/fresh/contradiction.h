// The fewest steps that contradict each other.
//
// Purpose: evidence that convinces is small. A set of steps is a contradiction if no order explains
// it even when all other steps are left out. To leave a step out is to forget when it was: a read
// drops out; a write whose value is read may have come at any time; any other change may have
// happened within its interval, or not at all. So "nothing removed it" is a statement about the
// whole history, and all else rests on the set alone. The set is minimal: no step of it can be left
// out.
//
// Thread safety: none. Ownership: borrows the steps.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_CONTRADICTION_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_CONTRADICTION_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/check/fresh/search.h"
#include "harness/check/fresh/step.h"

namespace tearproof::check::fresh {

// Steps by index, in order of invocation.
using StepSet = std::vector<uint32_t>;

// What is left of `key` if all certain steps but those of `kept` are left out.
KeySteps Restrict(const KeySteps& key, const StepSet& kept);
// Whether the steps of `kept` contradict each other. False, too, where the budget did not suffice.
bool Contradicts(const KeySteps& key, const StepSet& kept);

// How much may be looked at, steps and configurations, until evidence is found or given up: a
// promise is broken without it, too, and a contradiction of thousands of operations convinces
// nobody.
struct Effort {
  uint64_t left = 8'000'000;

  void Spend(uint64_t looked_at) { left -= std::min(left, looked_at); }
};

// A minimal contradiction among the steps around one of `conflicts`, at which a search found no way
// on; nothing if the neighbourhoods that were tried contain none, or `effort` did not suffice.
std::optional<StepSet> FindContradiction(const KeySteps& key, std::span<const uint32_t> conflicts,
                                         Effort& effort);

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_CONTRADICTION_H_
