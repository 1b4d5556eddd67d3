// What a power cut left, key by key: the reads after it, and what may explain them.
//
// Purpose: crash-atomic and durable look at the same few operations.
// Thread safety: none. Ownership: borrows the history, which outlives it.
#ifndef TEARPROOF_HARNESS_CHECK_POWER_CUT_H_
#define TEARPROOF_HARNESS_CHECK_POWER_CUT_H_

#include <cstdint>
#include <vector>

#include "harness/history/history.h"

namespace tearproof::check {

struct AfterPowerCut {
  std::vector<const Op*> reads;    // After it, before anything else is changed.
  std::vector<const Op*> writes;   // Sets and adds invoked before it that may have happened.
  std::vector<const Op*> removes;  // What may have removed the key, or changed it otherwise.
  bool counter = false;            // Its value is a number: which set wrote it cannot be told.

  // The write whose value the read returned; nullptr if there is none.
  const Op* WriteOf(const Op& read) const;
  // Some operation of `removes` that does not precede `write`.
  bool MayBeRemovedAfter(const History& history, const Op& write) const;
};

// REQUIRES: the history was ended by a power cut.
AfterPowerCut LookAfterPowerCut(const History& history, uint32_t key);

inline bool EndedByPowerCut(const History& history) { return history.header().power_cut != kNever; }
// It had returned before the power cut, and happened.
inline bool IsAcknowledged(const History& history, const Op& op) {
  return op.outcome == Outcome::kDone && op.ret <= history.header().power_cut;
}
// ...and was on the disk for good.
inline bool IsSynced(const History& history, const Op& op) {
  return op.outcome == Outcome::kDone && history.header().synced != kNever &&
         op.ret <= history.header().synced;
}

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_POWER_CUT_H_
