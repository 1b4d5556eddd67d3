#include "harness/trace/system_call_table.h"

#include <sys/syscall.h>

#include <algorithm>
#include <vector>

namespace tearproof::trace {
namespace {

using enum ArgumentKind;

// Newer than the headers of the oldest supported system.
constexpr int64_t kCallSetxattrat = 463;
constexpr int64_t kCallGetxattrat = 464;
constexpr int64_t kCallListxattrat = 465;
constexpr int64_t kCallRemovexattrat = 466;
constexpr int64_t kCallOpenTreeAttr = 467;
constexpr int64_t kCallFileGetattr = 468;
constexpr int64_t kCallFileSetattr = 469;

constexpr Touch Reads(Part part, uint8_t target = 0) { return {target, part, AccessMode::kRead}; }
constexpr Touch Writes(Part part, uint8_t target = 0) { return {target, part, AccessMode::kWrite}; }
// A name comes or goes: the entry itself, and the list, in which such changes commute.
constexpr Touch ChangesEntry(uint8_t target = 0) {
  return {target, Part::kEntry, AccessMode::kWrite};
}
constexpr Touch ChangesList(uint8_t target = 0) {
  return {target, Part::kList, AccessMode::kUpdate};
}

// Shorter columns.
constexpr Part kData = Part::kData;
constexpr Part kMeta = Part::kMeta;
constexpr Part kOffset = Part::kOffset;
constexpr Touch kReadsData = Reads(kData);
constexpr Touch kWritesData = Writes(kData);
constexpr Touch kReadsMeta = Reads(kMeta);
constexpr Touch kWritesMeta = Writes(kMeta);
constexpr Touch kMovesOffset = Writes(kOffset);

using Touches = std::array<Touch, kMaxTouches>;
constexpr Touches kStats = {kReadsData, kReadsMeta};
constexpr Touches kReadsOn = {kReadsData, kMovesOffset};
constexpr Touches kWritesOn = {kWritesData, kMovesOffset};
constexpr Touches kCreates = {ChangesEntry(), ChangesList()};
constexpr Touches kRemoves = {ChangesEntry(), ChangesList(), kWritesMeta};
constexpr Touches kLinks = {kWritesMeta, ChangesEntry(1), ChangesList(1)};
// What had the name before loses a link.
constexpr Touches kRenames = {ChangesEntry(), ChangesList(), ChangesEntry(1), ChangesList(1),
                              Writes(kMeta, 1)};

// clang-format off
constexpr Row kRows[] = {
    // Open, close.
    {SYS_open, "open", {kPathOrNew, kOpenFlags, kMode}, {}, Special::kOpen},
    {SYS_creat, "creat", {kPathOrNew, kMode}, {}, Special::kOpen},
    {SYS_openat, "openat", {kDirectory, kPathOrNew, kOpenFlags, kMode}, {}, Special::kOpen},
    {SYS_openat2, "openat2", {kDirectory, kPathOrNew, kOpenHow}, {}, Special::kOpen},
    {SYS_close, "close", {kDescriptor}, {}, Special::kClose},
    {SYS_close_range, "close_range", {kSize, kSize, kHex}, {}, Special::kCloseRange},
    {SYS_dup, "dup", {kDescriptor}, {}, Special::kDuplicate},
    {SYS_dup2, "dup2", {kDescriptor, kAnyDescriptor}, {}, Special::kDuplicateTo},
    {SYS_dup3, "dup3", {kDescriptor, kAnyDescriptor, kOpenFlags}, {}, Special::kDuplicateTo},
    {SYS_fcntl, "fcntl", {kDescriptor, kControlCommand, kControlArgument}, {}, Special::kControl},
    {SYS_ioctl, "ioctl", {kDescriptor, kHex}, {}, Special::kControlDevice},

    // Bytes.
    {SYS_read, "read", {kDescriptor, kHidden, kSize}, kReadsOn, Special::kRead},
    {SYS_readv, "readv", {kDescriptor, kHidden, kSize}, kReadsOn, Special::kRead},
    {SYS_pread64, "pread", {kDescriptor, kHidden, kSize, kSigned}, {kReadsData}},
    {SYS_preadv, "preadv", {kDescriptor, kHidden, kSize, kSigned}, {kReadsData}},
    {SYS_preadv2, "preadv2", {kDescriptor, kHidden, kSize, kSigned}, kReadsOn},
    {SYS_write, "write", {kDescriptor, kHidden, kSize}, kWritesOn, Special::kWrite},
    {SYS_writev, "writev", {kDescriptor, kHidden, kSize}, kWritesOn},
    {SYS_pwrite64, "pwrite", {kDescriptor, kHidden, kSize, kSigned},
     {kWritesData}, Special::kWrite},
    {SYS_pwritev, "pwritev", {kDescriptor, kHidden, kSize, kSigned}, {kWritesData}},
    {SYS_pwritev2, "pwritev2", {kDescriptor, kHidden, kSize, kSigned}, kWritesOn},
    {SYS_lseek, "lseek", {kDescriptor, kSigned, kWhence}, {}, Special::kSeek},
    {SYS_sendfile, "sendfile", {kDescriptor, kDescriptor, kHidden, kSize}, {}, Special::kSendFile},
    {SYS_copy_file_range, "copy_file_range", {kDescriptor, kHidden, kDescriptor, kHidden, kSize},
     {}, Special::kCopy},
    {SYS_splice, "splice", {kDescriptor, kHidden, kDescriptor, kHidden, kSize}, {}, Special::kCopy},
    {SYS_truncate, "truncate", {kPath, kSigned}, {kReadsMeta, kWritesData}},
    {SYS_ftruncate, "ftruncate", {kDescriptor, kSigned}, {kWritesData}},
    {SYS_fallocate, "fallocate", {kDescriptor, kAllocateMode, kSigned, kSigned}, {kWritesData}},
    {SYS_fsync, "fsync", {kDescriptor}, {}},
    {SYS_fdatasync, "fdatasync", {kDescriptor}, {}},
    {SYS_sync_file_range, "sync_file_range", {kDescriptor, kSigned, kSigned}, {}},
    {SYS_syncfs, "syncfs", {kDescriptor}, {}},
    {SYS_sync, "sync", {}, {}, Special::kSyncSystem},
    {SYS_readahead, "readahead", {kDescriptor, kSigned, kSize}, {}},
    {SYS_fadvise64, "fadvise64", {kDescriptor, kSigned, kSize}, {}},
    {SYS_mmap, "mmap", {kHidden, kSize, kProtection, kMapFlags, kAnyDescriptor, kSigned},
     {kReadsData}, Special::kMap},

    // Names.
    {SYS_rename, "rename", {kPathOfLink, kPathTo}, kRenames, Special::kRename},
    {SYS_renameat, "renameat", {kDirectory, kPathOfLink, kDirectory, kPathTo},
     kRenames, Special::kRename},
    {SYS_renameat2, "renameat2", {kDirectory, kPathOfLink, kDirectory, kPathTo, kRenameFlags},
     kRenames, Special::kExchangeOrRename},
    {SYS_link, "link", {kPathOfLink, kPathOfNew}, kLinks, Special::kLink},
    {SYS_linkat, "linkat", {kDirectory, kPathOfLink, kDirectory, kPathOfNew, kAtFlags},
     kLinks, Special::kLink},
    {SYS_unlink, "unlink", {kPathOfLink}, kRemoves, Special::kRemove},
    {SYS_unlinkat, "unlinkat", {kDirectory, kPathOfLink, kAtFlags}, kRemoves, Special::kRemoveAt},
    {SYS_rmdir, "rmdir", {kPathOfLink},
     {ChangesEntry(), ChangesList(), kWritesData}, Special::kRemove},
    {SYS_mkdir, "mkdir", {kPathOfNew, kMode}, kCreates, Special::kCreate},
    {SYS_mkdirat, "mkdirat", {kDirectory, kPathOfNew, kMode}, kCreates, Special::kCreate},
    {SYS_mknod, "mknod", {kPathOfNew, kMode}, kCreates, Special::kCreate},
    {SYS_mknodat, "mknodat", {kDirectory, kPathOfNew, kMode}, kCreates, Special::kCreate},
    {SYS_symlink, "symlink", {kText, kPathOfNew}, kCreates, Special::kCreate},
    {SYS_symlinkat, "symlinkat", {kText, kDirectory, kPathOfNew}, kCreates, Special::kCreate},
    {SYS_readlink, "readlink", {kPathOfLink}, {}},
    {SYS_readlinkat, "readlinkat", {kDirectory, kPathOfLink}, {}},
    {SYS_getdents, "getdents", {kDescriptor}, kReadsOn},
    {SYS_getdents64, "getdents64", {kDescriptor}, kReadsOn},
    {SYS_chdir, "chdir", {kPath}, {kReadsMeta}},
    {SYS_fchdir, "fchdir", {kDescriptor}, {kReadsMeta}},

    // What stands beside the bytes.
    {SYS_stat, "stat", {kPath}, kStats},
    {SYS_lstat, "lstat", {kPathOfLink}, kStats},
    {SYS_fstat, "fstat", {kDescriptor}, kStats},
    {SYS_newfstatat, "newfstatat", {kDirectory, kPath, kHidden, kAtFlags}, kStats},
    {SYS_statx, "statx", {kDirectory, kPath, kAtFlags}, kStats},
    {SYS_access, "access", {kPath, kAccessMode}, {kReadsMeta}},
    {SYS_faccessat, "faccessat", {kDirectory, kPath, kAccessMode}, {kReadsMeta}},
    {SYS_faccessat2, "faccessat2", {kDirectory, kPath, kAccessMode, kAtFlags}, {kReadsMeta}},
    {SYS_statfs, "statfs", {kPath}, {}},
    {SYS_fstatfs, "fstatfs", {kDescriptor}, {}},
    {SYS_chmod, "chmod", {kPath, kMode}, {kWritesMeta}},
    {SYS_fchmod, "fchmod", {kDescriptor, kMode}, {kWritesMeta}},
    {SYS_fchmodat, "fchmodat", {kDirectory, kPath, kMode}, {kWritesMeta}},
    {kCallFchmodat2, "fchmodat2", {kDirectory, kPath, kMode, kAtFlags}, {kWritesMeta}},
    {SYS_chown, "chown", {kPath, kSigned, kSigned}, {kWritesMeta}},
    {SYS_lchown, "lchown", {kPathOfLink, kSigned, kSigned}, {kWritesMeta}},
    {SYS_fchown, "fchown", {kDescriptor, kSigned, kSigned}, {kWritesMeta}},
    {SYS_fchownat, "fchownat", {kDirectory, kPath, kSigned, kSigned, kAtFlags}, {kWritesMeta}},
    {SYS_utime, "utime", {kPath}, {kWritesData}, Special::kTimes},
    {SYS_utimes, "utimes", {kPath}, {kWritesData}, Special::kTimes},
    {SYS_futimesat, "futimesat", {kDirectory, kPath}, {kWritesData}, Special::kTimes},
    {SYS_utimensat, "utimensat", {kDirectory, kPath, kHidden, kAtFlags},
     {kWritesData}, Special::kTimes},
    {SYS_getxattr, "getxattr", {kPath, kText}, {kReadsMeta}},
    {SYS_lgetxattr, "lgetxattr", {kPathOfLink, kText}, {kReadsMeta}},
    {SYS_fgetxattr, "fgetxattr", {kDescriptor, kText}, {kReadsMeta}},
    {SYS_listxattr, "listxattr", {kPath}, {kReadsMeta}},
    {SYS_llistxattr, "llistxattr", {kPathOfLink}, {kReadsMeta}},
    {SYS_flistxattr, "flistxattr", {kDescriptor}, {kReadsMeta}},
    {SYS_setxattr, "setxattr", {kPath, kText}, {kWritesMeta}},
    {SYS_lsetxattr, "lsetxattr", {kPathOfLink, kText}, {kWritesMeta}},
    {SYS_fsetxattr, "fsetxattr", {kDescriptor, kText}, {kWritesMeta}},
    {SYS_removexattr, "removexattr", {kPath, kText}, {kWritesMeta}},
    {SYS_lremovexattr, "lremovexattr", {kPathOfLink, kText}, {kWritesMeta}},
    {SYS_fremovexattr, "fremovexattr", {kDescriptor, kText}, {kWritesMeta}},

    // Locks, and ends.
    {SYS_flock, "flock", {kDescriptor, kLockOperation}, {}, Special::kFlock},
    {SYS_exit_group, "exit_group", {kSigned}, {}, Special::kExit},
    {SYS_nanosleep, "nanosleep", {}, {}, Special::kSleep},
    {SYS_clock_nanosleep, "clock_nanosleep", {}, {}, Special::kSleep},
    {SYS_select, "select", {}, {}, Special::kSleep},
    {SYS_pselect6, "pselect6", {}, {}, Special::kSleep},
    {SYS_poll, "poll", {}, {}, Special::kSleep},
    {SYS_ppoll, "ppoll", {}, {}, Special::kSleep},

    {SYS_clock_gettime, "clock_gettime", {}, {}, Special::kClock},
    {SYS_gettimeofday, "gettimeofday", {}, {}, Special::kClock},
    {SYS_time, "time", {}, {}, Special::kClock},

    // Named files, but nobody said how.
    {SYS_uselib, "uselib", {kPath}, {}, Special::kUnmodelled},
    {SYS_chroot, "chroot", {kPath}, {}, Special::kUnmodelled},
    {SYS_pivot_root, "pivot_root", {kPath, kPath}, {}, Special::kUnmodelled},
    {SYS_mount, "mount", {kHidden, kPath}, {}, Special::kUnmodelled},
    {SYS_umount2, "umount2", {kPath}, {}, Special::kUnmodelled},
    {SYS_swapon, "swapon", {kPath}, {}, Special::kUnmodelled},
    {SYS_acct, "acct", {kPath}, {}, Special::kUnmodelled},
    {SYS_quotactl, "quotactl", {kHex, kPath}, {}, Special::kUnmodelled},
    {SYS_inotify_add_watch, "inotify_add_watch", {kHidden, kPath}, {}, Special::kUnmodelled},
    {SYS_fanotify_mark, "fanotify_mark", {kHidden, kHex, kHidden, kDirectory, kPath},
     {}, Special::kUnmodelled},
    {SYS_name_to_handle_at, "name_to_handle_at", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {SYS_open_by_handle_at, "open_by_handle_at", {kDescriptor}, {}, Special::kUnmodelled},
    {SYS_open_tree, "open_tree", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {SYS_move_mount, "move_mount", {kDirectory, kPath, kDirectory, kPath},
     {}, Special::kUnmodelled},
    {SYS_fspick, "fspick", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {SYS_mount_setattr, "mount_setattr", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {SYS_tee, "tee", {kDescriptor, kDescriptor}, {}, Special::kUnmodelled},
    {SYS_vmsplice, "vmsplice", {kDescriptor}, {}, Special::kUnmodelled},
    {kCallSetxattrat, "setxattrat", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {kCallGetxattrat, "getxattrat", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {kCallListxattrat, "listxattrat", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {kCallRemovexattrat, "removexattrat", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {kCallOpenTreeAttr, "open_tree_attr", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {kCallFileGetattr, "file_getattr", {kDirectory, kPath}, {}, Special::kUnmodelled},
    {kCallFileSetattr, "file_setattr", {kDirectory, kPath}, {}, Special::kUnmodelled},
};
// clang-format on

struct Index {
  std::vector<Row> rows;
  std::array<const Row*, kLastKnownCall + 1> by_number = {};
};

const Index& GetIndex() {
  static const Index index = [] {
    Index made;
    made.rows.assign(std::begin(kRows), std::end(kRows));
    std::sort(made.rows.begin(), made.rows.end(),
              [](const Row& a, const Row& b) { return a.number < b.number; });
    for (const Row& row : made.rows) {
      made.by_number[static_cast<size_t>(row.number)] = &row;
    }
    return made;
  }();
  return index;
}

}  // namespace

std::span<const Row> AllRows() { return GetIndex().rows; }

std::vector<int64_t> NumbersToStopAt(bool clocks) {
  std::vector<int64_t> numbers;
  for (const Row& row : AllRows()) {
    if (clocks || row.special != Special::kClock) numbers.push_back(row.number);
  }
  return numbers;
}

const Row* FindRow(int64_t number) {
  if (number < 0 || number > kLastKnownCall) return nullptr;
  return GetIndex().by_number[static_cast<size_t>(number)];
}

}  // namespace tearproof::trace
