// What an explorer drives: processes that can be stopped before each of their events.
//
// Purpose: the explorer chooses who goes on and knows nothing of system calls; a Subject executes
// one event of one process at a time and says what it touched. The traced processes are one
// subject, the simulated file system of the tests another.
//
// What an explorer takes for granted of a subject:
// - It is deterministic: after Restart, the same choices lead to the same events, byte by byte.
//   Whatever is compared (labels, results, footprints) must not hold inode numbers, addresses,
//   times or random names; a new object is named by who made it (process and how many it made
//   before), never by a count over all processes, or equal events would look different.
// - Two neighbouring events of different processes whose footprints do not conflict commute: in
//   the other order they have the same labels, results and footprints and leave the same state.
// - An event that is not kAttempt can always be executed when its process is ready.
//
// Thread safety: none. A subject is made, used and destroyed by one thread (ptrace demands it).
#ifndef TEARPROOF_HARNESS_EXPLORE_SUBJECT_H_
#define TEARPROOF_HARNESS_EXPLORE_SUBJECT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/core/result.h"
#include "harness/trace/fault.h"
#include "harness/trace/footprint.h"

namespace tearproof::explore {

using trace::Fault;
using trace::FaultSet;
using trace::Footprint;

using ProcessId = uint32_t;  // 0, 1, 2 … below Subject::processes().
inline constexpr uint32_t kMaxProcesses = 32;

// A set of processes, a bit each.
using ProcessSet = uint32_t;
inline constexpr ProcessSet Bit(ProcessId process) { return ProcessSet{1} << process; }

// What an event does to locks, as far as waiting is concerned.
enum class LockRole : uint8_t {
  kNone,     // Also an attempt that does not wait (LOCK_NB), granted or refused.
  kAttempt,  // A granted attempt that would have waited while the lock was held by others.
  kRelease,  // Ends others' waiting: unlock, downgrade, close, death.
};

// How the process stands after its event.
enum class Fate : uint8_t {
  kGoesOn,  // Or has finished as it should.
  kKilled,  // By Subject::Kill.
  kCrashed,
  kStuck,  // It spins or waits for nothing that the subject knows; it has been stopped.
};

struct Event {
  ProcessId process = 0;
  std::string label;   // The call and its arguments: "rename(k0.temp#1, k0)".
  std::string result;  // "0", "-1 ENOENT", "12 bytes".
  std::string effect;  // "replaces k0"; "" where label and result say it all.
  // Of a lock: taking and releasing it writes kLock where it is exclusive and updates it where it
  // is shared; a downgrade writes it; an attempt that is refused reads it. A failed call only
  // reads.
  Footprint footprint;
  LockRole lock = LockRole::kNone;
  Fate fate = Fate::kGoesOn;
  FaultSet possible = 0;       // What Subject::PossibleFaults said before it happened.
  std::optional<Fault> fault;  // It was made to fail.

  friend bool operator==(const Event&, const Event&) = default;
};

// The call's name: what stands before the arguments.
inline std::string_view CallName(std::string_view label) {
  return label.substr(0, label.find_first_of("( "));
}

enum class Readiness : uint8_t {
  kReady,
  kBlocked,  // At a lock attempt that would wait.
  kFinished,
};

class Subject {
 public:
  virtual ~Subject() = default;

  virtual uint32_t processes() const = 0;

  // Begins a new execution from the initial state. Errors: the environment.
  virtual Result<void> Restart() = 0;

  // The rest REQUIRES a Restart, and `process` < processes().
  virtual Readiness ReadinessOf(ProcessId process) = 0;

  // What the process would do next, as Event::label says it. REQUIRES: not finished.
  virtual std::string Pending(ProcessId process) = 0;

  // The footprint of a blocked attempt, were it granted. REQUIRES: blocked.
  virtual Footprint Awaited(ProcessId process) = 0;

  // Executes the next event of a process. A process that crashes or hangs is an event with that
  // fate: it is the cache's fault. REQUIRES: ready. Errors: the environment.
  virtual Result<Event> Step(ProcessId process) = 0;

  // The process dies in place of its next event, also of one that is blocked; what dies with it
  // (locks) is the event's footprint. REQUIRES: not finished. Errors: the environment.
  virtual Result<Event> Kill(ProcessId process) = 0;

  // The ways in which the process's next event can be made to fail, also of one that is blocked: a
  // function of what the event is and reads. REQUIRES: not finished.
  virtual FaultSet PossibleFaults(ProcessId process) {
    static_cast<void>(process);
    return 0;
  }

  // Executes the next event, and makes it fail. REQUIRES: the fault is possible. Errors: the
  // environment.
  virtual Result<Event> Fail(ProcessId process, Fault fault) {
    static_cast<void>(fault);
    return Step(process);
  }
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_SUBJECT_H_
