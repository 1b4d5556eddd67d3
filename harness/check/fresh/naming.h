// A contradiction in plain words.
//
// Purpose: names the anomaly by the operations that contradict each other.
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_NAMING_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_NAMING_H_

#include "harness/check/evidence.h"
#include "harness/check/fresh/contradiction.h"
#include "harness/check/fresh/key_history.h"

namespace tearproof::check::fresh {

// REQUIRES: `steps` is a minimal contradiction.
Accusation NameContradiction(const History& history, const KeySteps& key, const StepSet& steps);
// Where no small contradiction was found.
Accusation NameConflict(const History& history, const KeySteps& key, uint32_t conflict);
Accusation NameImpossible(const History& history, const ImpossibleRead& impossible);

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_NAMING_H_
