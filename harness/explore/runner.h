// One execution after the other: a scheduler's choices, a subject's events.
//
// Purpose: the loop that all explorations share. It knows who can go on, lets processes that poll
// without effect wait (polling.h), lets one process die, or one call fail, where that is asked for,
// and compares each event with what the same choices led to before: a subject whose events differ
// is found out at the first of them, without executions of its own. Thread safety: none. Ownership:
// the subject outlives the runner.
#ifndef TEARPROOF_HARNESS_EXPLORE_RUNNER_H_
#define TEARPROOF_HARNESS_EXPLORE_RUNNER_H_

#include <optional>
#include <string>
#include <vector>

#include "harness/explore/happens_before.h"
#include "harness/explore/polling.h"
#include "harness/explore/scheduler.h"
#include "harness/explore/subject.h"

namespace tearproof::explore {

enum class Ending : uint8_t {
  kComplete,   // All processes finished.
  kDeadlock,   // Those left wait for locks.
  kLivelock,   // Those left poll, and nobody is left to change what they see.
  kAbandoned,  // The scheduler saw that it leads to nothing new.
  kTooLong,    // The step limit.
  kDifferent,  // The same choices led to another event than before.
};

// An end that is an outcome of the program, not of how it was explored.
inline bool IsWhole(Ending ending) {
  return ending == Ending::kComplete || ending == Ending::kDeadlock || ending == Ending::kLivelock;
}

// "process p dies in place of its n-th event", counted from 0, or that event fails.
struct Mishap {
  ProcessId process = 0;
  uint32_t position = 0;
  std::optional<Fault> fault;  // Nothing: it dies.
  friend bool operator==(const Mishap&, const Mishap&) = default;
};

struct Difference {
  size_t step = 0;  // From 0.
  Event expected;
  Event got;
};

// An attempt that waits at the end, and the events that it could have overtaken.
struct Awaiting {
  ProcessId process = 0;
  Footprint footprint;
  std::vector<uint32_t> races;
};

struct Execution {
  explicit Execution(uint32_t processes) : order(processes) {}

  HappensBefore order;
  // Who could go on before each event.
  std::vector<ProcessSet> enabled;
  Ending ending = Ending::kComplete;
  std::optional<Difference> difference;  // Of kDifferent.
  std::vector<Awaiting> awaiting;        // Whatever the ending.
  bool struck = false;                   // The mishap that was asked for took place.
  bool waited = false;                   // Somebody waited for a lock,
  bool polled = false;                   // or was taken to poll.

  // Who made each event.
  std::vector<ProcessId> Choices() const;
};

struct RunnerOptions {
  size_t max_steps = 10'000;
  // So often must a process have repeated itself without effect before it waits; 0: it never does.
  uint32_t poll_repeats = 2;
  // So many events of waiting processes are executed when nobody else is left.
  uint32_t idle_steps = 200;
  std::optional<Mishap> mishap;
};

class Runner {
 public:
  Runner(Subject& subject, RunnerOptions options)
      : subject_(subject),
        options_(options),
        execution_(subject.processes()),
        polling_(subject.processes(), options.poll_repeats) {}

  // Runs one execution, after scheduler.Begin() and up to and including scheduler.End(). What is
  // returned lasts until the next Run. Errors: the subject's.
  Result<const Execution*> Run(Scheduler& scheduler);

  const RunnerOptions& options() const { return options_; }
  // Changes what befalls whom. What was learned of earlier events is forgotten.
  void SetMishap(std::optional<Mishap> mishap);

 private:
  struct Stand {
    ProcessSet ready = 0;
    ProcessSet blocked = 0;
    ProcessSet idle = 0;  // Of the ready.
  };

  Stand Look();
  // Whom the scheduler may choose; empty if the execution has ended as `execution_.ending` says.
  ProcessSet Enabled(const Stand& stand);
  Result<void> Step(ProcessId process, ProcessSet idle);
  bool IsStruckNext(ProcessId process);
  void NoteAwaiting();

  Subject& subject_;
  RunnerOptions options_;
  Execution execution_;
  Polling polling_;
  size_t step_ = 0;
  // The choices so far are the last execution's, so its events are expected again.
  bool repeating_ = false;
  uint32_t idle_steps_ = 0;
  std::vector<uint32_t> counts_;  // Events of each process.
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_RUNNER_H_
