// The events of one execution and which happen before which.
//
// Purpose: an event happens before a later one of its process, and before a later one whose
// footprint conflicts (trace/footprint.h); the order is the transitive closure, kept as vector
// clocks (Fidge, Mattern 1988). Executions with the same order are one class: they differ only in
// the order of events that commute. A race is a pair of events, the one directly before the other,
// that could also have happened the other way round; of an attempt to lock, all events but releases
// that it waits for, for what is between them is only the waiting.
// Thread safety: none. Cost: a step takes time in proportion to the conflicting accesses that are
// not hidden behind a later write.
#ifndef TEARPROOF_HARNESS_EXPLORE_HAPPENS_BEFORE_H_
#define TEARPROOF_HARNESS_EXPLORE_HAPPENS_BEFORE_H_

#include <array>
#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "harness/explore/subject.h"

namespace tearproof::explore {

// Identifies a class of executions, or of their beginnings: equal orders have equal digests, and
// different ones different digests but for a chance of 2^-128 a pair.
struct ClassDigest {
  std::array<uint64_t, 2> words{};
  friend bool operator==(const ClassDigest&, const ClassDigest&) = default;
};

struct ClassDigestHash {
  size_t operator()(const ClassDigest& digest) const { return digest.words[0]; }
};

class HappensBefore {
 public:
  explicit HappensBefore(uint32_t processes) : processes_(processes), last_(processes, kNone) {}

  // Adds an event. `idle`: the processes that waited for a change when it happened (polling.h): an
  // event that ended a wait of its own does not race with what it waited for.
  void Append(Event event, ProcessSet idle = 0);
  // Forgets all but the first `size` events.
  void Truncate(size_t size);

  uint32_t processes() const { return processes_; }
  size_t size() const { return events_.size(); }
  const Event& event(size_t index) const { return events_[index].event; }
  // Its place among the events of its process, from 0.
  uint32_t position(size_t index) const { return events_[index].position; }
  // How many events of each process happen before or are this one.
  std::span<const uint32_t> clock(size_t index) const {
    return std::span(clocks_).subspan(index * processes_, processes_);
  }
  // REQUIRES: earlier < later.
  bool Before(size_t earlier, size_t later) const {
    return clocks_[later * processes_ + events_[earlier].event.process] > position(earlier);
  }
  // Its process waited for a change and went on without one, since nobody else was left.
  bool forced(size_t index) const {
    return (events_[index].idle & Bit(events_[index].event.process)) != 0;
  }
  // The earlier events that race with this one, latest first.
  std::span<const uint32_t> races(size_t index) const { return events_[index].races; }
  // The same for an attempt that waits at the end, were it granted.
  std::vector<uint32_t> RacesOfAwaited(ProcessId process, const Footprint& footprint);
  // Of the first `size` events, in whatever order they came.
  ClassDigest Digest(size_t size) const { return size == 0 ? ClassDigest{} : digests_[size - 1]; }

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};

  struct Entry {
    Event event;
    uint32_t position = 0;
    uint32_t previous = kNone;  // Of the same process.
    ProcessSet idle = 0;
    std::vector<uint32_t> races;
    std::vector<uint32_t> objects;  // Slots into accesses_, one for each access.
  };
  struct PastAccess {
    uint32_t event = 0;
    trace::AccessMode mode = trace::AccessMode::kRead;
  };
  struct Candidate {
    uint32_t event = 0;
    bool locks = false;  // An attempt to lock, and no other conflict.
  };
  struct ObjectHash {
    size_t operator()(const trace::Object& object) const {
      const uint64_t kind = static_cast<uint64_t>(object.kind);
      return (object.number ^ (kind << 59)) * 0x9e3779b97f4a7c15ULL;
    }
  };

  uint32_t Slot(const trace::Object& object);
  void FindCandidates(const Event& event);
  void Join(std::vector<uint32_t>& clock, uint32_t event) const;
  // Fills clock_ (without the event itself) and `races`.
  void Relate(const Event& event, std::vector<uint32_t>& races);

  const uint32_t processes_;
  std::vector<Entry> events_;
  std::vector<uint32_t> clocks_;  // processes_ numbers an event.
  std::vector<ClassDigest> digests_;
  std::vector<uint32_t> last_;  // The last event of each process.
  std::unordered_map<trace::Object, uint32_t, ObjectHash> slots_;
  std::vector<std::vector<PastAccess>> accesses_;
  // Reused from call to call.
  std::vector<Candidate> candidates_;
  std::vector<uint32_t> clock_;
  std::vector<uint32_t> race_clock_;
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_HAPPENS_BEFORE_H_
