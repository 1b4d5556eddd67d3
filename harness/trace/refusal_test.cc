// Machines on which nobody may trace, and users without rights.
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::HasSubstr;

// Runs `body` in a child of one thread; its result is the child's exit status.
int InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// As containers do it.
void ForbidPtrace() {
  sock_filter filter[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_ptrace},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  sock_fprog program = {4, filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

TEST(RefusalTest, NamesTheSettingThatForbids) {
  const Error yama = DescribeRefusal("ptrace(2)", EPERM, 3, true);
  EXPECT_EQ(yama.ExitCode(), 77);
  EXPECT_THAT(yama.Message(), HasSubstr("kernel.yama.ptrace_scope is 3"));
  EXPECT_THAT(DescribeRefusal("ptrace(2)", EPERM, 2, false).Message(),
              HasSubstr("sysctl kernel.yama.ptrace_scope=1"));
  EXPECT_THAT(DescribeRefusal("ptrace(2)", EPERM, 1, true).Message(), HasSubstr("SYS_PTRACE"));
}

TEST(RefusalTest, AContainersFilterIsTheMachinesFault) {
  const int status = InChild([] {
    ForbidPtrace();
    TraceOptions options;
    options.subjects = {{{TRACE_SUBJECT}, {}, ""}};
    const auto session = TraceSession::Start(std::move(options));
    if (session.ok()) return 1;
    if (session.error().Message().find("seccomp") == std::string::npos) return 2;
    return session.error().ExitCode();
  });
  EXPECT_EQ(status, 77);
}

// Without root and without priorities: the same steps. Where the test does not run as root
// already, nothing has to be dropped.
TEST(RefusalTest, WorksWithoutRoot) {
  const auto body = [] {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0) {
      if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0) return 1;
      if (setresuid(kNobody, kNobody, kNobody) != 0) return 2;
    }
    // A process that has changed its user is not traceable until it says so; nor are its children.
    prctl(PR_SET_DUMPABLE, 1);
    auto directory = OwnedDirectory::Create("/dev/shm");
    if (!directory.ok()) return 3;
    TraceOptions options;
    options.subjects = {{{TRACE_SUBJECT}, {}, directory.value().path()}};
    auto session = TraceSession::Start(std::move(options));
    if (!session.ok()) {
      fprintf(stderr, "%s\n", session.error().Message().c_str());
      return 4;
    }
    TraceSession& traced = *session.value();
    if (geteuid() == kNobody && traced.realtime()) return 5;
    if (!traced.BeginExecution(directory.value().path()).ok()) return 6;
    const std::string line = "creat \"a\" 420; write $0 @a 4; close $0\n";
    if (write(traced.input(0), line.data(), line.size()) < 0) return 7;
    traced.Resume(0);
    int steps = 0;
    for (; traced.state(0).standing == Standing::kAtCall; ++steps) traced.Step(0);
    return steps == 3 && traced.state(0).standing == Standing::kWaitsForInput ? 0 : 8;
  };
  EXPECT_EQ(InChild(body), 0);
}

}  // namespace
}  // namespace tearproof::trace
