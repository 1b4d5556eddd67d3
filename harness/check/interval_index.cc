#include "harness/check/interval_index.h"

#include <algorithm>

#include "harness/core/check.h"

namespace tearproof::check {
namespace {

// The number of leading entries for which `is_before` holds, searched outwards from `cursor`:
// questions come nearly in order, so the answer is mostly next to the one before.
template <typename Entries, typename Predicate>
size_t CountWhile(const Entries& entries, size_t cursor, Predicate is_before) {
  const size_t size = entries.size();
  size_t low = 0;
  size_t high = size;
  if (cursor < size && is_before(entries[cursor])) {
    low = cursor + 1;
    for (size_t step = 1; low < size; step *= 2) {
      const size_t probe = std::min(low + step - 1, size - 1);
      if (!is_before(entries[probe])) {
        high = probe;
        break;
      }
      low = probe + 1;
    }
  } else {
    high = std::min(cursor, size);
    for (size_t step = 1; high > 0; step *= 2) {
      const size_t probe = high > step ? high - step : 0;
      if (is_before(entries[probe])) {
        low = probe + 1;
        break;
      }
      high = probe;
    }
  }
  const auto first = entries.begin() + static_cast<ptrdiff_t>(low);
  const auto last = entries.begin() + static_cast<ptrdiff_t>(std::max(low, high));
  return static_cast<size_t>(std::partition_point(first, last, is_before) - entries.begin());
}

}  // namespace

void IntervalIndex::Clear() {
  entries_.clear();
  running_ = {};
  invoked_cursor_ = 0;
  before_cursor_ = 0;
}

void IntervalIndex::Add(const Op& op) {
  Entry entry;
  entry.invoke = op.invoke;
  entry.op = IndexOf(history_, op);
  TEARPROOF_CHECK(entries_.empty() || entries_.back().op < entry.op, "added out of order");
  Insert(op, entry.op);
  for (size_t i = 0; i < kListed; ++i) entry.latest[i] = running_[i].op;
  entries_.push_back(entry);
}

void IntervalIndex::Insert(const Op& op, uint32_t index) {
  // A process's later operation returns no earlier, so it takes the place of its predecessor.
  size_t place = 0;
  while (place < kListed && running_[place].op != kNone && running_[place].process != op.process) {
    ++place;
  }
  if (place == kListed) {
    if (running_.back().ret >= op.ret) return;
    place = kListed - 1;
  }
  for (; place > 0 && running_[place - 1].ret < op.ret; --place) {
    running_[place] = running_[place - 1];
  }
  running_[place] = {op.ret, index, op.process};
}

size_t IntervalIndex::CountInvokedBy(int64_t time) {
  invoked_cursor_ = CountWhile(entries_, invoked_cursor_,
                               [time](const Entry& entry) { return entry.invoke <= time; });
  return invoked_cursor_;
}

size_t IntervalIndex::CountBefore(uint32_t op) {
  before_cursor_ =
      CountWhile(entries_, before_cursor_, [op](const Entry& entry) { return entry.op < op; });
  return before_cursor_;
}

const Op* IntervalIndex::FindBetween(size_t count, const Op& from, const Op& to) const {
  if (count == 0) return nullptr;
  for (const uint32_t index : entries_[count - 1].latest) {
    if (index == kNone) break;
    const Op& op = history_.ops()[index];
    if (&op == &from || &op == &to) continue;
    if (!history_.Precedes(op, from) && !history_.Precedes(to, op)) return &op;
  }
  return nullptr;
}

// Two prefixes settle it. Of those invoked by the end of `to`, the ones that return last: of a
// process other than `to`'s, the last one is in the way if any is. Of `to`'s own process the last
// may come after `to` and hide one before it, so those before `to` are looked at as well. Where a
// process is not among the three listed, another one that returns later is in the way.
const Op* IntervalIndex::Between(const Op& from, const Op& to) {
  if (entries_.empty()) return nullptr;
  const size_t invoked = CountInvokedBy(ReachOf(history_, to.ret));
  if (const Op* found = FindBetween(invoked, from, to)) return found;
  return FindBetween(CountBefore(IndexOf(history_, to)), from, to);
}

const Op* IntervalIndex::FindOverlapping(size_t count, const Op& op) const {
  if (count == 0) return nullptr;
  for (const uint32_t index : entries_[count - 1].latest) {
    if (index == kNone) break;
    const Op& other = history_.ops()[index];
    if (other.process != op.process && history_.Overlaps(other, op)) return &other;
  }
  return nullptr;
}

const Op* IntervalIndex::OverlappingOther(const Op& op) {
  if (entries_.empty()) return nullptr;
  // Under load the answer to the last question mostly answers this one as well.
  if (const Op* found = FindOverlapping(invoked_cursor_, op)) return found;
  return FindOverlapping(CountInvokedBy(ReachOf(history_, op.ret)), op);
}

void CompletedIndex::Clear() {
  entries_.clear();
  sealed_ = false;
  cursor_ = 0;
}

void CompletedIndex::Add(const Op& op) {
  TEARPROOF_CHECK(!sealed_ && op.ret != kNever, "not addable");
  entries_.push_back({op.ret, IndexOf(history_, op), 0});
}

// By return. They come by invocation, so each has only to pass those that it overlaps, which are
// at most as many as there are processes.
void CompletedIndex::SealOrder() {
  sealed_ = true;
  for (size_t i = 1; i < entries_.size(); ++i) {
    const Entry entry = entries_[i];
    size_t place = i;
    while (place > 0 && entries_[place - 1].ret > entry.ret) {
      entries_[place] = entries_[place - 1];
      --place;
    }
    entries_[place] = entry;
  }
  uint32_t last = 0;
  for (Entry& entry : entries_) {
    last = std::max(last, entry.op);
    entry.last_invoked = last;
  }
}

const Op* CompletedIndex::LatestBefore(const Op& op) {
  if (entries_.empty()) return nullptr;
  if (!sealed_) SealOrder();
  cursor_ = CountWhile(entries_, cursor_, [&](const Entry& entry) {
    return ReachOf(history_, entry.ret) < op.invoke;
  });
  const Op* latest = cursor_ == 0 ? nullptr : &history_.ops()[entries_[cursor_ - 1].last_invoked];
  // Its own process's, which the clocks' uncertainty hides; a few steps find it where it matters.
  constexpr size_t kSteps = 16;
  for (size_t i = cursor_; i < std::min(entries_.size(), cursor_ + kSteps); ++i) {
    const Op& other = history_.ops()[entries_[i].op];
    if (other.ret > op.invoke) break;
    if (history_.Precedes(other, op) && (latest == nullptr || latest < &other)) latest = &other;
  }
  return latest;
}

}  // namespace tearproof::check
