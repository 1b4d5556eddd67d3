#include "harness/adapter/adapter_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "harness/adapter/protocol.h"
#include "harness/core/clock.h"
#include "harness/core/pipe.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

// How long an adapter may take from closing its standard output to its end.
constexpr int kEndMillis = 2'000;
// How often a flag that interrupts is looked at.
constexpr int kLookMillis = 50;

void DoNotBlock(const UniqueFd& fd) { fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

// dup2 onto itself would leave close-on-exec set.
bool Become(int fd, int target) {
  if (fd == target) return fcntl(fd, F_SETFD, 0) == 0;
  return dup2(fd, target) >= 0;
}

struct ChildEnds {
  int in;
  int out;
  int err;
  int report;  // Gets errno if the program cannot be executed; closed if it can.
};

// Between fork and exec. The order matters: with the request to die with its parent made, a parent
// that is gone already is seen by its number.
[[noreturn]] void RunChild(const ChildEnds& ends, pid_t parent, const char* directory,
                           char* const* arguments) {
  const bool ready = setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                     (*directory == '\0' || chdir(directory) == 0);
  if (getppid() != parent) _exit(0);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGXFSZ}) signal(number, SIG_DFL);
  if (ready && Become(ends.in, STDIN_FILENO) && Become(ends.out, STDOUT_FILENO) &&
      Become(ends.err, STDERR_FILENO)) {
    execvp(arguments[0], arguments);
  }
  const int number = errno;
  [[maybe_unused]] const ssize_t written = write(ends.report, &number, sizeof(number));
  _exit(127);
}

Error CannotExecute(int number, const std::string& program) {
  Error error = SystemError(number, "cannot start the adapter " + EscapeForTerminal(program, 200),
                            "command = [...] is run without a shell, from the directory in which "
                            "tearproof was started");
  const bool machine = number == ENOMEM || number == EAGAIN || number == ENFILE || number == EMFILE;
  error.kind = machine ? ErrorKind::kEnvironment : ErrorKind::kUsage;
  return error;
}

std::string DescribeEnd(const siginfo_t& end) {
  if (end.si_code == CLD_EXITED) {
    return fmt::format("the adapter exited with status {}", end.si_status);
  }
  const char* name = sigabbrev_np(end.si_status);
  return fmt::format("the adapter was ended by signal {} ({})", end.si_status,
                     name == nullptr ? "unknown" : name);
}

// Its last line first, which names the exception in most languages: reports cut long texts.
std::string DescribeStderr(std::string_view tail) {
  while (tail.ends_with('\n')) tail.remove_suffix(1);
  if (tail.empty()) return "";
  const size_t newline = tail.rfind('\n');
  if (newline == std::string_view::npos) return fmt::format("; its standard error: {}", tail);
  return fmt::format("; its standard error: {}\nand before that: {}", tail.substr(newline + 1),
                     tail.substr(0, newline));
}

}  // namespace

AdapterProcess::AdapterProcess() {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &former_pipe_action_);
}

