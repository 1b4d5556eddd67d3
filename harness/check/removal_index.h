// What could have made a key absent between a write of it and a read.
//
// Purpose: a miss, or a second win of an add, is a cache's fault only if nothing in the history
// explains it: a delete, clear or cull that may have happened, the end of a time to live, or an
// operation that failed or was killed and so may have left anything.
//
// Thread safety: none, as queries move cursors. Ownership: borrows history and contract.
// Units: nanoseconds. The tolerances of expiry live here and nowhere else.
#ifndef TEARPROOF_HARNESS_CHECK_REMOVAL_INDEX_H_
#define TEARPROOF_HARNESS_CHECK_REMOVAL_INDEX_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/api/checker.h"
#include "harness/check/interval_index.h"
#include "harness/history/history.h"

namespace tearproof::check {

// When an entry with a time to live may at the earliest, and must at the latest, be gone. Caches
// expire by the wall clock, some by a coarse one, and many store the deadline in whole units.
class Deadlines {
 public:
  Deadlines(const History& history, const Contract& contract);

  // kNever where `write` has no time to live. Steps tell no time: there it may be gone at once.
  int64_t Earliest(const Op& write) const;
  // kNever where it has none, where it never returned, and in histories of steps but for entries
  // that outlived the time that passed at once.
  int64_t Latest(const Op& write) const;
  // The wall clock was moved by more than the tolerances cover.
  bool clock_was_moved() const { return clock_was_moved_; }

 private:
  bool steps_ = false;
  int64_t advanced_at_ = 0;
  int64_t advanced_ = 0;
  int64_t tolerance_ = 0;
  bool clock_was_moved_ = false;
};

class RemovalIndex {
 public:
  enum class Answer {
    kUnexplained,  // Nothing can have removed it.
    kExplained,
    kDoubtful,  // Only the moved wall clock could.
  };

  RemovalIndex(const History& history, const Contract& contract);

  // The key that the questions are about.
  void Select(uint32_t key);
  // Whether the key may be absent at `read`, though `write` set it. REQUIRES: write precedes read,
  // both of the selected key.
  Answer Explain(const Op& write, const Op& read);
  // Some write or touch of the key has a time to live, or touches it.
  bool has_ttl_or_touch() const { return has_ttl_or_touch_; }

 private:
  struct Expiry {
    int64_t earliest = 0;
    int64_t reach = 0;  // Up to when it, or one that expires earlier, may take effect.
  };
  bool MayHaveExpired(const Op& write, const Op& read) const;

  const History& history_;
  Deadlines deadlines_;
  IntervalIndex keyless_;         // clear, cull, and inits that did not end well.
  IntervalIndex removals_;        // delete, and whatever is uncertain.
  IntervalIndex with_ttl_;        // set, add, touch with a time to live.
  std::vector<Expiry> expiries_;  // By earliest deadline.
  bool has_ttl_or_touch_ = false;
};

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_REMOVAL_INDEX_H_
