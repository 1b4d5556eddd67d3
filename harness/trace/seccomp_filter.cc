#include "harness/trace/seccomp_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

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
  for (const uint32_t number : {SYS_write, SYS_writev}) {
    filter.insert(
        filter.end(),
        {Jump(kEqual, number, 0, 5), Statement(kLoad, offsetof(seccomp_data, args)),
         Jump(kEqual, STDOUT_FILENO, 1, 0), Jump(kEqual, STDERR_FILENO, 0, 1), allow, trace});
  }
  for (const int64_t number : numbers) {
    filter.push_back(Jump(kEqual, static_cast<uint32_t>(number), 0, 1));
    filter.push_back(trace);
  }
  filter.push_back(allow);
  return filter;
}

}  // namespace tearproof::trace
