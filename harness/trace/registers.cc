#include "harness/trace/registers.h"

#include <limits.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "harness/core/check.h"

namespace tearproof::trace {

static_assert(sizeof(void*) == 8 && sizeof(user_regs_struct::orig_rax) == 8,
              "another processor needs its own registers.cc and seccomp_filter.cc");

namespace {

// The instruction SYSCALL has two bytes.
constexpr uint64_t kCallInstructionBytes = 2;

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
  return ptrace(PTRACE_GETREGS, thread, nullptr, &values_) == 0;
}

bool Registers::Write(pid_t thread) const {
  return ptrace(PTRACE_SETREGS, thread, nullptr, &values_) == 0;
}

int64_t Registers::number() const { return static_cast<int64_t>(values_.orig_rax); }

uint64_t Registers::argument(size_t index) const { return ArgumentOf(values_, index); }

int64_t Registers::result() const { return static_cast<int64_t>(values_.rax); }

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
  // A read that crosses into a page that is not there fails as a whole: up to the end of the page,
  // then on.
  constexpr uint64_t kPage = 4096;
  std::array<char, 256> part;
  text->clear();
  while (text->size() < PATH_MAX) {
    const uint64_t in_page = kPage - address % kPage;
    const size_t wanted = in_page < part.size() ? in_page : part.size();
    const ssize_t got = ReadMemory(thread, address, part.data(), wanted);
    if (got <= 0) return false;
    const size_t length = strnlen(part.data(), static_cast<size_t>(got));
    text->append(part.data(), length);
    if (length < static_cast<size_t>(got)) return true;
    address += length;
  }
  return false;
}

}  // namespace tearproof::trace
