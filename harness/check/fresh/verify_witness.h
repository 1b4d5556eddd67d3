// Whether an order of steps is a linearisation.
//
// Purpose: all that a reader has to trust where `fresh` is held and not by the zones alone. It
// knows nothing of how the order was found: it replays it on a cache of one key.
// Thread safety: pure function. Takes linear time.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_VERIFY_WITNESS_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_VERIFY_WITNESS_H_

#include "harness/check/fresh/step.h"

namespace tearproof::check::fresh {

// True if `order` holds every step that is not optional, none twice, none before one that precedes
// it, and each in a state that allows it.
bool VerifyWitness(const KeySteps& key, const Order& order);

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_VERIFY_WITNESS_H_
