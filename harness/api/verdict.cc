#include "harness/api/verdict.h"

#include <algorithm>
#include <array>

#include "harness/core/check.h"

namespace tearproof {

std::string_view JudgementName(Judgement judgement) {
  constexpr std::array<std::string_view, 4> kNames = {"not exercised", "held", "inconclusive",
                                                      "broken"};
  return kNames[static_cast<size_t>(judgement)];
}

Verdict Merge(Verdict first, const Verdict& second) {
  TEARPROOF_CHECK(first.promise == second.promise, "verdicts on two promises");
  const uint64_t violations = first.violations + second.violations;
  const uint64_t exercised = first.exercised + second.exercised;
  const std::string unit = first.unit.empty() ? second.unit : first.unit;
  // What two breaks leave is what both leave.
  if (first.judgement == Judgement::kBroken && second.judgement == Judgement::kBroken) {
    std::erase_if(first.still_held, [&second](const std::string& contract) {
      return std::find(second.still_held.begin(), second.still_held.end(), contract) ==
             second.still_held.end();
    });
  }
  if (second.judgement > first.judgement) first = second;
  // As of a verdict on nothing, which is how a cell's begins.
  if (second.judgement == first.judgement && first.reason.empty()) first.reason = second.reason;
  first.unit = unit;
  first.violations = violations;
  first.exercised = exercised;
  return first;
}

}  // namespace tearproof
