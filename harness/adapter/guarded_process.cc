#include "harness/adapter/guarded_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "harness/core/pipe.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

// Where the guard keeps its own descriptors.
constexpr int kAlive = 0;
constexpr int kReport = 1;
// A process that is killed may still be in the system call that it was in.
constexpr int kKilledEndMillis = 10'000;

struct ProgramPlan {
  int in;
  int out;
  int err;
  int failure;  // Gets errno if the program cannot be executed; closed if it can.
  const char* directory;
  char* const* arguments;
};

// dup2 onto itself would leave close-on-exec set.
bool Become(int fd, int target) {
  if (fd == target) return fcntl(fd, F_SETFD, 0) == 0;
  return dup2(fd, target) >= 0;
}

template <typename Value>
void Tell(int fd, const Value& value) {
  [[maybe_unused]] const ssize_t written = write(fd, &value, sizeof(value));
}

// False: the other end is closed.
template <typename Value>
bool Hear(int fd, Value* value) {
  ssize_t got = 0;
  do {
    got = read(fd, value, sizeof(*value));
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof(*value));
}

// Between fork and exec. The order matters: with the request to die with its parent made, a parent
// that is gone already is seen by its number.
[[noreturn]] void RunProgram(const ProgramPlan& plan, pid_t guard) {
  const bool ready = setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                     (*plan.directory == '\0' || chdir(plan.directory) == 0);
  if (getppid() != guard) _exit(0);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGXFSZ}) signal(number, SIG_DFL);
  if (ready && Become(plan.in, STDIN_FILENO) && Become(plan.out, STDOUT_FILENO) &&
      Become(plan.err, STDERR_FILENO)) {
    execvp(plan.arguments[0], plan.arguments);
  }
  Tell(plan.failure, errno);
  _exit(127);
}

int OpenPidfd(pid_t process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

// Kills a child and reaps it. False: it is still there.
bool EndChild(pid_t child) {
  const int handle = OpenPidfd(child);
  kill(child, SIGKILL);
  pollfd wait = {handle, POLLIN, 0};
  const bool ended = handle >= 0 && poll(&wait, 1, kKilledEndMillis) == 1;
  if (handle >= 0) close(handle);
  return ended && waitpid(child, nullptr, WNOHANG) == child;
}

// Ends all children, and what falls to us as they go. By the kernel's list of them, with nothing
// but system calls: the guard is a fork of a process that may have had threads.
void EndChildren() {
  for (bool ended = true; ended;) {
    ended = false;
    std::array<char, 4096> text;
    const int list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    const ssize_t size = list < 0 ? 0 : read(list, text.data(), text.size());
    if (list >= 0) close(list);
    pid_t child = 0;
    // A number that is cut off at the end is not followed by its space.
    for (ssize_t i = 0; i < size; ++i) {
      const char c = text[static_cast<size_t>(i)];
      if (c >= '0' && c <= '9') {
        child = child * 10 + (c - '0');
      } else if (child > 0) {
        ended = EndChild(child) || ended;
        child = 0;
      }
    }
  }
}

// What the guard does. The program's end is told and not reaped: who knows its number must not meet
// another process under it.
[[noreturn]] void Guard(const ProgramPlan& plan, int alive, int report) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "tearproof-guard");
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) signal(number, SIG_IGN);
  const pid_t guard = getpid();
  const pid_t program = fork();
  if (program == 0) RunProgram(plan, guard);
  setsid();
  // In this order both are out of the way of each other: neither is below 3.
  if (dup2(alive, kAlive) < 0 || dup2(report, kReport) < 0) _exit(1);
  close_range(kReport + 1, ~0U, 0);
  Tell(kReport, program < 0 ? -errno : program);
  if (program < 0) _exit(1);
  std::array<pollfd, 2> waits = {{{kAlive, 0, 0}, {OpenPidfd(program), POLLIN, 0}}};
  while ((waits[0].revents & (POLLHUP | POLLERR)) == 0) {
    if (poll(waits.data(), waits.size(), -1) < 0 || waits[1].revents == 0) continue;
    siginfo_t end = {};
    waitid(P_PID, static_cast<id_t>(program), &end, WEXITED | WNOWAIT);
    Tell(kReport, GuardedProcess::End{end.si_code, end.si_status});
    waits[1].fd = -1;
  }
  kill(-program, SIGKILL);
  EndChildren();
  _exit(0);
}

Error CannotExecute(int number, const std::string& program) {
  Error error = SystemError(number, "cannot start the adapter " + EscapeForTerminal(program, 200),
                            "command = [...] is run without a shell, from the directory in which "
                            "tearproof was started");
  const bool machine = number == ENOMEM || number == EAGAIN || number == ENFILE || number == EMFILE;
  error.kind = machine ? ErrorKind::kEnvironment : ErrorKind::kUsage;
  return error;
}

Error CannotFork(int number) {
  return SystemError(number, "cannot start an adapter process",
                     "raise the limit of processes (ulimit -u) or ask for fewer (--processes)");
}

// Above the standard ones, whatever of those is closed in this process.
Result<UniqueFd> OutOfTheWay(const UniqueFd& fd) {
  UniqueFd moved(fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.valid()) return SystemError(errno, "cannot duplicate a descriptor");
  return moved;
}

}  // namespace

Result<GuardedProcess> GuardedProcess::Start(const std::vector<std::string>& command,
                                             const std::string& directory, int in, int out,
                                             int err) {
  TEARPROOF_CHECK(!command.empty(), "a program has a command");
  TEARPROOF_ASSIGN_OR_RETURN(Pipe alive, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe report, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe failure, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(alive.read, OutOfTheWay(alive.read));
  TEARPROOF_ASSIGN_OR_RETURN(report.write, OutOfTheWay(report.write));
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const ProgramPlan plan = {in, out, err, failure.write.get(), directory.c_str(), arguments.data()};
  GuardedProcess started;
  started.guard_ = fork();
  if (started.guard_ < 0) return CannotFork(errno);
  if (started.guard_ == 0) Guard(plan, alive.read.get(), report.write.get());
  started.alive_ = std::move(alive.write);
  started.report_ = std::move(report.read);
  report.write.Reset();
  failure.write.Reset();
  pid_t program = 0;
  if (!Hear(started.report_.get(), &program)) return CannotFork(EAGAIN);
  if (program < 0) return CannotFork(-program);
  started.id_ = program;
  int number = 0;
  if (Hear(failure.read.get(), &number)) return CannotExecute(number, command[0]);
  return started;
}

GuardedProcess::GuardedProcess(GuardedProcess&& other) noexcept { *this = std::move(other); }

GuardedProcess& GuardedProcess::operator=(GuardedProcess&& other) noexcept {
  Stop();
  guard_ = std::exchange(other.guard_, -1);
  id_ = std::exchange(other.id_, -1);
  alive_ = std::move(other.alive_);
  report_ = std::move(other.report_);
  return *this;
}

std::optional<GuardedProcess::End> GuardedProcess::AwaitEnd(int millis) {
  pollfd wait = {report_.get(), POLLIN, 0};
  if (!report_.valid() || poll(&wait, 1, millis) != 1) return std::nullopt;
  End end{CLD_KILLED, SIGKILL};  // Unless the guard, with which it dies, was killed.
  Hear(report_.get(), &end);
  report_.Reset();
  return end;
}

void GuardedProcess::Stop() {
  if (guard_ <= 0) return;
  alive_.Reset();
  while (waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
  }
  guard_ = id_ = -1;
}

}  // namespace tearproof::adapter
