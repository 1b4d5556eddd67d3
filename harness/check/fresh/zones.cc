#include "harness/check/fresh/zones.h"

#include <algorithm>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/core/large_memory.h"

namespace tearproof::check::fresh {
namespace {

uint16_t LastProcess(const History& history) {
  uint16_t last = 0;
  for (const ProcessInfo& process : history.processes()) last = std::max(last, process.number);
  return last;
}

bool IsZone(const Op& op) { return op.kind == OpKind::kSet && op.may_have_happened(); }

// Zones are of sets and of hits that name one; what did not happen does not matter.
bool MayBeDecided(const Op& op) {
  if (op.outcome == Outcome::kUnsupported || op.outcome == Outcome::kFailed) return true;
  if (op.kind == OpKind::kSet) return !op.counter;
  if (!IsRead(op)) return false;
  if (op.outcome == Outcome::kError || op.outcome == Outcome::kOpen) return true;
  return op.outcome == Outcome::kHit &&
         (op.observation == Observed::kDamaged || op.observation == Observed::kIntact);
}

}  // namespace

ZoneTest::ZoneTest(const History& history, std::vector<uint32_t>& number_of)
    : history_(history),
      zone_of_(number_of),
      keys_(history.key_count()),
      last_of_process_(LastProcess(history) + size_t{1}) {
  for (const uint32_t index : history.KeylessOps()) {
    const Op& op = history_.ops()[index];
    // A clear has its place in the order; a cull may have left the key alone.
    if (op.kind != OpKind::kClear || op.outcome != Outcome::kDone) continue;
    for (Key& key : keys_) key.decides = false;
    return;
  }
  if (!MakeRoom()) return;
  Sweep();
  DropUnreadUncertain();
}

// Looks which keys zones may decide, and how many of them there are. False: none.
bool ZoneTest::MakeRoom() {
  for (const Op& op : history_.ops()) {
    if (op.key == kNoKey) continue;
    Key& key = keys_[op.key];
    key.decides = key.decides && MayBeDecided(op);
    key.zones += IsZone(op) ? 1 : 0;
  }
  uint32_t zones = 0;
  bool any = false;
  for (Key& key : keys_) {
    key.first_zone = zones;
    if (key.decides) zones += key.zones;
    any = any || key.decides;
    key.zones = 0;
  }
  ReserveInHugePages(zones_, zones);
  zones_.resize(zones);
  return any;
}

void ZoneTest::Sweep() {
  for (const Op& op : history_.ops()) {
    if (op.key == kNoKey || !keys_[op.key].decides) continue;
    uint32_t zone = kNoZone;
    keys_[op.key].decides = ZoneOf(op, zone);
    if (zone != kNoZone) Join(op, zone);
  }
  for (Last& last : last_of_process_) EndLast(last, kNever);
}

bool ZoneTest::ZoneOf(const Op& op, uint32_t& zone) {
  if (op.kind == OpKind::kSet) {
    if (!IsZone(op)) return true;
    zone = ZoneOfWrite(op);
    if (op.uncertain()) uncertain_.push_back(zone);
    return true;
  }
  if (op.outcome != Outcome::kHit || op.observation != Observed::kIntact) return true;
  const Op* write = history_.Find(ValueId::Unpack(op.observed));
  if (write == nullptr || !IsZone(*write) || write->key != op.key || write->counter ||
      history_.Precedes(op, *write)) {
    return false;
  }
  zone = ZoneOfWrite(*write);
  if (write->uncertain()) uncertain_read_.push_back(zone);
  return true;
}

uint32_t ZoneTest::ZoneOfWrite(const Op& write) {
  uint32_t& zone = zone_of_[IndexOf(history_, write)];
  if (zone == kNoZone) {
    Key& key = keys_[write.key];
    zone = key.first_zone + key.zones++;
  }
  return zone;
}

void ZoneTest::Join(const Op& op, uint32_t zone) {
  const bool reads = IsRead(op);
  const int64_t reach = ReachOf(history_, op.ret);
  keys_[op.key].meetings.Add(op.invoke, reach, op.process, !reads, reads);
  zones_[zone].last_begin = std::max(zones_[zone].last_begin, op.invoke);
  Last& last = last_of_process_[op.process];
  EndLast(last, op.invoke - 1);
  last = {op.invoke, reach, zone, op.key};
}

void ZoneTest::EndLast(Last& last, int64_t latest) {
  if (last.zone == kNoZone) return;
  const int64_t end = std::min(last.end, latest);
  zones_[last.zone].first_end = std::min(zones_[last.zone].first_end, end);
  if (end < last.invoke) keys_[last.key].decides = false;
}

void ZoneTest::DropUnreadUncertain() {
  std::sort(uncertain_read_.begin(), uncertain_read_.end());
  for (const uint32_t zone : uncertain_) {
    if (std::binary_search(uncertain_read_.begin(), uncertain_read_.end(), zone)) continue;
    zones_[zone].first_end = kNever;  // A backward zone that lies within no other.
  }
}

// By insertion: the zones were numbered as they were met, and most lie where they belong or a few
// places further on. Where much is to be moved it is not that.
void ZoneTest::SortNearlySorted(std::span<Zone> zones) {
  constexpr size_t kMovesPerZone = 16;
  size_t moves = kMovesPerZone * zones.size();
  for (size_t i = 1; i < zones.size(); ++i) {
    const Zone zone = zones[i];
    size_t place = i;
    for (; place > 0 && zone.Before(zones[place - 1]); --place) zones[place] = zones[place - 1];
    zones[place] = zone;
    if (i - place > moves) {
      return std::sort(zones.begin(), zones.end(),
                       [](const Zone& a, const Zone& b) { return a.Before(b); });
    }
    moves -= i - place;
  }
}

bool ZoneTest::Holds(uint32_t number) {
  const Key& key = keys_[number];
  if (!key.decides) return false;
  const std::span<Zone> zones(zones_.data() + key.first_zone, key.zones);
  SortNearlySorted(zones);
  // Of the forward zones so far the last one ends last, as no two overlap.
  int64_t forward_end = std::numeric_limits<int64_t>::min();
  for (const Zone& zone : zones) {
    // Overlaps that zone, or lies within it.
    if (zone.first_end < forward_end) return false;
    if (zone.forward()) forward_end = zone.last_begin;
  }
  return true;
}

}  // namespace tearproof::check::fresh
