// How often the operations of a history met.
//
// Purpose: a verdict is worth as much as the races that it saw. Counts, for each pair of kinds, the
// pairs of operations of two processes on one key that overlapped: what a reader met a writer, what
// two writers met. clear, cull and init meet the operations on every key.
//
// Thread safety: pure functions. Cost: near-linear in the operations, times those that are under
// way at a time.
#ifndef TEARPROOF_HARNESS_CHECK_OVERLAPS_H_
#define TEARPROOF_HARNESS_CHECK_OVERLAPS_H_

#include <array>
#include <cstdint>

#include "harness/api/run_record.h"
#include "harness/history/history.h"

namespace tearproof::check {

class OverlapCounter {
 public:
  // Adds the pairs of `history`, clocks taken at their word. Unsupported operations meet nobody.
  void Count(const History& history);
  void Add(const OverlapCounter& other);
  OverlapCounts Counts() const;

 private:
  // By the kinds, the smaller first.
  std::array<std::array<uint64_t, kOpKindCount>, kOpKindCount> pairs_{};
};

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_OVERLAPS_H_
