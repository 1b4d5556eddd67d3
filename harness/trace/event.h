// One call of a traced process: what it names, what it touches, what came of it.
//
// Thread safety: plain data.
#ifndef TEARPROOF_HARNESS_TRACE_EVENT_H_
#define TEARPROOF_HARNESS_TRACE_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/trace/change.h"
#include "harness/trace/fault.h"
#include "harness/trace/footprint.h"

namespace tearproof::trace {

// What an event did that no footprint tells: a verdict that rests on it can be inconclusive at
// best.
enum class Unseen : uint8_t {
  kNothing,
  kSharedMapping,      // A file of the cache is mapped: reads or writes of memory are not seen.
  kConcurrentThreads,  // Two threads, or children, of one process were at such calls at once.
  kUnmodelledCall,     // A call whose footprint nobody has described.
};

// What an event does to locks, as far as waiting is concerned.
enum class LockRole : uint8_t {
  kNone,     // Also an attempt that does not wait (LOCK_NB), granted or refused.
  kAttempt,  // A granted attempt that would have waited while others held the lock.
  kRelease,  // Ends others' waiting: unlock, downgrade, close, end of a process.
};

struct Event {
  size_t process = 0;   // The subject's number.
  size_t task = 0;      // Which of its threads and children: 0 is the first one.
  std::string name;     // "openat"
  std::string label;    // `openat("k0", O_CREAT|O_TRUNC|O_WRONLY)`
  Footprint footprint;  // Of a pending event: predicted. A call that failed only reads.
  LockRole lock = LockRole::kNone;
  int64_t result = 0;  // Or -errno. Of a pending event: 0.
  std::string effect;  // "creates k0", "replaces k0", "" where the label says it all.
  Unseen unseen = Unseen::kNothing;
  std::optional<Fault> fault;   // It was made to fail.
  std::vector<Change> changes;  // TraceOptions::records_changes.

  bool failed() const { return result < 0; }
  // "→ 3", "→ ENOENT".
  std::string Outcome() const;
};

// "memory unseen: a file of the cache is mapped"; "" for kNothing.
std::string Describe(Unseen unseen);

// Adds `access`; one object is kept once, with the mode that conflicts with all that either does.
void Add(const Access& access, Footprint* footprint);
// The same objects, only read: what is left of a call that failed.
Footprint OnlyReads(const Footprint& footprint);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_EVENT_H_
