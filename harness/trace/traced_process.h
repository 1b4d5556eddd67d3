// One subject: a program, all its threads and children, stopped at their calls on the cache.
//
// Purpose: makes exactly one call happen at a time, and finds out when the subject has nothing more
// to do by itself. Used by TraceSession, which owns several.
// Thread safety: none; the thread that started it. Ownership: of all processes within: they are
// killed when the object goes, or when this process ends in any way.
#ifndef TEARPROOF_HARNESS_TRACE_TRACED_PROCESS_H_
#define TEARPROOF_HARNESS_TRACE_TRACED_PROCESS_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/result.h"
#include "harness/trace/call.h"
#include "harness/trace/event.h"
#include "harness/trace/start_subject.h"
#include "harness/trace/wait_status.h"

namespace tearproof::trace {

enum class Standing {
  kAtCall,          // A call on the cache is about to happen: pending().
  kBlocked,         // The same, but it waits for a lock that somebody else holds.
  kWaitsForInput,   // It has read all that was written to its standard input, and wants more.
  kWaitsForMemory,  // It sleeps until another process changes memory that they share.
  kOutputFull,      // It sleeps writing to a standard output that nobody reads.
  kEnded,
  kStuck,  // It computes, or sleeps in something else, for longer than patience allows.
};

struct ProcessState {
  Standing standing = Standing::kEnded;
  WaitStatus end;                    // kEnded.
  Object lock;                       // kBlocked: what it waits for.
  std::string why;                   // kStuck: "computes", "sleeps in futex".
  Unseen freely = Unseen::kNothing;  // What free runs did unseen, since the execution began.
};

class TracedProcess {
 public:
  // `number`: the subject's. `scene` and `core` outlive this object. `patience` in nanoseconds.
  TracedProcess(size_t number, Subject subject, int64_t patience, Scene* scene, OneCore* core);
  ~TracedProcess();
  TracedProcess(const TracedProcess&) = delete;
  TracedProcess& operator=(const TracedProcess&) = delete;

  // REQUIRES: it does not run. Errors: see StartSubject.
  Result<void> Start();

  const ProcessState& state() const { return state_; }
  // REQUIRES: kAtCall or kBlocked. Footprint and label are those of the present state of the tree.
  const Event& Pending();
  // Makes the pending call happen, and lets the subject run on until it stands again. Nothing: it
  // did not happen, as the lock is held after all (kBlocked) or the process ended before.
  // With a `fault` it is made to fail in that way, at once where it would have waited for a lock.
  // REQUIRES: kAtCall or kBlocked; the fault is possible.
  std::optional<Event> Step(std::optional<Fault> fault = std::nullopt);
  // Of those asked for, the faults that can strike the pending call. REQUIRES: kAtCall or kBlocked.
  FaultSet PossibleFaults(FaultSet asked);
  // The files of the cache that it has open, a path a descriptor.
  std::vector<std::string> OpenPaths() const;
  // Lets it run on after its input was written, its output read, or patience granted.
  void Resume();
  // The same, and its calls on the cache happen at once, without a decision; they are appended to
  // `events`, which may be nullptr.
  void RunFreely(std::vector<Event>* events);
  // Ends it, and all within, here. The footprint has the locks that become free.
  Event Kill();
  // Ends it in the middle of its pending write: when `bytes` have been written.
  // REQUIRES: kAtCall, CanKillWithin().
  std::optional<Event> KillWithin(uint64_t bytes);
  // How many bytes the pending call is about to write, if it can be cut short.
  std::optional<uint64_t> WriteSize();

  // Locks have been taken or have become free: whether its pending call would wait for one.
  void Reconsider();
  // Locks that have become free otherwise than by an event: a process ended. Empties the list.
  Footprint TakeFreed() { return std::exchange(freed_, {}); }
  // No file of a former execution counts any more.
  void BeginExecution();

