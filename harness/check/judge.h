// All that checkers have to say of one history.
//
// Thread safety: a pure function. A history of kOpsWorthAThread operations or more is judged by as
// many threads as there are processors, a checker a thread. Ownership: borrows its arguments.
#ifndef TEARPROOF_HARNESS_CHECK_JUDGE_H_
#define TEARPROOF_HARNESS_CHECK_JUDGE_H_

#include <cstddef>
#include <set>
#include <span>
#include <vector>

#include "harness/api/checker.h"

namespace tearproof::check {

// Below, threads cost more than they save.
inline constexpr size_t kOpsWorthAThread = 20'000;

// The verdicts of those of `checkers` whose promise is in `which`, in the order of the promises; of
// broken ones with what went on beside the evidence (neighbours.h).
std::vector<Verdict> Judge(const History& history, const Contract& contract,
                           const std::set<Promise>& which,
                           std::span<const Checker* const> checkers);

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_JUDGE_H_
