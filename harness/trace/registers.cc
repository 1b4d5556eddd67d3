#include "harness/trace/registers.h"

#include <limits.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "harness/core/check.h"

namespace tearproof::trace {

static_assert(sizeof(void*) == 8 && sizeof(user_regs_struct::orig_rax) == 8,
              "another processor needs its own registers.cc and seccomp_filter.cc");

namespace {

// The instruction SYSCALL has two bytes.
constexpr uint64_t kCallInstructionBytes = 2;
constexpr size_t kArguments = 6;
static_assert(offsetof(__ptrace_syscall_info, entry) == offsetof(__ptrace_syscall_info, seccomp) &&
              offsetof(decltype(__ptrace_syscall_info::seccomp), args) ==
                  offsetof(decltype(__ptrace_syscall_info::entry), args));

using Chunk = std::array<char, 256>;

// A read that crosses into a page that is not there fails as a whole: up to the end of the page.
size_t WithinPage(uint64_t address) {
  constexpr uint64_t kPage = 4096;
  return std::min<size_t>(kPage - address % kPage, std::tuple_size_v<Chunk>);
}

template <typename Values>
auto& ArgumentOf(Values& values, size_t index) {
  switch (index) {
    case 0:
      return values.rdi;
    case 1:
      return values.rsi;
    case 2:
      return values.rdx;
    case 3:
      return values.r10;
    case 4:
      return values.r8;
    default:
      TEARPROOF_CHECK(index == 5, "a system call has six arguments");
      return values.r9;
  }
}

}  // namespace

bool Registers::Read(pid_t thread) {
  whole_ = ptrace(PTRACE_GETREGS, thread, nullptr, &values_) == 0;
  return whole_;
}

bool Registers::ReadCall(pid_t thread) {
  __ptrace_syscall_info info = {};
  whole_ = false;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0) return false;
  at_entry_ = info.op != PTRACE_SYSCALL_INFO_EXIT;
  values_.rip = info.instruction_pointer;
  values_.rsp = info.stack_pointer;
  switch (info.op) {
    case PTRACE_SYSCALL_INFO_ENTRY:
    case PTRACE_SYSCALL_INFO_SECCOMP:
      values_.orig_rax = info.entry.nr;
      for (size_t i = 0; i < kArguments; ++i) ArgumentOf(values_, i) = info.entry.args[i];
      return true;
    case PTRACE_SYSCALL_INFO_EXIT:
      values_.rax = static_cast<uint64_t>(info.exit.rval);
      return true;
    default:
      return false;
  }
}

bool Registers::Write(pid_t thread) const {
  TEARPROOF_CHECK(whole_, "registers that were not read are not to be written");
  return ptrace(PTRACE_SETREGS, thread, nullptr, &values_) == 0;
}

int64_t Registers::number() const { return static_cast<int64_t>(values_.orig_rax); }

uint64_t Registers::argument(size_t index) const { return ArgumentOf(values_, index); }

int64_t Registers::result() const { return static_cast<int64_t>(values_.rax); }

uint64_t Registers::stack() const { return values_.rsp; }

void Registers::set_argument(size_t index, uint64_t value) { ArgumentOf(values_, index) = value; }

void Registers::set_result(int64_t value) { values_.rax = static_cast<uint64_t>(value); }

void Registers::SkipCall() { values_.orig_rax = static_cast<uint64_t>(-1); }

void Registers::RepeatCall(int64_t number) {
  values_.rax = static_cast<uint64_t>(number);
  // Else the kernel would take the result for one to be restarted, and go back a second time.
  values_.orig_rax = static_cast<uint64_t>(-1);
  values_.rip -= kCallInstructionBytes;
}

ssize_t ReadMemory(pid_t thread, uint64_t address, void* to, size_t size) {
  iovec local = {to, size};
  iovec remote = {reinterpret_cast<void*>(address), size};
  return process_vm_readv(thread, &local, 1, &remote, 1, 0);
}

bool WriteMemory(pid_t thread, uint64_t address, const void* from, size_t size) {
  iovec local = {const_cast<void*>(from), size};
  iovec remote = {reinterpret_cast<void*>(address), size};
  return process_vm_writev(thread, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

bool ReadString(pid_t thread, uint64_t address, std::string* text) {
  Chunk part;
  text->clear();
  while (text->size() < PATH_MAX) {
    const size_t wanted = WithinPage(address);
    const ssize_t got = ReadMemory(thread, address, part.data(), wanted);
    if (got <= 0) return false;
    const size_t length = strnlen(part.data(), static_cast<size_t>(got));
    text->append(part.data(), length);
    if (length < static_cast<size_t>(got)) return true;
    address += length;
  }
  return false;
}

void ReadStrings(pid_t thread, std::span<KnownText> texts) {
  constexpr size_t kTogether = 2;
  std::array<Chunk, kTogether> parts;
  std::array<iovec, kTogether> local;
  std::array<iovec, kTogether> remote;
  const size_t count = std::min(texts.size(), kTogether);
  for (size_t i = 0; i < count; ++i) {
    const size_t wanted = WithinPage(texts[i].address);
    local[i] = {parts[i].data(), wanted};
    remote[i] = {reinterpret_cast<void*>(texts[i].address), wanted};
  }
  ssize_t got =
      count == 0 ? 0 : process_vm_readv(thread, local.data(), count, remote.data(), count, 0);
  for (size_t i = 0; i < texts.size(); ++i) {
    const size_t wanted = i < count ? local[i].iov_len : 0;
    const bool whole = wanted > 0 && got >= static_cast<ssize_t>(wanted);
    const size_t length = whole ? strnlen(parts[i].data(), wanted) : 0;
    std::string& text = texts[i].text.emplace();
    if (whole) got -= static_cast<ssize_t>(wanted);
    if (whole && length < wanted) {
      text.assign(parts[i].data(), length);
    } else if (!ReadString(thread, texts[i].address, &text)) {
      texts[i].text.reset();
    }
  }
}

}  // namespace tearproof::trace
