#include "harness/trace/virtual_clock.h"

#include <elf.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "harness/core/clock.h"

namespace tearproof::trace {
namespace {

template <typename Value, typename Edit>
void EditAt(pid_t thread, uint64_t address, Edit edit) {
  Value value;
  if (address == 0 || ReadMemory(thread, address, &value, sizeof(value)) != sizeof(value)) return;
  edit(&value);
  WriteMemory(thread, address, &value, sizeof(value));
}

// Seconds and nanoseconds, as timespec and statx_timestamp hold them: `written`, or, where that is
// not known, what it is, but not after `now`.
template <typename Seconds, typename Nanos>
void Put(Seconds* seconds, Nanos* nanos, std::optional<int64_t> written, int64_t now) {
  const int64_t is = *seconds * kNanosPerSecond + static_cast<int64_t>(*nanos);
  const int64_t shown = written.value_or(std::min(is, now));
  *seconds = static_cast<Seconds>(shown / kNanosPerSecond);
  *nanos = static_cast<Nanos>(shown % kNanosPerSecond);
}

template <typename Value>
bool Write(pid_t thread, uint64_t address, const Value& value) {
  return address == 0 || WriteMemory(thread, address, &value, sizeof(value));
}

}  // namespace

VirtualClock::VirtualClock() : start_(RealtimeNanos() / kNanosPerSecond * kNanosPerSecond) {}

void VirtualClock::Reset() {
  offset_ = 0;
  written_.clear();
}

void VirtualClock::NoteWritten(const Footprint& footprint, int64_t now) {
  for (const Access& access : footprint) {
    const bool content =
        access.object.kind == ObjectKind::kData || access.object.kind == ObjectKind::kList;
    if (content && access.mode != AccessMode::kRead) written_[access.object.number] = now;
  }
}

bool VirtualClock::Answer(pid_t thread, Registers* entry, int64_t now) {
  const int64_t seconds = now / kNanosPerSecond;
  const int64_t nanos = now % kNanosPerSecond;
  bool written = true;
  int64_t result = 0;
  switch (entry->number()) {
    case SYS_clock_gettime: {
      const auto clock = static_cast<clockid_t>(entry->argument(0));
      if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE && clock != CLOCK_TAI) {
        return false;
      }
      written = Write(thread, entry->argument(1), timespec{seconds, nanos});
      break;
    }
    case SYS_gettimeofday: {
      const struct timezone none = {0, 0};
      written = Write(thread, entry->argument(0), timeval{seconds, nanos / kNanosPerMicro}) &&
                Write(thread, entry->argument(1), none);
      break;
    }
    case SYS_time:
      written = Write(thread, entry->argument(0), time_t{seconds});
      result = seconds;
      break;
    default:
      return false;
  }
  entry->SkipCall();
  entry->set_result(written ? result : -EFAULT);
  return entry->Write(thread);
}

bool VirtualClock::TellsTimes(int64_t number) {
  switch (number) {
    case SYS_stat:
    case SYS_lstat:
    case SYS_fstat:
    case SYS_newfstatat:
    case SYS_statx:
      return true;
    default:
      return false;
  }
}

void VirtualClock::MoveFileTimes(pid_t thread, const Registers& entry, uint64_t file,
                                 int64_t now) const {
  const auto found = written_.find(file);
  const bool known = found != written_.end();
  if (!TellsTimes(entry.number()) || (known && found->second == kSet)) return;
  const std::optional<int64_t> written = known ? std::optional(found->second) : std::nullopt;
  if (entry.number() == SYS_statx) {
    return EditAt<struct statx>(thread, entry.argument(4), [&](struct statx* status) {
      for (statx_timestamp* time :
           {&status->stx_atime, &status->stx_mtime, &status->stx_ctime, &status->stx_btime}) {
        Put(&time->tv_sec, &time->tv_nsec, written, now);
      }
    });
  }
  const size_t buffer = entry.number() == SYS_newfstatat ? 2 : 1;
  EditAt<struct stat>(thread, entry.argument(buffer), [&](struct stat* status) {
    for (timespec* time : {&status->st_atim, &status->st_mtim, &status->st_ctim}) {
      Put(&time->tv_sec, &time->tv_nsec, written, now);
    }
  });
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
