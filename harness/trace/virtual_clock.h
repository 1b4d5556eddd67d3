// The wall clock that traced processes see, where it is ours.
//
// Purpose: an hour passes without anybody waiting for it, and the same choices lead to the same
// times, byte by byte, in caches that write them down. The clock stands still but for Advance; a
// process moves it for itself by a little with each of its calls on the cache, and by what it
// sleeps: what it sees follows from what it did, not from what others did before it. It begins at a
// whole second, so that also the length of a printed fraction is the same in all sessions.
// A file's times are those at which it was last written by this clock, so that caches that expire
// entries by the time in them and those that expire by the time of the file are treated alike;
// times that a process sets itself (utimensat) stay as they are. What was written unseen (through
// memory) is no younger than now.
// The vDSO answers clock calls without a system call: it is hidden from each program as it starts.
// CLOCK_MONOTONIC and timers stay as they are.
// Thread safety: none. Units: nanoseconds; moments since 1970.
#ifndef TEARPROOF_HARNESS_TRACE_VIRTUAL_CLOCK_H_
#define TEARPROOF_HARNESS_TRACE_VIRTUAL_CLOCK_H_

#include <sys/types.h>

#include <cstdint>
#include <map>

#include "harness/trace/footprint.h"
#include "harness/trace/registers.h"

namespace tearproof::trace {

class VirtualClock {
 public:
  VirtualClock();

  // Back to where it began; nothing has been written.
  void Reset();
  // `nanos` pass at once. REQUIRES: nanos >= 0.
  void Advance(int64_t nanos) { offset_ += nanos; }
  // For a process that has moved it by so much for itself.
  int64_t Now(int64_t own) const { return start_ + offset_ + own; }

  // What has just been written was written at `now`.
  void NoteWritten(const Footprint& footprint, int64_t now);
  void NoteMade(uint64_t file, int64_t now) { written_[file] = now; }
  // Its time of modification was set by a process, to what it wanted.
  void NoteTimeSet(uint64_t file) { written_[file] = kSet; }

  // At the entry of clock_gettime, gettimeofday or time: answers in the kernel's place. False: it
  // asks for another clock.
  static bool Answer(pid_t thread, Registers* entry, int64_t now);
  // Whether the call tells the times of a file.
  static bool TellsTimes(int64_t number);
  // At the exit of such a call about `file`: puts ours into its buffer.
  void MoveFileTimes(pid_t thread, const Registers& entry, uint64_t file, int64_t now) const;

 private:
  static constexpr int64_t kSet = -1;

  int64_t start_ = 0;
  int64_t offset_ = 0;
  std::map<uint64_t, int64_t> written_;  // When files and directories were last written.
};

// At the stop of an exec, before the program's first instruction: it will find no vDSO.
void HideVdso(pid_t thread);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_VIRTUAL_CLOCK_H_
