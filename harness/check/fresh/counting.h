// A number that a counter returned, against the increments that had returned before.
//
// Purpose: a contradiction of a counter takes in every increment since its first value; thousands
// of them convince nobody, and a count of them does.
// Thread safety: pure functions. Linear in the steps of the key.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_COUNTING_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_COUNTING_H_

#include <cstdint>
#include <optional>

#include "harness/check/evidence.h"
#include "harness/check/fresh/step.h"
#include "harness/history/history.h"

namespace tearproof::check::fresh {

// Nothing where the step at `read` returned no number, where something else may have changed the
// counter since it was written, or where the number lies within what was counted.
std::optional<Accusation> NameMiscount(const History& history, const KeySteps& key, uint32_t read);

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_COUNTING_H_
