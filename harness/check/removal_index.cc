#include "harness/check/removal_index.h"

#include <algorithm>

#include "harness/check/evidence.h"

namespace tearproof::check {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
// The two clocks drift apart by themselves when the wall clock is disciplined; up to this much is
// taken into the tolerance.
constexpr int64_t kOrdinaryClockChange = kNanosPerMilli;

int64_t TtlNanos(const Op& op) { return int64_t{op.ttl_millis} * kNanosPerMilli; }

}  // namespace

Deadlines::Deadlines(const History& history, const Contract& contract)
    : steps_(history.header().time_base == TimeBase::kStep),
      advanced_at_(history.header().advanced_at),
      advanced_(history.header().advanced),
      tolerance_(contract.ttl_resolution + history.header().coarse_clock_lag +
                 WallClockChange(history) + history.header().clock_uncertainty),
      clock_was_moved_(WallClockChange(history) > kOrdinaryClockChange + contract.ttl_resolution) {}

int64_t Deadlines::Earliest(const Op& write) const {
  if (write.ttl_millis == kNoTtl) return kNever;
  if (steps_) return write.invoke;
  return write.invoke + TtlNanos(write) - tolerance_;
}

int64_t Deadlines::Latest(const Op& write) const {
  if (write.ttl_millis == kNoTtl || write.ret == kNever) return kNever;
  if (steps_) {
    const bool ended = write.ret < advanced_at_ && TtlNanos(write) + tolerance_ < advanced_;
    return ended ? advanced_at_ - 1 : kNever;
  }
  return write.ret + TtlNanos(write) + tolerance_;
}

RemovalIndex::RemovalIndex(const History& history, const Contract& contract)
    : history_(history),
      deadlines_(history, contract),
      keyless_(history),
      removals_(history),
      with_ttl_(history) {
  for (const uint32_t index : history.KeylessOps()) {
    const Op& op = history.ops()[index];
    if (MayRemoveKeys(op)) keyless_.Add(op);
  }
}

void RemovalIndex::Select(uint32_t key) {
  removals_.Clear();
  with_ttl_.Clear();
  expiries_.clear();
  has_ttl_or_touch_ = false;
  for (const uint32_t index : history_.OpsOfKey(key)) {
    const Op& op = history_.ops()[index];
    if (!MayChangeKey(op)) continue;
    if (op.kind == OpKind::kTouch) has_ttl_or_touch_ = true;
    if (op.kind == OpKind::kDelete || op.uncertain()) removals_.Add(op);
    if (op.ttl_millis == kNoTtl || op.kind == OpKind::kDelete || op.kind == OpKind::kIncr) continue;
    has_ttl_or_touch_ = true;
    with_ttl_.Add(op);
    expiries_.push_back({deadlines_.Earliest(op), ReachOf(history_, op.ret)});
  }
  std::sort(expiries_.begin(), expiries_.end(),
            [](const Expiry& a, const Expiry& b) { return a.earliest < b.earliest; });
  for (size_t i = 1; i < expiries_.size(); ++i) {
    expiries_[i].reach = std::max(expiries_[i].reach, expiries_[i - 1].reach);
  }
}

// Some write or touch with a time to live that does not lie wholly before `write` (itself
// included) may have run out before `read` returned.
bool RemovalIndex::MayHaveExpired(const Op& write, const Op& read) const {
  const auto end =
      std::partition_point(expiries_.begin(), expiries_.end(),
                           [&](const Expiry& expiry) { return expiry.earliest <= read.ret; });
  return end != expiries_.begin() && std::prev(end)->reach >= write.invoke;
}

RemovalIndex::Answer RemovalIndex::Explain(const Op& write, const Op& read) {
  if (removals_.Between(write, read) != nullptr || keyless_.Between(write, read) != nullptr ||
      MayHaveExpired(write, read)) {
    return Answer::kExplained;
  }
  const bool ttl_matters = write.ttl_millis != kNoTtl || with_ttl_.Between(write, read) != nullptr;
  return ttl_matters && deadlines_.clock_was_moved() ? Answer::kDoubtful : Answer::kUnexplained;
}

}  // namespace tearproof::check
