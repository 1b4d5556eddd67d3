#include "harness/explore/happens_before.h"

#include <algorithm>

#include "harness/core/check.h"
#include "harness/core/random.h"

namespace tearproof::explore {

using trace::Access;
using trace::AccessMode;
using trace::ObjectKind;

uint32_t HappensBefore::Slot(const trace::Object& object) {
  const auto [found, fresh] = slots_.try_emplace(object, static_cast<uint32_t>(accesses_.size()));
  if (fresh) accesses_.emplace_back();
  return found->second;
}

void HappensBefore::FindCandidates(const Event& event) {
  candidates_.clear();
  for (const Access& access : event.footprint) {
    const bool attempt =
        event.lock == LockRole::kAttempt && access.object.kind == ObjectKind::kLock;
    const std::vector<PastAccess>& past = accesses_[Slot(access.object)];
    for (auto it = past.rbegin(); it != past.rend(); ++it) {
      if (it->mode == access.mode && access.mode != AccessMode::kWrite) continue;
      candidates_.push_back({it->event, attempt});
      // All earlier accesses happen before a write. From an attempt to lock they do not hide: the
      // event that it could overtake may be an earlier one, by which the lock came to be held.
      if (it->mode == AccessMode::kWrite && !attempt) break;
    }
  }
  // Latest first; of one event, the conflict that is not a lock's counts.
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return a.event != b.event ? a.event > b.event : a.locks < b.locks;
  });
}

void HappensBefore::Join(std::vector<uint32_t>& clock, uint32_t event) const {
  const uint32_t* other = &clocks_[size_t{event} * processes_];
  for (uint32_t i = 0; i < processes_; ++i) clock[i] = std::max(clock[i], other[i]);
}

void HappensBefore::Relate(const Event& event, std::vector<uint32_t>& races) {
  const uint32_t previous = last_[event.process];
  clock_.assign(processes_, 0);
  if (previous != kNone) Join(clock_, previous);
  race_clock_ = clock_;
  FindCandidates(event);
  for (const Candidate& candidate : candidates_) {
    const Entry& other = events_[candidate.event];
    const ProcessId by = other.event.process;
    // Events between the two come first, so whoever is covered here is not directly before.
    if (race_clock_[by] > other.position) continue;
    Join(clock_, candidate.event);
    if (candidate.locks) {
      // While the lock was still held, there was no attempt.
      if (other.event.lock != LockRole::kRelease) races.push_back(candidate.event);
      continue;
    }
    Join(race_clock_, candidate.event);
    const bool waited =
        (other.idle & Bit(event.process)) != 0 && (previous == kNone || previous < candidate.event);
    if (!waited) races.push_back(candidate.event);
  }
}

void HappensBefore::Append(Event event, ProcessSet idle) {
  TEARPROOF_CHECK(event.process < processes_, "an event of a process that does not exist");
  const auto index = static_cast<uint32_t>(events_.size());
  Entry entry;
  Relate(event, entry.races);
  entry.idle = idle;
  entry.previous = last_[event.process];
  entry.position = clock_[event.process]++;
  for (const Access& access : event.footprint) {
    const uint32_t slot = Slot(access.object);
    accesses_[slot].push_back({index, access.mode});
    entry.objects.push_back(slot);
  }
  last_[event.process] = index;
  // The sum does not depend on the order in which the events came; the clocks are the order.
  uint64_t mixed = DeriveSeed(event.process, entry.position);
  for (const uint32_t count : clock_) mixed = DeriveSeed(mixed, count);
  ClassDigest digest = Digest(index);
  digest.words[0] += mixed;
  digest.words[1] += SplitMix64(mixed);
  digests_.push_back(digest);
  clocks_.insert(clocks_.end(), clock_.begin(), clock_.end());
  entry.event = std::move(event);
  events_.push_back(std::move(entry));
}

void HappensBefore::Truncate(size_t size) {
  while (events_.size() > size) {
    const Entry& entry = events_.back();
    for (const uint32_t slot : entry.objects) accesses_[slot].pop_back();
    last_[entry.event.process] = entry.previous;
    events_.pop_back();
  }
  clocks_.resize(size * processes_);
  digests_.resize(size);
}

std::vector<uint32_t> HappensBefore::RacesOfAwaited(ProcessId process, const Footprint& footprint) {
  Event event;
  event.process = process;
  event.footprint = footprint;
  event.lock = LockRole::kAttempt;
  std::vector<uint32_t> races;
  Relate(event, races);
  return races;
}

}  // namespace tearproof::explore
