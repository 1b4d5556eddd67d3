#include "harness/trace/thread_states.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <string_view>

#include "harness/core/clock.h"
#include "harness/core/unique_fd.h"

namespace tearproof::trace {
namespace {

std::string ReadText(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 2048> text;
  const ssize_t length = file.valid() ? read(file.get(), text.data(), text.size()) : -1;
  return length <= 0 ? "" : std::string(text.data(), static_cast<size_t>(length));
}

uint64_t NumberAfter(std::string_view text, std::string_view label) {
  const size_t at = text.find(label);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + label.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

bool ThreadState::Polls() const {
  switch (call) {
    case SYS_poll:
    case SYS_ppoll:
    case SYS_select:
    case SYS_pselect6:
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
#endif
      return true;
    default:
      return false;
  }
}

bool ThreadState::WaitsForMemory() const {
  if (call != SYS_futex || arguments[3] != 0) return false;
  switch (arguments[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_LOCK_PI:
      return true;
    default:
      return false;
  }
}

bool ThreadState::WaitsForSharedMemory() const {
  return WaitsForMemory() && (arguments[1] & FUTEX_PRIVATE_FLAG) == 0;
}

ThreadState ReadThreadState(pid_t thread) {
  ThreadState state;
  const std::string status = ReadText(fmt::format("/proc/{}/status", thread));
  const size_t at = status.find("State:\t");
  if (at == std::string::npos) return state;
  const char letter = status[at + 7];
  state.switches = NumberAfter(status, "\nvoluntary_ctxt_switches:") +
                   NumberAfter(status, "\nnonvoluntary_ctxt_switches:");
  if (letter != 'S' && letter != 'D') return state;
  const std::string call = ReadText(fmt::format("/proc/{}/syscall", thread));
  long number = -1;
  auto& [first, second, third, fourth] = state.arguments;
  const int read = std::sscanf(call.c_str(), "%ld %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
                               &number, &first, &second, &third, &fourth);
  if (read >= 1) state.call = number;
  const bool makes_child = number == SYS_vfork || number == SYS_clone || number == SYS_clone3;
  state.in_vfork = letter == 'D' && makes_child;
  state.sleeps = letter == 'S' || state.in_vfork;
  return state;
}

int64_t ProcessorTime(pid_t process) {
  clockid_t clock = {};
  return clock_getcpuclockid(process, &clock) == 0 ? ReadClock(clock) : 0;
}

bool IsSamePipe(pid_t thread, int number, int ours) {
  struct stat theirs;
  struct stat mine;
  return stat(fmt::format("/proc/{}/fd/{}", thread, number).c_str(), &theirs) == 0 &&
         fstat(ours, &mine) == 0 && theirs.st_dev == mine.st_dev && theirs.st_ino == mine.st_ino;
}

int BytesInPipe(int end) {
  int bytes = 0;
  return ioctl(end, FIONREAD, &bytes) == 0 ? bytes : 0;
}

}  // namespace tearproof::trace
