// A stopped thread's system call: number, arguments, result; and its memory.
//
// Purpose: the only place that knows the processor's calling convention (x86-64).
// Thread safety: ptrace(2) binds a tracee to the thread that attached it: call from there.
// Errors: a thread may be killed at any moment: false, then; never a CHECK.
#ifndef TEARPROOF_HARNESS_TRACE_REGISTERS_H_
#define TEARPROOF_HARNESS_TRACE_REGISTERS_H_

#include <sys/types.h>
#include <sys/user.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tearproof::trace {

class Registers {
 public:
  // REQUIRES for all: the thread is stopped.
  bool Read(pid_t thread);
  // Only what says the call and its result: half as dear. REQUIRES: it stands at one.
  bool ReadCall(pid_t thread);
  // REQUIRES: all were read.
  bool Write(pid_t thread) const;

  // After ReadCall: it has not been made yet.
  bool at_entry() const { return at_entry_; }
  int64_t number() const;
  uint64_t argument(size_t index) const;
  // At exit: a result, or -errno.
  int64_t result() const;
  void set_argument(size_t index, uint64_t value);
  // At exit: what the thread will see.
  void set_result(int64_t value);
  uint64_t stack() const;
  // At entry: the call is left out, and returns the result that is set here (else ENOSYS).
  void SkipCall();
  // At exit: the thread will make the call `number` once more, with the arguments given here.
  void RepeatCall(int64_t number);

 private:
  user_regs_struct values_ = {};
  bool whole_ = false;
  bool at_entry_ = false;
};

// Up to `size` bytes at `address`; how many could be read, or -1.
ssize_t ReadMemory(pid_t thread, uint64_t address, void* to, size_t size);
bool WriteMemory(pid_t thread, uint64_t address, const void* from, size_t size);
// The string at `address`, at most PATH_MAX bytes. False: there is none.
bool ReadString(pid_t thread, uint64_t address, std::string* text);

struct KnownText {
  uint64_t address = 0;
  std::optional<std::string> text;  // Nothing: there is none.
};
// All strings at their addresses, with one call if they are short.
void ReadStrings(pid_t thread, std::span<KnownText> texts);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_REGISTERS_H_
