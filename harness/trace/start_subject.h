// Starts a program under the tracer.
//
// Purpose: fork, attach, filter, exec, in the one order that leaves no moment unwatched.
// Thread safety: ptrace(2) binds the child to the calling thread, which must outlive it and is the
// only one to wait for it. Errors: kUsage where the program cannot be executed; kEnvironment where
// the machine refuses to trace, naming the setting that does.
#ifndef TEARPROOF_HARNESS_TRACE_START_SUBJECT_H_
#define TEARPROOF_HARNESS_TRACE_START_SUBJECT_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"
#include "harness/trace/one_core.h"

namespace tearproof::trace {

struct Subject {
  std::vector<std::string> command;      // Executed without a shell; found along PATH.
  std::vector<std::string> environment;  // NAME=value, beside or instead of those of this process.
  std::string directory;                 // Where it runs; "" is where we do.
};

struct StartedSubject {
  pid_t id = -1;
  UniqueFd input;   // Of a pipe: its standard input, to be written by us.
  UniqueFd output;  // Its standard output, to be read by us; does not block.
  UniqueFd errors;  // What it wrote to standard error, the first kErrorBytes: a file in memory.
  UniqueFd report;  // Has errno when it could not be executed; at its end when it was.
};

inline constexpr int kErrorBytes = 256 << 10;

// Returns once the child is attached and on its way to exec. In a process group of its own.
Result<StartedSubject> StartSubject(const Subject& subject, const OneCore& core);

// Why ptrace(2) or seccomp(2) failed, and which setting to change. `yama_scope`: what is in
// kernel.yama.ptrace_scope, or -1; `filtered`: this process runs under a seccomp filter, as in most
// containers.
Error DescribeRefusal(const std::string& call, int errno_value, int yama_scope, bool filtered);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_START_SUBJECT_H_
