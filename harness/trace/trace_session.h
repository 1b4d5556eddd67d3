// The sole owner of traced processes: starts subjects, stops them at their calls on the cache, and
// lets one call happen at a time.
//
// Purpose: what the explorer drives. A subject is a program with its threads and children. Between
// two calls of this interface no subject moves: each stands at the entry of a call that concerns
// the cache directory, waits for input, waits for a lock, has ended, or is stuck. Calls that do not
// concern the cache pass without a decision.
//
//     session->BeginExecution(directory);           // A fresh directory; numbers begin anew.
//     write(session->input(p), request); session->Resume(p);
//     while (session->state(p).standing == Standing::kAtCall) {
//       session->Pending(p).footprint;              // What would it touch, as things stand?
//       session->Step(p)->Outcome();                // Exactly this call has happened.
//     }
//     read(session->output(p), answer);             // It kWaitsForInput again.
//
// Deterministic: all run on one core, the controller last (one_core.h). Without the right to
// priorities (root, or RLIMIT_RTPRIO) quiet is looked for in /proc; a program of one thread that
// reads requests from descriptor 0 does not need that either way.
// Sleeping takes no time, but for a clock of ours. flock and fcntl locks never wait in the kernel:
// a subject that would is kBlocked as long as another one holds the lock, and kAtCall when it would
// be granted. A blocked attempt is no event.
//
// Thread safety: ptrace(2) binds subjects to the thread that called Start: all calls and the
// destructor from there; while the session lives, that thread is bound to one core. At most one
// session a thread. Ownership: of all processes within; none survives the session, or this process.
// Units: nanoseconds, bytes.
// Errors: Start's and Restart's are the user's or the machine's; afterwards whatever a subject does
// is a ProcessState.
#ifndef TEARPROOF_HARNESS_TRACE_TRACE_SESSION_H_
#define TEARPROOF_HARNESS_TRACE_TRACE_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/clock.h"
#include "harness/core/result.h"
#include "harness/trace/event.h"
#include "harness/trace/one_core.h"
#include "harness/trace/start_subject.h"
#include "harness/trace/traced_process.h"

namespace tearproof::trace {

inline constexpr int64_t kPatience = 10 * kNanosPerSecond;

struct TraceOptions {
  std::vector<Subject> subjects;
  int core = -1;         // On which all run; -1: where the caller is.
  bool realtime = true;  // Priorities, where the machine grants them.
  bool tap = true;       // Results without a second stop, where the machine grants it.
  // Subjects see a clock of ours (virtual_clock.h). Costs a stop at each look at the wall clock.
  bool owns_clock = false;
  // Renames and removals of files that somebody has open fail with EACCES.
  bool refuses_sharing = false;
  bool records_changes = false;  // Events say what calls did to files (change.h).
  // How long a subject may compute, or sleep in something else than a read of its input. Time in
  // which a busy machine let it do neither does not count.
  int64_t patience = kPatience;
};

class TraceSession {
 public:
  // All subjects have started, and stand where they first wait for input, or have ended: whatever
  // they did to files until then passed without a decision.
  static Result<std::unique_ptr<TraceSession>> Start(TraceOptions options);
  ~TraceSession();
  TraceSession(const TraceSession&) = delete;
  TraceSession& operator=(const TraceSession&) = delete;

  // What a subject says, as it would say it in every execution: paths in `directory`, which lies
  // within the cache, begin there, and temporary names have their numbers.
  std::string TextToShow(std::string text, const std::string& directory) const;

  size_t processes() const { return processes_.size(); }
  bool realtime() const { return core_->realtime(); }

  // From now on `directory` is the cache. Numbers of files and temporary names begin anew; files
  // that subjects still have open from before do not count any more.
  // REQUIRES: no subject is at a call. Errors: kEnvironment, it cannot be opened.
  Result<void> BeginExecution(const std::string& directory);
  // The same over the directory of the last one, which has been emptied and filled by others.
  void BeginExecutionAgain();

  // Which files are whose, from now on.
  void Watch(Ownership ownership) { scene_.ownership = std::move(ownership); }
  // What calls that happened in this execution, free ones too, did against it, in order.
  const std::vector<std::string>& trespasses() const { return scene_.trespasses; }

  // So much time passes for all subjects. BeginExecution takes it back.
  // REQUIRES: TraceOptions::owns_clock.
  void Advance(int64_t nanos);

  const ProcessState& state(size_t process) const { return processes_[process]->state(); }
  // See TracedProcess for what each requires and does.
  const Event& Pending(size_t process) { return processes_[process]->Pending(); }
  std::optional<Event> Step(size_t process, std::optional<Fault> fault = std::nullopt);
  FaultSet PossibleFaults(size_t process, FaultSet asked) {
    return processes_[process]->PossibleFaults(asked);
  }
  std::vector<std::string> OpenPaths(size_t process) const {
    return processes_[process]->OpenPaths();
  }
  void Resume(size_t process);
  void RunFreely(size_t process, std::vector<Event>* events = nullptr);
  Event Kill(size_t process);
  std::optional<uint64_t> WriteSize(size_t process) { return processes_[process]->WriteSize(); }
  std::optional<Event> KillWithin(size_t process, uint64_t bytes);
  // Ends it, if it has not ended, and starts it anew.
  Result<void> Restart(size_t process);

  // Ends of the pipes to its standard input (blocks when 1 MiB is unread) and output (does not
  // block). Owned by the session; they change with Restart.
  int input(size_t process) const { return processes_[process]->input(); }
  int output(size_t process) const { return processes_[process]->output(); }
  void CloseInput(size_t process) { processes_[process]->CloseInput(); }
  // The end of what it wrote to standard error.
  std::string ErrorTail(size_t process, size_t bytes = 4096) const {
    return processes_[process]->ErrorTail(bytes);
  }
  pid_t id(size_t process) const { return processes_[process]->id(); }
  int64_t slept(size_t process) const { return processes_[process]->slept(); }
  uint64_t stops(size_t process) const { return processes_[process]->stops(); }

 private:
  explicit TraceSession(size_t processes) : scene_(processes) {}
  void ForgetExecution();
  // `process` has moved: who waits for a lock, now?
  void Reconsider(size_t process);

  std::unique_ptr<OneCore> core_;
  Scene scene_;
  std::vector<std::unique_ptr<TracedProcess>> processes_;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_TRACE_SESSION_H_
