// What else went on while a promise was broken.
//
// Purpose: an evidence is the smallest set of operations that shows the break; who looks for its
// cause wants to see what ran beside it, but not a million operations. Thread safety: a pure
// function of its arguments.
#ifndef TEARPROOF_HARNESS_CHECK_NEIGHBOURS_H_
#define TEARPROOF_HARNESS_CHECK_NEIGHBOURS_H_

#include <cstddef>

#include "harness/api/verdict.h"
#include "harness/history/history.h"

namespace tearproof::check {

inline constexpr size_t kMostNeighbours = 40;

// Fills in the neighbours of a broken verdict on `history`: operations on the evidence's keys, or
// on all keys, that ran at some time between its first call and its last return. Of a history of
// steps, whose calls tell more, none. Linear in the operations.
void AddNeighbours(const History& history, Verdict* verdict);

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_NEIGHBOURS_H_
