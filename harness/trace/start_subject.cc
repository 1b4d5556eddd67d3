#include "harness/trace/start_subject.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <utility>

#include "harness/core/pipe.h"
#include "harness/core/text.h"
#include "harness/trace/seccomp_filter.h"
#include "harness/trace/system_call_table.h"

extern char** environ;

namespace tearproof::trace {
namespace {

// Of the pipe to its standard output: a whole answer fits without anybody reading.
constexpr int kPipeBytes = 1 << 20;
constexpr int kCannotFilter = -1;  // In the report, instead of errno.

// A file in memory that takes so much and no more.
Result<UniqueFd> MakeErrorFile() {
  UniqueFd file(memfd_create("standard error", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid() || ftruncate(file.get(), kErrorBytes) != 0 ||
      fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW) != 0) {
    return SystemError(errno, "cannot create a file in memory");
  }
  return file;
}

int YamaScope() {
  std::ifstream file("/proc/sys/kernel/yama/ptrace_scope");
  int scope = -1;
  return file >> scope ? scope : -1;
}

bool IsFiltered() { return prctl(PR_GET_SECCOMP) != 0; }

struct ChildPlan {
  int input;
  int output;
  int errors;
  int go;      // At its end when the tracer is there.
  int report;  // Gets errno.
  const char* directory;
  char* const* arguments;
  char* const* environment;
  sock_fprog filter;
  const OneCore* core;
};

// dup2 onto itself would leave close-on-exec set.
bool Become(int fd, int target) {
  if (fd == target) return fcntl(fd, F_SETFD, 0) == 0;
  return dup2(fd, target) >= 0;
}

[[noreturn]] void RunChild(const ChildPlan& plan) {
  char byte = 0;
  setpgid(0, 0);
  while (read(plan.go, &byte, 1) < 0 && errno == EINTR) {
  }
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGXFSZ}) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  int failure = 0;
  if (*plan.directory != '\0' && chdir(plan.directory) != 0) failure = errno;
  if (failure == 0 && (!Become(plan.input, STDIN_FILENO) || !Become(plan.output, STDOUT_FILENO) ||
                       !Become(plan.errors, STDERR_FILENO))) {
    failure = errno;
  }
  // What else is open here is none of its business, and would change the numbers that it gets.
  if (failure == 0) syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
  plan.core->ApplyToTracee();
  // Without the first, only root may do the second.
  if (failure == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
                       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &plan.filter) != 0)) {
    failure = kCannotFilter;
  }
  if (failure == 0) {
    execvpe(plan.arguments[0], plan.arguments, plan.environment);
    failure = errno;
  }
  [[maybe_unused]] const ssize_t written = write(plan.report, &failure, sizeof(failure));
  _exit(127);
}

std::string_view NameOf(std::string_view setting) { return setting.substr(0, setting.find('=')); }

// Ours, with `changes` put in. Leak detection stops the world by ptrace, which is taken; libuv's
// io_uring would be refused by the filter anyway, and is spared the attempt.
std::vector<std::string> MakeEnvironment(const std::vector<std::string>& changes) {
  std::vector<std::string> all;
  const auto put = [&all](const std::string& setting) {
    std::erase_if(all, [&](const std::string& known) { return NameOf(known) == NameOf(setting); });
    all.push_back(setting);
  };
  for (char** setting = environ; *setting != nullptr; ++setting) put(*setting);
  for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS"}) {
    const char* value = getenv(name);
    put(fmt::format("{}={}detect_leaks=0", name,
                    value == nullptr ? "" : fmt::format("{}:", value)));
  }
  put("UV_USE_IO_URING=0");
  for (const std::string& setting : changes) put(setting);
  return all;
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Result<void> Attach(pid_t child) {
  constexpr auto kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE |
                            PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
                            PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, child, nullptr, kOptions) == 0) return {};
  const int number = errno;
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return DescribeRefusal("ptrace(2)", number, YamaScope(), IsFiltered());
}

}  // namespace

Error DescribeRefusal(const std::string& call, int errno_value, int yama_scope, bool filtered) {
  std::string remedy = "allow this process to trace its children";
  if (yama_scope >= 2) {
    remedy = fmt::format("kernel.yama.ptrace_scope is {}: {}", yama_scope,
                         yama_scope == 2
                             ? "set it to 1 (sysctl kernel.yama.ptrace_scope=1), or run as root"
                             : "nobody may trace until this machine is started with a lower value");
  } else if (filtered) {
    remedy =
        "a seccomp filter is in force, as in a container: start it with --cap-add=SYS_PTRACE or "
        "--security-opt seccomp=unconfined";
  }
  return SystemError(errno_value, "this machine does not let us trace programs: " + call, remedy);
}

Result<StartedSubject> StartSubject(const Subject& subject, const OneCore& core, bool clocks) {
  TEARPROOF_CHECK(!subject.command.empty(), "a subject has a command");
  TEARPROOF_ASSIGN_OR_RETURN(Pipe input, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe output, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe go, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe report, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(UniqueFd errors, MakeErrorFile());
  fcntl(output.read.get(), F_SETPIPE_SZ, kPipeBytes);
  fcntl(input.write.get(), F_SETPIPE_SZ, kPipeBytes);
  fcntl(output.read.get(), F_SETFL, O_NONBLOCK);

  const std::vector<std::string> environment = MakeEnvironment(subject.environment);
  const std::vector<char*> arguments = Pointers(subject.command);
  const std::vector<char*> settings = Pointers(environment);
  std::vector<sock_filter> filter = BuildFilter(NumbersToStopAt(clocks));
  ChildPlan plan = {input.read.get(),
                    output.write.get(),
                    errors.get(),
                    go.read.get(),
                    report.write.get(),
                    subject.directory.c_str(),
                    arguments.data(),
                    settings.data(),
                    {static_cast<unsigned short>(filter.size()), filter.data()},
                    &core};
  const pid_t child = fork();
  if (child < 0) {
    return SystemError(errno, "cannot start a process", "raise the limit of processes (ulimit -u)");
  }
  if (child == 0) {
    // Else it would keep itself from ever seeing the end.
    close(go.write.get());
    RunChild(plan);
  }
  StartedSubject started;
  started.id = child;
  TEARPROOF_RETURN_IF_ERROR(Attach(child));
  go.write.Reset();
  started.input = std::move(input.write);
  started.output = std::move(output.read);
  started.errors = std::move(errors);
  started.report = std::move(report.read);
  return started;
}

}  // namespace tearproof::trace
