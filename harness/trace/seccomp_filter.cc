#include "harness/trace/seccomp_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>

#include "harness/trace/system_call_table.h"

namespace tearproof::trace {
namespace {

// The numbers of the x32 mode carry this bit.
constexpr uint32_t kX32Bit = 0x40000000;

sock_filter Statement(uint16_t code, uint32_t value) { return {code, 0, 0, value}; }

sock_filter Jump(uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false) {
  return {code, if_true, if_false, value};
}

}  // namespace

std::vector<sock_filter> BuildFilter(std::span<const int64_t> numbers) {
  constexpr uint16_t kLoad = BPF_LD | BPF_W | BPF_ABS;
  constexpr uint16_t kEqual = BPF_JMP | BPF_JEQ | BPF_K;
  constexpr uint16_t kAtLeast = BPF_JMP | BPF_JGE | BPF_K;
  constexpr uint16_t kReturn = BPF_RET | BPF_K;
  const sock_filter refuse = Statement(kReturn, SECCOMP_RET_ERRNO | ENOSYS);
  const sock_filter trace = Statement(kReturn, SECCOMP_RET_TRACE);

  std::vector<sock_filter> filter = {
      Statement(kLoad, offsetof(seccomp_data, arch)),
      Jump(kEqual, AUDIT_ARCH_X86_64, 1, 0),
      refuse,
      Statement(kLoad, offsetof(seccomp_data, nr)),
      Jump(kAtLeast, kX32Bit, 0, 1),
      refuse,
      Jump(kAtLeast, static_cast<uint32_t>(kLastKnownCall) + 1, 0, 1),
      trace,
  };
  for (const uint32_t number :
       {SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_io_setup}) {
    filter.push_back(Jump(kEqual, number, 0, 1));
    filter.push_back(refuse);
  }
  const sock_filter allow = Statement(kReturn, SECCOMP_RET_ALLOW);
  // What becomes of the call if its first argument is one of `values`, and otherwise.
  const auto by_argument = [&](uint32_t number, std::initializer_list<uint32_t> values,
                               const sock_filter& found, const sock_filter& otherwise) {
    const auto count = static_cast<uint8_t>(values.size());
    filter.push_back(Jump(kEqual, number, 0, count + 3));
    filter.push_back(Statement(kLoad, offsetof(seccomp_data, args)));
    uint8_t left = count;
    for (const uint32_t value : values) filter.push_back(Jump(kEqual, value, left--, 0));
    filter.insert(filter.end(), {otherwise, found});
  };
  by_argument(SYS_write, {STDOUT_FILENO, STDERR_FILENO}, allow, trace);
  by_argument(SYS_writev, {STDOUT_FILENO, STDERR_FILENO}, allow, trace);
  if (std::ranges::binary_search(numbers, SYS_clock_gettime)) {
    by_argument(SYS_clock_gettime, {CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI}, trace,
                allow);
  }
  for (const int64_t number : numbers) {
    filter.push_back(Jump(kEqual, static_cast<uint32_t>(number), 0, 1));
    filter.push_back(trace);
  }
  filter.push_back(allow);
  return filter;
}

}  // namespace tearproof::trace
