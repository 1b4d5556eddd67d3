// What the kernel says of threads that run or sleep, from /proc.
//
// Purpose: a thread that has not stopped at a call may compute, or sleep in a call that does not
// concern the cache: only the kernel knows. Slow (10 µs a thread): asked where nothing else tells.
// Thread safety: pure reads.
#ifndef TEARPROOF_HARNESS_TRACE_THREAD_STATES_H_
#define TEARPROOF_HARNESS_TRACE_THREAD_STATES_H_

#include <sys/types.h>

#include <array>
#include <cstdint>

namespace tearproof::trace {

struct ThreadState {
  bool sleeps = false;                     // Until something wakes it. Not: waits for a disk.
  bool in_vfork = false;                   // Until its child has ended or executed something.
  int64_t call = -1;                       // In which it sleeps; -1: unknown.
  std::array<uint64_t, 4> arguments = {};  // That call's first ones.
  uint64_t switches = 0;  // How often it has left the core: unchanged, and it has not run.

  // It waits for descriptors to become ready: poll, select, epoll.
  bool Polls() const;
  // It waits, without an end, for somebody to change its memory; `shared`: with other processes.
  bool WaitsForMemory() const;
  bool WaitsForSharedMemory() const;
};

ThreadState ReadThreadState(pid_t thread);

// Nanoseconds of processor time that all threads of a process have had; 0: it is gone.
int64_t ProcessorTime(pid_t process);

// `thread`'s descriptor `number` is the pipe that `ours` is an end of.
bool IsSamePipe(pid_t thread, int number, int ours);
// Bytes that nobody has read yet.
int BytesInPipe(int end);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_THREAD_STATES_H_
