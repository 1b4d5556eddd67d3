// Which call may fail in which way, and whose word that is.
//
// Each row is what section 2 of the Linux manual pages (man-pages 6.03) lists under ERRORS of the
// page named, for files of a cache: not for pipes, terminals and slow devices, for which alone
// open(2) has EINTR.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <fstream>

#include "harness/trace/call.h"

namespace tearproof::trace {
namespace {

constexpr FaultSet kEnospc = Only(Fault::kNoSpace);
constexpr FaultSet kEio = Only(Fault::kInputOutput);
constexpr FaultSet kEdquot = Only(Fault::kQuota);
constexpr FaultSet kEintr = Only(Fault::kInterrupted);
constexpr FaultSet kEmfile = Only(Fault::kTooManyFiles);
constexpr FaultSet kExdev = Only(Fault::kCrossDevice);
constexpr FaultSet kEacces = Only(Fault::kNoAccess);
constexpr FaultSet kHalf = Only(Fault::kShort);
constexpr FaultSet kFull = kEnospc | kEdquot;

struct FaultRow {
  int64_t number;
  std::string_view page;
  FaultSet faults;
  FaultSet where_new = 0;  // Of open: only where it is to make a file.
};

constexpr FaultRow kRowsOfFaults[] = {
    {SYS_open, "open", kEacces | kEmfile, kFull},
    {SYS_creat, "open", kEacces | kEmfile, kFull},
    {SYS_openat, "open", kEacces | kEmfile, kFull},
    {SYS_openat2, "open", kEacces | kEmfile, kFull},
    {SYS_close, "close", kEio | kEintr | kFull},
    {SYS_dup, "dup", kEmfile},
    {SYS_dup2, "dup", kEintr},
    {SYS_dup3, "dup", kEintr},

    {SYS_read, "read", kEio | kEintr | kHalf},
    {SYS_readv, "readv, read", kEio | kEintr},
    {SYS_pread64, "pread, read", kEio | kEintr | kHalf},
    {SYS_preadv, "readv, read", kEio | kEintr},
    {SYS_preadv2, "readv, read", kEio | kEintr},
    {SYS_write, "write", kEio | kEintr | kFull | kHalf},
    {SYS_writev, "readv, write", kEio | kEintr | kFull},
    {SYS_pwrite64, "pread, write", kEio | kEintr | kFull | kHalf},
    {SYS_pwritev, "readv, write", kEio | kEintr | kFull},
    {SYS_pwritev2, "readv, write", kEio | kEintr | kFull},
    {SYS_sendfile, "sendfile", kEio},
    {SYS_copy_file_range, "copy_file_range", kEio | kEnospc | kExdev},
    {SYS_truncate, "truncate", kEacces | kEio | kEintr},
    {SYS_ftruncate, "truncate", kEio | kEintr},
    {SYS_fallocate, "fallocate", kEio | kEintr | kEnospc},
    {SYS_fsync, "fsync", kEio | kEintr | kFull},
    {SYS_fdatasync, "fsync", kEio | kEintr | kFull},
    {SYS_sync_file_range, "sync_file_range", kEio | kEnospc},
    {SYS_syncfs, "sync", kEio | kFull},

    {SYS_rename, "rename", kEacces | kFull | kExdev},
    {SYS_renameat, "rename", kEacces | kFull | kExdev},
    {SYS_renameat2, "rename", kEacces | kFull | kExdev},
    {SYS_link, "link", kEacces | kEio | kFull | kExdev},
    {SYS_linkat, "link", kEacces | kEio | kFull | kExdev},
    {SYS_unlink, "unlink", kEacces | kEio},
    {SYS_unlinkat, "unlink", kEacces | kEio},
    {SYS_rmdir, "rmdir", kEacces},
    {SYS_mkdir, "mkdir", kEacces | kFull},
    {SYS_mkdirat, "mkdir", kEacces | kFull},
    {SYS_mknod, "mknod", kEacces | kFull},
    {SYS_mknodat, "mknod", kEacces | kFull},
    {SYS_symlink, "symlink", kEacces | kEio | kFull},
    {SYS_symlinkat, "symlink", kEacces | kEio | kFull},
    {SYS_readlink, "readlink", kEacces | kEio},
    {SYS_readlinkat, "readlink", kEacces | kEio},

    {SYS_stat, "stat", kEacces},
    {SYS_lstat, "stat", kEacces},
    {SYS_newfstatat, "stat", kEacces},
    {SYS_statx, "statx", kEacces},
    {SYS_access, "access", kEacces | kEio},
    {SYS_faccessat, "access", kEacces | kEio},
    {SYS_faccessat2, "access", kEacces | kEio},
    {SYS_chmod, "chmod", kEacces | kEio},
    {SYS_fchmod, "chmod", kEio},
    {SYS_fchmodat, "chmod", kEacces | kEio},
    {SYS_chown, "chown", kEacces | kEio},
    {SYS_lchown, "chown", kEacces | kEio},
    {SYS_fchown, "chown", kEio},
    {SYS_utime, "utime", kEacces},
    {SYS_utimes, "utime", kEacces},
    {SYS_utimensat, "utimensat", kEacces},
    {SYS_setxattr, "setxattr", kFull},
    {SYS_fsetxattr, "setxattr", kFull},
};

const FaultRow* FindFaultRow(int64_t number) {
  const auto* const row = std::ranges::find(kRowsOfFaults, number, &FaultRow::number);
  return row == std::end(kRowsOfFaults) ? nullptr : row;
}

std::string OfDescriptor(const char* kind, const Call& call, const Caller& caller) {
  return fmt::format("/proc/{}/{}/{}", caller.thread, kind, call.targets[0].descriptor);
}

// What a read would find from there to the end of the file.
uint64_t LeftToRead(const Call& call, const Caller& caller) {
  struct stat status;
  if (stat(OfDescriptor("fd", call, caller).c_str(), &status) != 0) return 0;
  uint64_t position = call.arguments[3];
  if (call.row->number == SYS_read) {
    std::ifstream file(OfDescriptor("fdinfo", call, caller));
    std::string name;
    file >> name >> position;  // "pos:"
  }
  const auto size = static_cast<uint64_t>(status.st_size);
  return size - std::min(size, position);
}

}  // namespace

uint64_t HalfOfTransfer(const Call& call, const Caller& caller) {
  if (call.targets[0].description == nullptr || call.targets[0].description->directory) return 0;
  switch (call.row->number) {
    case SYS_read:
    case SYS_pread64:
      return std::min(call.arguments[2], LeftToRead(call, caller)) / 2;
    case SYS_write:
    case SYS_pwrite64:
      return call.arguments[2] / 2;
    default:
      return 0;
  }
}

FaultSet PossibleFaults(const Call& call, const Caller& caller, FaultSet asked) {
  // A call that locks has no other fault than an interrupted wait, fcntl(2), flock(2).
  if (call.LocksAndWaits()) return asked & kEintr;
  const FaultRow* const row = FindFaultRow(call.row->number);
  if (row == nullptr) return 0;
  FaultSet possible = row->faults;
  const bool makes = (call.flags & O_TMPFILE) == O_TMPFILE ||
                     ((call.flags & O_CREAT) != 0 && !call.targets[0].file());
  if (makes) possible |= row->where_new;
  possible &= asked;
  if (Contains(possible, Fault::kShort) && HalfOfTransfer(call, caller) == 0) possible &= ~kHalf;
  return possible;
}

bool IsRefusedBySharing(const Call& call, const Scene& scene) {
  const auto is_open = [&](const Target& target) {
    const std::optional<FoundFile> file = target.file();
    return file && !file->directory && scene.openings.IsOpen(file->number);
  };
  switch (call.row->special) {
    case Special::kRename:
    case Special::kExchangeOrRename:
      return is_open(call.targets[0]) || is_open(call.targets[1]);
    case Special::kRemove:
    case Special::kRemoveAt:
      return is_open(call.targets[0]);
    default:
      return false;
  }
}

}  // namespace tearproof::trace
