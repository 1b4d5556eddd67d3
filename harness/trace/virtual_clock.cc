#include "harness/trace/virtual_clock.h"

#include <elf.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include <array>

#include "harness/core/clock.h"

namespace tearproof::trace {
namespace {

// Seconds and a fraction, as timespec, timeval and statx_timestamp hold them: `per_second` parts.
template <typename Seconds, typename Fraction>
void Move(Seconds* seconds, Fraction* fraction, int64_t per_second, int64_t nanos) {
  const int64_t unit = kNanosPerSecond / per_second;
  const int64_t sum = static_cast<int64_t>(*fraction) + nanos % kNanosPerSecond / unit;
  *seconds += static_cast<Seconds>(nanos / kNanosPerSecond + sum / per_second);
  *fraction = static_cast<Fraction>(sum % per_second);
}

template <typename Value, typename Edit>
void Change(pid_t thread, uint64_t address, Edit edit) {
  Value value;
  if (address == 0 || ReadMemory(thread, address, &value, sizeof(value)) != sizeof(value)) return;
  edit(&value);
  WriteMemory(thread, address, &value, sizeof(value));
}

void MoveStat(pid_t thread, uint64_t address, int64_t nanos) {
  Change<struct stat>(thread, address, [nanos](struct stat* status) {
    for (timespec* time : {&status->st_atim, &status->st_mtim, &status->st_ctim}) {
      Move(&time->tv_sec, &time->tv_nsec, kNanosPerSecond, nanos);
    }
  });
}

void MoveStatx(pid_t thread, uint64_t address, int64_t nanos) {
  Change<struct statx>(thread, address, [nanos](struct statx* status) {
    for (statx_timestamp* time :
         {&status->stx_atime, &status->stx_mtime, &status->stx_ctime, &status->stx_btime}) {
      Move(&time->tv_sec, &time->tv_nsec, kNanosPerSecond, nanos);
    }
  });
}

}  // namespace

void VirtualClock::Reset() {
  offset_ = 0;
  written_.clear();
}

void VirtualClock::NoteWritten(const Footprint& footprint) {
  for (const Access& access : footprint) {
    const bool content =
        access.object.kind == ObjectKind::kData || access.object.kind == ObjectKind::kList;
    if (content && access.mode != AccessMode::kRead) written_[access.object.number] = offset_;
  }
}

void VirtualClock::MoveClockCall(pid_t thread, Registers* exit, const Registers& entry) const {
  if (exit->result() < 0) return;
  switch (entry.number()) {
    case SYS_clock_gettime: {
      const auto clock = static_cast<clockid_t>(entry.argument(0));
      if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE && clock != CLOCK_TAI) return;
      return Change<timespec>(thread, entry.argument(1), [this](timespec* time) {
        Move(&time->tv_sec, &time->tv_nsec, kNanosPerSecond, offset_);
      });
    }
    case SYS_gettimeofday:
      return Change<timeval>(thread, entry.argument(0), [this](timeval* time) {
        Move(&time->tv_sec, &time->tv_usec, kNanosPerSecond / kNanosPerMicro, offset_);
      });
    case SYS_time: {
      const int64_t seconds = exit->result() + offset_ / kNanosPerSecond;
      exit->set_result(seconds);
      exit->Write(thread);
      return Change<time_t>(thread, entry.argument(0),
                            [seconds](time_t* time) { *time = seconds; });
    }
    default:
      return;
  }
}

void VirtualClock::MoveFileTimes(pid_t thread, const Registers& entry, uint64_t file) const {
  const auto written = written_.find(file);
  if (written == written_.end() || written->second == 0) return;
  switch (entry.number()) {
    case SYS_stat:
    case SYS_lstat:
    case SYS_fstat:
      return MoveStat(thread, entry.argument(1), written->second);
    case SYS_newfstatat:
      return MoveStat(thread, entry.argument(2), written->second);
    case SYS_statx:
      return MoveStatx(thread, entry.argument(4), written->second);
    default:
      return;
  }
}

void HideVdso(pid_t thread) {
  Registers registers;
  if (!registers.Read(thread)) return;
  // On the stack of a new program: the number of arguments, the arguments, a null, the environment,
  // a null, and pairs that end with AT_NULL.
  uint64_t at = registers.stack() + sizeof(uint64_t);
  uint64_t word = 0;
  for (int nulls = 0; nulls < 2; at += sizeof(word)) {
    if (ReadMemory(thread, at, &word, sizeof(word)) != sizeof(word)) return;
    if (word == 0) ++nulls;
  }
  while (true) {
    std::array<uint64_t, 2> pair;
    if (ReadMemory(thread, at, pair.data(), sizeof(pair)) != sizeof(pair)) return;
    if (pair[0] == AT_NULL) return;
    const uint64_t ignore = AT_IGNORE;
    if (pair[0] == AT_SYSINFO_EHDR) WriteMemory(thread, at, &ignore, sizeof(ignore));
    at += sizeof(pair);
  }
}

}  // namespace tearproof::trace
