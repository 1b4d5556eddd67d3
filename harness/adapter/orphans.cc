#include "harness/adapter/orphans.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/core/unique_fd.h"

namespace tearproof::adapter {
namespace {

// A process that is killed may still be in the system call that it was in.
constexpr int kOrphanEndMillis = 10'000;

// Of all threads: it is not said which of them gets an orphan.
std::set<pid_t> Children() {
  std::set<pid_t> children;
  std::error_code problem;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", problem)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child; file >> child;) children.insert(child);
  }
  return children;
}

// False: it is still there.
bool EndOne(pid_t child) {
  const UniqueFd handle(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  kill(child, SIGKILL);
  pollfd wait = {handle.get(), POLLIN, 0};
  if (!handle.valid() || poll(&wait, 1, kOrphanEndMillis) != 1) return false;
  return waitpid(child, nullptr, WNOHANG) == child;
}

}  // namespace

OrphanKeeper::OrphanKeeper() : older_(Children()) {
  prctl(PR_GET_CHILD_SUBREAPER, &former_);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

OrphanKeeper::~OrphanKeeper() { prctl(PR_SET_CHILD_SUBREAPER, former_); }

void OrphanKeeper::End(const std::set<pid_t>& own) const {
  for (bool ended = true; ended;) {
    ended = false;
    for (const pid_t child : Children()) {
      if (own.contains(child) || older_.contains(child)) continue;
      ended = EndOne(child) || ended;
    }
  }
}

}  // namespace tearproof::adapter
