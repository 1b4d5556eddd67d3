#include "harness/trace/wait_status.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace tearproof::trace {
namespace {

// Set in the stop signal by PTRACE_O_TRACESYSGOOD.
constexpr int kSystemCallStop = SIGTRAP | 0x80;

int EventOf(int raw) { return raw >> 16; }

}  // namespace

WaitStatus::Kind WaitStatus::kind() const {
  if (WIFEXITED(raw_)) return Kind::kExited;
  if (WIFSIGNALED(raw_)) return Kind::kKilled;
  switch (EventOf(raw_)) {
    case 0:
      return WSTOPSIG(raw_) == kSystemCallStop ? Kind::kSystemCall : Kind::kSignal;
    case PTRACE_EVENT_SECCOMP:
      return Kind::kSeccomp;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
      return Kind::kNewTask;
    case PTRACE_EVENT_EXEC:
      return Kind::kExec;
    case PTRACE_EVENT_STOP:
      return Kind::kStopped;
    default:
      return Kind::kOther;
  }
}

int WaitStatus::exit_code() const { return WEXITSTATUS(raw_); }

int WaitStatus::signal() const { return WIFSIGNALED(raw_) ? WTERMSIG(raw_) : WSTOPSIG(raw_); }

bool WaitStatus::made_thread() const { return EventOf(raw_) == PTRACE_EVENT_CLONE; }

std::string WaitStatus::Describe() const {
  if (kind() == Kind::kExited) return fmt::format("exited with status {}", exit_code());
  if (kind() != Kind::kKilled) return fmt::format("stopped ({:#x})", raw_);
  const char* name = sigabbrev_np(signal());
  return fmt::format("was ended by signal {} ({})", signal(), name == nullptr ? "unknown" : name);
}

}  // namespace tearproof::trace
