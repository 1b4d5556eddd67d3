#include "harness/trace/call_counter.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace tearproof::trace {
namespace {

// prctl(2) with an option that there is not: between the parts, the child makes this call.
constexpr uint64_t kPartEnds = 0x7e580f00;
constexpr int kCallStop = SIGTRAP | 0x80;
constexpr int kPartFailed = 3;

[[noreturn]] void RunParts(const std::vector<std::function<bool()>>& parts) {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(errno == 0 ? EPERM : errno);
  raise(SIGSTOP);
  syscall(SYS_prctl, kPartEnds);
  for (const std::function<bool()>& part : parts) {
    if (!part()) _exit(kPartFailed);
    syscall(SYS_prctl, kPartEnds);
  }
  _exit(0);
}

bool Syncs(uint64_t number) {
  return number == SYS_fsync || number == SYS_fdatasync || number == SYS_msync ||
         number == SYS_sync_file_range || number == SYS_syncfs;
}

bool WritesBytes(uint64_t number) {
  return number == SYS_write || number == SYS_pwrite64 || number == SYS_writev ||
         number == SYS_pwritev || number == SYS_pwritev2 || number == SYS_sendfile ||
         number == SYS_copy_file_range;
}

class Counter {
 public:
  // The child is at the entry or the exit of a call.
  void Note(const __ptrace_syscall_info& info) {
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
      number_ = info.entry.nr;
      // It ends one part and begins the next.
      const bool ends = number_ == SYS_prctl && info.entry.args[0] == kPartEnds;
      if (ends) counts_.emplace_back();
      if (counts_.empty() || ends) return;
      ++counts_.back().calls;
      if (Syncs(number_)) ++counts_.back().syncs;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && !counts_.empty() && WritesBytes(number_) &&
               info.exit.rval > 0) {
      counts_.back().bytes_written += static_cast<uint64_t>(info.exit.rval);
    }
  }

  // What follows the end of the last part is none.
  std::vector<CallCounts> Finish() {
    if (!counts_.empty()) counts_.pop_back();
    return std::move(counts_);
  }

 private:
  uint64_t number_ = 0;
  std::vector<CallCounts> counts_;
};

// Lets the child go on until it ends. Returns its wait status, or nothing if it cannot be traced.
Result<int> Watch(pid_t child, Counter* counter) {
  int status = 0;
  bool traced = false;
  while (true) {
    if (waitpid(child, &status, __WALL) < 0) {
      if (errno == EINTR) continue;
      return SystemError(errno, "cannot wait for a traced process");
    }
    if (WIFEXITED(status) || WIFSIGNALED(status)) return status;
    int signal = WSTOPSIG(status);
    if (!traced && signal == SIGSTOP) {
      traced = true;
      if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
        return SystemError(errno, "cannot trace a process");
      }
      signal = 0;
    } else if (signal == kCallStop) {
      __ptrace_syscall_info info = {};
      ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), child, sizeof(info), &info);
      counter->Note(info);
      signal = 0;
    }
    ptrace(PTRACE_SYSCALL, child, 0, signal);  // It may have been killed: then waitpid says so.
  }
}

}  // namespace

Result<std::vector<CallCounts>> CountCalls(const std::vector<std::function<bool()>>& parts) {
  const pid_t child = fork();
  if (child < 0) return SystemError(errno, "cannot start a process to count its calls");
  if (child == 0) RunParts(parts);
  Counter counter;
  const Result<int> status = Watch(child, &counter);
  if (!status.ok()) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return status.error();
  }
  std::vector<CallCounts> counts = counter.Finish();
  if (WIFEXITED(status.value()) && WEXITSTATUS(status.value()) == 0 &&
      counts.size() == parts.size()) {
    return counts;
  }
  return Error{ErrorKind::kEnvironment, 0,
               fmt::format("the process whose calls were counted ended early (status {:#x})",
                           status.value()),
               ""};
}

}  // namespace tearproof::trace