  int input() const { return started_.input.get(); }
  int output() const { return started_.output.get(); }
  void CloseInput() { started_.input.Reset(); }
  pid_t id() const { return started_.id; }
  std::string ErrorTail(size_t bytes) const;
  // Nanoseconds that it wanted to sleep so far; sleeping takes no time here.
  int64_t slept() const { return slept_; }
  // System calls that were looked at.
  uint64_t stops() const { return stops_; }

 private:
  struct Task;
  enum class Heard { kNothing, kSomething, kGone };
  struct Deadline {
    int64_t at = 0;
    int64_t last = 0;  // It is not put off beyond.
  };

  Result<void> Launch();
  void Settle();
  Deadline NewDeadline() const;
  // Tells the watchdog that we have the core.
  void Beat();
  Heard Listen(Task* task, WaitStatus* status);
  void Handle(Task* task, const WaitStatus& status);
  void AtEntry(Task* task);
  void AtInput(Task* task);
  void SkipSleep(Task* task);
  void AnswerClock(Task* task);
  void NoteTrespasses(const Task& task, const Event& event);
  void MoveTimes(const Task& task, const Event& event);
  // Nobody wants to know what happens.
  bool IsUnobserved() const { return free_ && free_events_ == nullptr; }
  // In a free run.
  void NoteUnseen(Unseen unseen) {
    if (unseen != Unseen::kNothing) state_.freely = unseen;
  }
  void OnNewTask(Task* parent, const WaitStatus& status);
  void OnExec(Task* task);
  void Remove(Task* task, const WaitStatus& status);
  void Continue(Task* task, int signal = 0);
  bool AwaitStop(Task* task, WaitStatus* status);
  // Until the task stops, or its call has returned. Nothing: neither, in all patience.
  std::optional<Heard> AwaitReturn(Task* task, WaitStatus* status);
  // A blocked call is made once more: to its entry. False: it ended instead.
  bool ReturnToEntry(Task* task);
  std::optional<Event> Execute(Task* task, std::optional<Fault> fault = std::nullopt);
  // Lets the call happen, up to the stop at its return. False: its end is not to be awaited.
  bool RunToReturn(Task* task, WaitStatus* status);
  std::optional<Event> ExecuteFailing(Task* task, Fault fault);
  std::optional<Event> FailWithin(Task* task, Fault fault, uint64_t count);
  std::optional<Event> ExecuteTapped(Task* task);
  std::optional<Event> Finish(Task* task);
  Event Complete(Task* task, int64_t result);
  void Block(Task* task, Registers after);
  void Leave(Task* task);
  // What the thread says at the entry of a call.
  bool ReadCallOf(Task* task);
  Task* NextAtCall() const;
  void Decode(Task* task);
  void Defer(Task* task, const Row& row);
  void FindAgain(Task* task);
  void Predict(Task* task);
  bool IsQuiet();
  bool AllSleep(std::vector<uint64_t>* switches);
  void Rest();
  void GiveUp();
  void Conclude();
  bool AnyRuns() const;
  bool OutOfPatience(Deadline* deadline);
  Caller CallerOf(const Task& task) const;

  const size_t number_;
  const Subject subject_;
  const int64_t patience_;
  Scene& scene_;
  OneCore& core_;
  StartedSubject started_;
  ProcessState state_;
  std::vector<std::unique_ptr<Task>> tasks_;
  size_t tasks_so_far_ = 0;
  std::deque<Task*> at_call_;  // In the order in which they came.
  bool free_ = false;
  std::vector<Event>* free_events_ = nullptr;
  bool executed_ = false;      // The program has been replaced by the subject's.
  bool input_known_ = false;   // Descriptor 0 is the pipe that we write to.
  bool input_polled_ = false;  // Found by IsQuiet.
  bool output_full_ = false;
  bool waits_for_memory_ = false;
  int looks_ = 0;  // In a row at which nothing was heard.
  std::vector<uint64_t> switches_;
  Footprint freed_;
  int64_t slept_ = 0;
  int64_t own_time_ = 0;  // By how much it has moved the clock for itself in this execution.
  int clock_looks_ = 0;   // Since its last call on the cache.
  uint64_t stops_ = 0;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_TRACED_PROCESS_H_
