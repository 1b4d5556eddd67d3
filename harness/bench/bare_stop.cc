#include "harness/bench/bare_stop.h"

#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "harness/core/clock.h"
#include "harness/trace/one_core.h"
#include "harness/trace/registers.h"
#include "harness/trace/seccomp_filter.h"

namespace tearproof::bench {
namespace {

constexpr int kStops = 5000;

// Never returns: makes calls at which it is stopped.
[[noreturn]] void BeStopped(const trace::OneCore& core, sock_fprog filter) {
  core.ApplyToTracee();
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0 ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || raise(SIGSTOP) != 0 ||
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
    _exit(1);
  }
  while (true) lseek(STDIN_FILENO, 0, SEEK_CUR);
}

bool AwaitStop(pid_t child) {
  int status = 0;
  return waitpid(child, &status, __WALL) == child && WIFSTOPPED(status);
}

// The time of `stops` of them, or -1.
int64_t Pass(pid_t child, int stops) {
  const int64_t begin = MonotonicNanos();
  for (int stop = 0; stop < stops; ++stop) {
    trace::Registers call;
    if (ptrace(PTRACE_CONT, child, nullptr, nullptr) != 0 || !AwaitStop(child) ||
        !call.ReadCall(child)) {
      return -1;
    }
  }
  return MonotonicNanos() - begin;
}

}  // namespace

Result<double> NanosOfBareStop() {
  TEARPROOF_ASSIGN_OR_RETURN(const auto core, trace::OneCore::Take(-1, /*realtime=*/true));
  const std::array<int64_t, 1> numbers = {SYS_lseek};
  std::vector<sock_filter> filter = trace::BuildFilter(numbers);
  const pid_t child = fork();
  if (child < 0) return SystemError(errno, "cannot start a process to be stopped");
  if (child == 0) {
    BeStopped(*core, {static_cast<unsigned short>(filter.size()), filter.data()});
  }
  int64_t nanos = -1;
  if (AwaitStop(child) &&
      ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) == 0 &&
      Pass(child, 1) >= 0) {
    nanos = Pass(child, kStops);
  }
  const int problem = errno;
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) {
  }
  if (nanos < 0) return SystemError(problem, "cannot stop a process at its system calls");
  return static_cast<double>(nanos) / kStops;
}

}  // namespace tearproof::bench