AdapterProcess::~AdapterProcess() {
  if (id_ > 0) {
    kill(-id_, SIGKILL);
    while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  sigaction(SIGPIPE, &former_pipe_action_, nullptr);
}

Result<std::unique_ptr<AdapterProcess>> AdapterProcess::Start(
    const std::vector<std::string>& command, const std::string& directory) {
  TEARPROOF_CHECK(!command.empty(), "an adapter has a command");
  TEARPROOF_ASSIGN_OR_RETURN(Pipe in, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe out, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe err, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe report, MakePipe());
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  const pid_t parent = getpid();
  auto adapter = std::unique_ptr<AdapterProcess>(new AdapterProcess);
  const pid_t child = fork();
  if (child < 0) {
    return SystemError(errno, "cannot start an adapter process",
                       "raise the limit of processes (ulimit -u) or ask for fewer (--processes)");
  }
  if (child == 0) {
    RunChild({in.read.get(), out.write.get(), err.write.get(), report.write.get()}, parent,
             directory.c_str(), arguments.data());
  }
  adapter->id_ = child;
  report.write.Reset();
  int number = 0;
  ssize_t reported = 0;
  do {
    reported = read(report.read.get(), &number, sizeof(number));
  } while (reported < 0 && errno == EINTR);
  if (reported != 0) return CannotExecute(number, command[0]);

  adapter->stdin_ = std::move(in.write);
  adapter->stdout_ = std::move(out.read);
  adapter->stderr_ = std::move(err.read);
  for (const UniqueFd* fd : {&adapter->stdin_, &adapter->stdout_, &adapter->stderr_}) {
    DoNotBlock(*fd);
  }
  return adapter;
}

bool AdapterProcess::Send(std::string_view text) {
  if (broken()) return false;
  if (!Write(&text)) return false;
  while (!text.empty()) {
    if (!Exchange(&text, kNoDeadline)) return false;
  }
  return true;
}

bool AdapterProcess::Ask(uint64_t, std::string_view text, int64_t deadline, std::string* answer,
                         std::string* stray) {
  if (!Send(text)) return false;
  while (ReadLine(answer, deadline)) {
    if (IsAnswer(*answer)) return true;
    if (stray->empty()) *stray = *answer;
  }
  return false;
}

bool AdapterProcess::ReadLine(std::string* line, int64_t deadline) {
  while (!broken()) {
    const size_t end = received_.find('\n', searched_);
    if (end != std::string::npos) {
      line->assign(received_, 0, end);
      received_.erase(0, end + 1);
      searched_ = 0;
      return true;
    }
    searched_ = received_.size();
    if (received_.size() > kMaxLine) {
      Break(fmt::format("the adapter sent a line of more than {}", FormatSize(kMaxLine)));
    } else if (ended_) {
      BreakAtEnd();
    } else {
      std::string_view nothing;
      woken_ = false;
      Exchange(&nothing, deadline);
      if (woken_) return false;
    }
  }
  return false;
}

bool AdapterProcess::Exchange(std::string_view* unsent, int64_t deadline) {
  if (interrupted_ != nullptr && interrupted_->load()) {
    Break("it was interrupted");
    return false;
  }
  int timeout = -1;
  if (deadline != kNoDeadline) {
    const int64_t left = deadline - MonotonicNanos();
    if (left <= 0) {
      Break("the adapter did not answer in time");
      return false;
    }
    timeout = static_cast<int>(std::min<int64_t>(left / kNanosPerMilli + 1, 1'000'000));
  }
  // A signal between the look at the flag and poll wakes nobody.
  if (interrupted_ != nullptr) timeout = timeout < 0 ? kLookMillis : std::min(timeout, kLookMillis);
  // poll passes over negative descriptors.
  const bool wakes = unsent->empty() && wake_ >= 0;
  std::array<pollfd, 4> waits = {{{ended_ ? -1 : stdout_.get(), POLLIN, 0},
                                  {stderr_.get(), POLLIN, 0},
                                  {unsent->empty() ? -1 : stdin_.get(), POLLOUT, 0},
                                  {wakes ? wake_ : -1, POLLIN, 0}}};
  if (poll(waits.data(), waits.size(), timeout) < 0) return errno == EINTR;
  if (waits[1].revents != 0) ReadStderr();
  if (waits[0].revents != 0) ReadStdout();
  woken_ = waits[3].revents != 0;
  if (waits[2].revents != 0) return Write(unsent);
  return true;
}

bool AdapterProcess::Write(std::string_view* unsent) {
  const ssize_t written = write(stdin_.get(), unsent->data(), unsent->size());
  if (written >= 0) {
    unsent->remove_prefix(static_cast<size_t>(written));
    return true;
  }
  if (errno == EAGAIN || errno == EINTR) return true;
  BreakAtEnd();
  return false;
}

void AdapterProcess::ReadStdout() {
  std::array<char, 64 << 10> part;
  const ssize_t count = read(stdout_.get(), part.data(), part.size());
  if (count > 0) {
    received_.append(part.data(), static_cast<size_t>(count));
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    ended_ = true;
  }
}

void AdapterProcess::ReadStderr() {
  std::array<char, kStderrTail> part;
  const ssize_t count = read(stderr_.get(), part.data(), part.size());
  if (count > 0) {
    stderr_tail_.append(part.data(), static_cast<size_t>(count));
    if (stderr_tail_.size() > kStderrTail) {
      stderr_tail_.erase(0, stderr_tail_.size() - kStderrTail);
    }
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    stderr_.Reset();
  }
}

bool AdapterProcess::AwaitEnd() {
  stdin_.Reset();
  const UniqueFd handle(static_cast<int>(syscall(SYS_pidfd_open, id_, 0)));
  pollfd wait = {handle.get(), POLLIN, 0};
  failure_ = "the adapter has been ended";
  return handle.valid() && poll(&wait, 1, kEndMillis) == 1;
}

void AdapterProcess::BreakAtEnd() {
  const UniqueFd handle(static_cast<int>(syscall(SYS_pidfd_open, id_, 0)));
  pollfd wait = {handle.get(), POLLIN, 0};
  siginfo_t end = {};
  // It is not reaped before we go: who knows its number must not meet another process under it.
  if (handle.valid() && poll(&wait, 1, kEndMillis) == 1 &&
      waitid(P_PID, static_cast<id_t>(id_), &end, WEXITED | WNOWAIT) == 0) {
    return Break(DescribeEnd(end));
  }
  Break("the adapter closed its standard output or input");
}

void AdapterProcess::Break(const std::string& why) {
  if (broken()) return;
  // What it wrote before it broke is in the pipe already: 64 KiB at most, unless it goes on.
  for (size_t part = 0; part < (64 << 10) / kStderrTail && stderr_.valid(); ++part) ReadStderr();
  failure_ = why + DescribeStderr(stderr_tail_);
  stdin_.Reset();
}

}  // namespace tearproof::adapter
