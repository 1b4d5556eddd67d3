#include "harness/check/fresh/zones.h"

#include <algorithm>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"

namespace tearproof::check::fresh {
namespace {

// So many operations ahead, memory is asked for what they will need: the operations of one key lie
// far apart.
constexpr size_t kOpAhead = 24;
constexpr size_t kWriteAhead = 12;

uint16_t LastProcess(const History& history) {
  uint16_t last = 0;
  for (const ProcessInfo& process : history.processes()) last = std::max(last, process.number);
  return last;
}

}  // namespace

ZoneTest::ZoneTest(const History& history, std::vector<uint32_t>& number_of)
    : history_(history), zone_of_(number_of), last_of_process_(LastProcess(history) + size_t{1}) {
  for (const uint32_t index : history.KeylessOps()) {
    const Op& op = history.ops()[index];
    // A clear has its place in the order; a cull may have left the key alone.
    if (op.kind == OpKind::kClear && op.outcome == Outcome::kDone) decides_ = false;
  }
}

bool ZoneTest::Holds(uint32_t key) {
  const std::span<const uint32_t> ops = history_.OpsOfKey(key);
  if (!decides_ || !Gather(ops)) return false;
  DropUnreadUncertain();
  return NoneOverlap();
}

bool ZoneTest::Gather(std::span<const uint32_t> ops) {
  zones_.clear();
  zones_.reserve(ops.size());  // What is not touched takes no memory.
  uncertain_.clear();
  uncertain_read_.clear();
  meetings_.Clear();
  std::fill(last_of_process_.begin(), last_of_process_.end(), Last{});
  for (size_t i = 0; i < ops.size(); ++i) {
    Prefetch(ops, i);
    uint32_t zone = kNoZone;
    if (!ZoneOf(ops[i], zone)) return false;
    if (zone != kNoZone && !Join(history_.ops()[ops[i]], zone)) return false;
  }
  return std::all_of(last_of_process_.begin(), last_of_process_.end(),
                     [this](Last& last) { return EndLast(last, kNever); });
}

void ZoneTest::Prefetch(std::span<const uint32_t> ops, size_t i) const {
  if (i + kOpAhead >= ops.size()) return;
  const Op& later = history_.ops()[ops[i + kOpAhead]];
  __builtin_prefetch(&later);
  __builtin_prefetch(&later + 1);  // It may lie across two lines.
  const Op& op = history_.ops()[ops[i + kWriteAhead]];
  if (op.observation == Observed::kIntact) history_.Prefetch(ValueId::Unpack(op.observed));
  if (op.kind == OpKind::kSet) __builtin_prefetch(&zone_of_[ops[i + kWriteAhead]]);
}

bool ZoneTest::ZoneOf(uint32_t index, uint32_t& zone) {
  const Op& op = history_.ops()[index];
  if (op.outcome == Outcome::kUnsupported || op.outcome == Outcome::kFailed) return true;
  if (op.kind == OpKind::kSet) {
    if (op.counter) return false;
    if (!op.may_have_happened()) return true;
    zone = ZoneOfWrite(index);
    if (op.uncertain()) uncertain_.push_back(zone);
    return true;
  }
  if (!IsRead(op)) return false;
  if (op.outcome == Outcome::kError || op.outcome == Outcome::kOpen) return true;
  if (op.outcome != Outcome::kHit) return false;
  if (op.observation == Observed::kDamaged) return true;
  if (op.observation != Observed::kIntact) return false;
  const Op* write = history_.Find(ValueId::Unpack(op.observed));
  if (write == nullptr || write->kind != OpKind::kSet || write->key != op.key || write->counter ||
      !write->may_have_happened() || history_.Precedes(op, *write)) {
    return false;
  }
  zone = ZoneOfWrite(IndexOf(history_, *write));
  if (write->uncertain()) uncertain_read_.push_back(zone);
  return true;
}

uint32_t ZoneTest::ZoneOfWrite(uint32_t index) {
  uint32_t& zone = zone_of_[index];
  if (zone == kNoZone) {
    zone = static_cast<uint32_t>(zones_.size());
    zones_.emplace_back();
  }
  return zone;
}

bool ZoneTest::Join(const Op& op, uint32_t zone) {
  const bool reads = IsRead(op);
  const int64_t reach = ReachOf(history_, op.ret);
  meetings_.Add(op.invoke, reach, op.process, !reads, reads);
  zones_[zone].last_begin = std::max(zones_[zone].last_begin, op.invoke);
  Last& last = last_of_process_[op.process];
  if (!EndLast(last, op.invoke - 1)) return false;
  last = {op.invoke, reach, zone};
  return true;
}

bool ZoneTest::EndLast(Last& last, int64_t latest) {
  if (last.zone == kNoZone) return true;
  const int64_t end = std::min(last.end, latest);
  zones_[last.zone].first_end = std::min(zones_[last.zone].first_end, end);
  return end >= last.invoke;
}

void ZoneTest::DropUnreadUncertain() {
  std::sort(uncertain_read_.begin(), uncertain_read_.end());
  for (const uint32_t zone : uncertain_) {
    if (std::binary_search(uncertain_read_.begin(), uncertain_read_.end(), zone)) continue;
    zones_[zone] = Zone{};  // A backward zone that lies within no other.
  }
}

bool ZoneTest::NoneOverlap() {
  const auto backward =
      std::partition(zones_.begin(), zones_.end(), [](const Zone& zone) { return zone.forward(); });
  std::sort(zones_.begin(), backward,
            [](const Zone& a, const Zone& b) { return a.first_end < b.first_end; });
  const auto overlap =
      std::adjacent_find(zones_.begin(), backward,
                         [](const Zone& a, const Zone& b) { return b.first_end < a.last_begin; });
  if (overlap != backward) return false;
  return std::all_of(backward, zones_.end(), [&](const Zone& inner) {
    // The last forward zone that begins before the inner one does.
    const auto after = std::partition_point(zones_.begin(), backward, [&](const Zone& outer) {
      return outer.first_end < inner.last_begin;
    });
    return after == zones_.begin() || std::prev(after)->last_begin <= inner.first_end;
  });
}

}  // namespace tearproof::check::fresh
