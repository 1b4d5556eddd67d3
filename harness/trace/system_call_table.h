// What each system call takes and touches: a row a call.
//
// Purpose: the one declarative table from which the filter, the decoding, the printing and the
// footprints are made. A call of a row stops; a call without one cannot name a file, by path or by
// descriptor.
// Thread safety: constant data.
#ifndef TEARPROOF_HARNESS_TRACE_SYSTEM_CALL_TABLE_H_
#define TEARPROOF_HARNESS_TRACE_SYSTEM_CALL_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/trace/footprint.h"

namespace tearproof::trace {

// The last number of Linux 6.18's table: file_setattr. Whatever comes later is looked at.
inline constexpr int64_t kLastKnownCall = 469;

// Newer than the headers of the oldest supported system.
inline constexpr int64_t kCallFchmodat2 = 452;

// What an argument is. Paths and descriptors are the call's targets, numbered from 0 in order.
enum class ArgumentKind : uint8_t {
  kHidden,         // Says nothing to a reader: buffers.
  kDirectory,      // The descriptor that the next path begins at; not a target by itself.
  kPath,           // Leads to something that must be there; a link at its end is followed.
  kPathOfLink,     // The same, a link at its end is not followed.
  kPathOrNew,      // May be there or not; open decides.
  kPathOfNew,      // Must not be there yet.
  kPathTo,         // A rename's target: may be there, not followed.
  kText,           // A string that names nothing: a symbolic link's content.
  kDescriptor,     // Of an open file.
  kAnyDescriptor,  // The same, but -1 or a closed one is fine: mmap, dup2's target.
  kAtFlags,        // AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH decide about the paths.
  kOpenFlags,
  kOpenHow,     // openat2's structure.
  kMode,        // In octal digits.
  kAccessMode,  // R_OK...
  kSize,
  kSigned,
  kWhence,
  kLockOperation,   // flock's.
  kControlCommand,  // fcntl's; the next argument is kControlArgument.
  kControlArgument,
  kProtection,
  kMapFlags,
  kRenameFlags,
  kAllocateMode,
  kHex,
};

inline bool IsPath(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::kPath:
    case ArgumentKind::kPathOfLink:
    case ArgumentKind::kPathOrNew:
    case ArgumentKind::kPathOfNew:
    case ArgumentKind::kPathTo:
      return true;
    default:
      return false;
  }
}

enum class Part : uint8_t {
  kNone,
  kEntry,   // The target's name in its directory.
  kList,    // The names in the target's directory.
  kData,    // Its bytes, size and modification time; where it is a directory, its names.
  kMeta,    // Its mode, owner and number of links.
  kOffset,  // The position of its description.
  kLock,
};

struct Touch {
  uint8_t target = 0;
  Part part = Part::kNone;
  AccessMode mode = AccessMode::kRead;
};

// What the columns of a row cannot say: handled by name in footprint_rules.cc and process_files.cc.
enum class Special : uint8_t {
  kNone,
  kOpen,
  kRead,   // An input, where it is the request of an operation.
  kWrite,  // Can be cut short.
  kClose,
  kCloseRange,
  kDuplicate,    // A second number for a description: the result.
  kDuplicateTo,  // The same; it closes what had the number of target 1.
  kControl,      // fcntl.
  kFlock,
  kSeek,
  kMap,
  kCreate,  // Something new has target 0's name (mkdir, mknod).
  kLink,    // ...target 1's name.
  kRename,
  kExchangeOrRename,  // With RENAME_EXCHANGE both must be there.
  kRemove,
  kRemoveAt,  // AT_REMOVEDIR decides.
  kCopy,      // Between two descriptors, each at an offset given or its own.
  kSendFile,
  kTimes,          // Of a directory too.
  kControlDevice,  // ioctl: harmless commands commute with all.
  kExit,           // Of the whole process: what it locked becomes free.
  kSleep,          // Takes no time; select and poll without descriptors are sleeps.
  kSyncSystem,     // Names nothing, and concerns all files.
  kClock,          // Asks for the time: stops only where the clock is ours.
  kUnmodelled,     // Touches files in ways that are not described: reported.
};

inline constexpr size_t kMaxTouches = 5;

struct Row {
  int64_t number = -1;
  const char* name = "";
  std::array<ArgumentKind, 6> arguments = {};
  std::array<Touch, kMaxTouches> touches = {};
  Special special = Special::kNone;
};

// By number, ascending.
std::span<const Row> AllRows();
// Those at which the filter stops; the clocks only if `clocks`.
std::vector<int64_t> NumbersToStopAt(bool clocks);
// nullptr: the table has none.
const Row* FindRow(int64_t number);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_SYSTEM_CALL_TABLE_H_
