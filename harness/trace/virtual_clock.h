// The wall clock that traced processes see, where a scenario moves it.
//
// Purpose: an hour passes without anybody waiting for it, and caches that expire entries by the
// time in them and those that expire by the time of the file are treated alike. A file's time is
// the kernel's, moved by the offset that was in force when it was written; times that a process
// sets itself (utimensat) are of the moved clock already.
// The vDSO answers clock calls without a system call: it is hidden from each program as it starts.
// CLOCK_MONOTONIC and timers stay as they are.
// Thread safety: none. Units: nanoseconds.
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
  // Back to the machine's time; nothing has been written.
  void Reset();
  // `nanos` pass at once. REQUIRES: nanos >= 0.
  void Advance(int64_t nanos) { offset_ += nanos; }
  bool moved() const { return offset_ != 0; }

  // What has just been written was written now.
  void NoteWritten(const Footprint& footprint);
  void NoteMade(uint64_t file) { written_[file] = offset_; }
  // Its time of modification was set by a process, to what it wanted.
  void NoteTimeSet(uint64_t file) { written_.erase(file); }

  // At the exit of clock_gettime, gettimeofday or time: moves what the thread is told.
  void MoveClockCall(pid_t thread, Registers* exit, const Registers& entry) const;
  // At the exit of a call of the stat family for `file`: moves the times in its buffer.
  void MoveFileTimes(pid_t thread, const Registers& entry, uint64_t file) const;

 private:
  int64_t offset_ = 0;
  std::map<uint64_t, int64_t>
      written_;  // Files and directories, by the offset at their last write.
};

// At the stop of an exec, before the program's first instruction: it will find no vDSO.
void HideVdso(pid_t thread);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_VIRTUAL_CLOCK_H_
