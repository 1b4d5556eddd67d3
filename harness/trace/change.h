// What a call did to files, with the bytes: what a log of writes is made from.
//
// Purpose: a footprint says what was touched, a change says what it became. Made only where
// TraceOptions::records_changes asks for it, as the bytes are read back from the file.
// Thread safety: plain data. Units: bytes.
#ifndef TEARPROOF_HARNESS_TRACE_CHANGE_H_
#define TEARPROOF_HARNESS_TRACE_CHANGE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace tearproof::trace {

enum class ChangeKind : uint8_t {
  kCreate,         // A file at `path`; without a name (O_TMPFILE) where `path` is empty.
  kMakeDirectory,  // At `path`.
  kSymlink,        // At `path`; `bytes` is what it holds.
  kLink,           // `inode` gets the name `path`, too.
  kRemove,         // The name `path`, of a file or a directory.
  kRename,         // `path` becomes `to`.
  kExchange,       // `path` and `to` change places.
  kWrite,          // `bytes` at `offset` of `inode`.
  kResize,         // `inode` has `offset` bytes now; what is new is zero.
  kMode,           // `inode` has the permissions `mode`.
  kAttribute,      // `inode` has `bytes` as `attribute`,
  kNoAttribute,    // or has none of that name any more.
  kClose,          // A descriptor of `inode` was closed.
  kSync,           // fsync of `inode`, which may be a directory; or a write with O_SYNC.
  kSyncData,       // fdatasync of `inode`; or a write with O_DSYNC.
  kSyncRange,      // sync_file_range of `inode`.
  kSyncAll,        // syncfs.
  kSyncSystem,     // sync.
  kMap,            // `inode` can be changed through memory from now on.
  kUnknown,        // Something was changed in a way that is not described.
};

// Attributes beside the extended ones, whose names all have a dot.
// When it was modified, as a process wants it, in nanoseconds since 1970. None: when it really was.
inline constexpr const char* kModified = "mtime";
// "1000:100". None: whose we are.
inline constexpr const char* kOwner = "owner";

struct Change {
  ChangeKind kind = ChangeKind::kUnknown;
  ino_t inode = 0;    // Of all that name no `path` only, and of what is new. May be used again
                      // once the file is gone.
  std::string path;   // From the directory that the execution began with.
  std::string to;     // Likewise.
  std::string shown;  // `path` and `to` as they are printed; of a file that is open, its name when
  std::string shown_to;  // it was opened.
  uint64_t offset = 0;
  std::string bytes;
  std::string attribute;
  mode_t mode = 0;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_CHANGE_H_
