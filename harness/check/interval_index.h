// Which of a set of operations may lie between two others.
//
// Purpose: nearly every rule of the checkers ends in one question: could some operation r have
// taken effect after `from` and before `to`? It could unless r precedes `from` or `to` precedes r.
// Answered exactly (program order within a process included) in logarithmic time, and in constant
// time where the questions come in the order of time.
//
// Thread safety: none, as queries move a cursor. Ownership: borrows the history, which outlives it.
#ifndef TEARPROOF_HARNESS_CHECK_INTERVAL_INDEX_H_
#define TEARPROOF_HARNESS_CHECK_INTERVAL_INDEX_H_

#include <array>
#include <cstdint>
#include <vector>

#include "harness/history/history.h"

namespace tearproof::check {

// Index of `op` in history.ops(). REQUIRES: it is one of them.
inline uint32_t IndexOf(const History& history, const Op& op) {
  return static_cast<uint32_t>(&op - history.ops().data());
}

// The last moment at which an operation may be invoked and yet not be preceded by one that
// returned at `ret`.
inline int64_t ReachOf(const History& history, int64_t ret) {
  const int64_t uncertainty = history.header().clock_uncertainty;
  return ret >= kNever - uncertainty ? kNever : ret + uncertainty;
}

class IntervalIndex {
 public:
  explicit IntervalIndex(const History& history) : history_(history) {}

  void Clear();
  // REQUIRES: `op` is of history.ops() and comes after all that were added before.
  void Add(const Op& op);
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

  // Some operation of the index, other than the two, that neither precedes `from` nor is preceded
  // by `to`; nullptr if there is none. REQUIRES: both are of history.ops().
  const Op* Between(const Op& from, const Op& to);
  // Some operation of the index, of another process, that overlaps `op`; nullptr if none.
  const Op* OverlappingOther(const Op& op);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kListed = 3;
  // Of the operations up to this one, those of three processes that return last. Three, for the
  // processes of `from` and `to` may have to be passed over.
  using Latest = std::array<uint32_t, kListed>;
  struct Running {
    int64_t ret = INT64_MIN;
    uint32_t op = kNone;
    uint32_t process = UINT32_MAX;
  };
  struct Entry {
    int64_t invoke = 0;
    uint32_t op = 0;
    Latest latest{kNone, kNone, kNone};
  };

  void Insert(const Op& op, uint32_t index);
  // Number of entries invoked at `time` or before.
  size_t CountInvokedBy(int64_t time);
  // Number of entries before operation `op` in the history.
  size_t CountBefore(uint32_t op);
  // Both look at the first `count` entries only.
  const Op* FindBetween(size_t count, const Op& from, const Op& to) const;
  const Op* FindOverlapping(size_t count, const Op& op) const;

  const History& history_;
  std::vector<Entry> entries_;
  std::array<Running, kListed> running_;  // The last entry's `latest`, at hand.
  size_t invoked_cursor_ = 0;
  size_t before_cursor_ = 0;
};

// Of a set of completed operations, the one invoked last among those that precede another.
class CompletedIndex {
 public:
  explicit CompletedIndex(const History& history) : history_(history) {}

  void Clear();
  // REQUIRES: as IntervalIndex::Add; and `op` has returned.
  void Add(const Op& op);
  bool empty() const { return entries_.empty(); }

  // Where the clocks cannot tell and program order decides, a later one may be passed over.
  const Op* LatestBefore(const Op& op);

 private:
  struct Entry {
    int64_t ret = 0;
    uint32_t op = 0;
    uint32_t last_invoked = 0;  // Of the entries up to this one.
  };
  void SealOrder();

  const History& history_;
  std::vector<Entry> entries_;  // By return, once sealed.
  bool sealed_ = false;
  size_t cursor_ = 0;
};

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_INTERVAL_INDEX_H_
