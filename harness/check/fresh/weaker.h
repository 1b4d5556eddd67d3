// What a cache that is not linearizable keeps all the same.
//
// Purpose: "fresh is broken" is the beginning of a question: how badly? The contracts are defined
// at Verdict::still_held. Thread safety: pure function. Takes time linear in the history, but for
// looking up what explains a miss.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_WEAKER_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_WEAKER_H_

#include <string>
#include <vector>

#include "harness/api/checker.h"
#include "harness/history/history.h"

namespace tearproof::check::fresh {

// The weaker contracts that hold on every key, the strongest first.
std::vector<std::string> FindStillHeld(const History& history, const Contract& contract);

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_WEAKER_H_
