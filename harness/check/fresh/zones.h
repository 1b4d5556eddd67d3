// The zone test of Gibbons and Korach, for keys that were only set and hit.
//
// Purpose: P. B. Gibbons and E. Korach, "Testing Shared Memories", SIAM J. Comput. 26(4), 1997:
// where every value is written once and every read names its write, a linearisation exists exactly
// if no two forward zones overlap and no backward zone lies within a forward one. A write and its
// reads are a cluster; its zone is spanned by the first end f and the last beginning s of any of
// them. f < s is a forward zone: the key must hold the value from f to s. Otherwise it is a
// backward zone: all of the cluster can take effect at one moment, any in [s, f].
//
// Thread safety: pure functions. Takes linear time but for one sort.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_ZONES_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_ZONES_H_

#include "harness/check/fresh/step.h"

namespace tearproof::check::fresh {

// Whether the key has but blind writes and reads of values, so that zones decide.
bool ZonesDecide(const KeySteps& key);

// True only if a linearisation exists. Steps of one process are taken to end where the next one
// begins; that is stricter than needed where clocks are uncertain, so false proves nothing.
// REQUIRES: ZonesDecide(key), and no read precedes its write.
bool ZonesHold(const KeySteps& key);

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_ZONES_H_
