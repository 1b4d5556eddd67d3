// What waitpid(2) said about a traced thread, as a value.
//
// Purpose: the sixteen bits of a status mean something else under ptrace(2); they are taken apart
// here and nowhere else. (After rr's WaitStatus.)
// Thread safety: plain data.
#ifndef TEARPROOF_HARNESS_TRACE_WAIT_STATUS_H_
#define TEARPROOF_HARNESS_TRACE_WAIT_STATUS_H_

#include <string>

namespace tearproof::trace {

class WaitStatus {
 public:
  enum class Kind {
    kExited,      // exit_code().
    kKilled,      // signal().
    kSeccomp,     // At the entry of a call that the filter stops at.
    kSystemCall,  // At the exit of a call, asked for with PTRACE_SYSCALL.
    kNewTask,     // It made a thread or a process, whose number PTRACE_GETEVENTMSG tells.
    kExec,        // It runs another program.
    kStopped,     // A new task's first stop, an interruption, or a group stop.
    kSignal,      // About to be given signal().
    kOther,       // An event that nobody asked for.
  };

  WaitStatus() = default;
  explicit WaitStatus(int raw) : raw_(raw) {}

  Kind kind() const;
  bool ended() const { return kind() == Kind::kExited || kind() == Kind::kKilled; }
  int exit_code() const;  // REQUIRES: kExited.
  int signal() const;     // REQUIRES: kKilled or kSignal.
  // Of kNewTask: a thread of the same process, as it shares its descriptors and memory.
  bool made_thread() const;
  // "exited with status 3", "was ended by signal 11 (SEGV)".
  std::string Describe() const;

 private:
  int raw_ = 0;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_WAIT_STATUS_H_
