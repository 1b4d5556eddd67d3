// Calls as changes of files. Nothing else moves while a call is looked at, so what it wrote is read
// back from the file, whatever the call took it from.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "harness/core/clock.h"
#include "harness/core/unique_fd.h"
#include "harness/trace/call.h"

namespace tearproof::trace {
namespace {

constexpr uint64_t kMostRecorded = uint64_t{64} << 20;
constexpr uint64_t kNoAppend = 0x20;  // RWF_NOAPPEND, which is newer than some headers.

// A descriptor as /proc shows it.
struct OpenState {
  uint64_t position = 0;
  uint64_t flags = 0;
};

class ChangeMaker {
 public:
  ChangeMaker(const Call& call, int64_t result, const Caller& caller, const Scene& scene)
      : call_(call), result_(result), caller_(caller), scene_(scene) {}

  std::vector<Change> Make() {
    if (call_.row->special == Special::kClose) {
      MakeClose();
      return std::move(changes_);
    }
    if (result_ < 0) return {};
    switch (call_.row->special) {
      case Special::kOpen:
        MakeOpen();
        break;
      case Special::kCreate:
      case Special::kLink:
      case Special::kRename:
      case Special::kExchangeOrRename:
      case Special::kRemove:
      case Special::kRemoveAt:
        MakeName();
        break;
      case Special::kSendFile:
        MakeWrite(0, UINT64_MAX);
        break;
      case Special::kCopy:
        MakeCopy();
        break;
      case Special::kMap:
        if ((call_.arguments[3] & MAP_SHARED) != 0 && (call_.arguments[2] & PROT_WRITE) != 0) {
          AddOfFile(ChangeKind::kMap, 0);
        }
        break;
      case Special::kUnmodelled:
        Add(ChangeKind::kUnknown);
        break;
      case Special::kControl:
      case Special::kControlDevice:
        if (PredictUnseen(call_, scene_) == Unseen::kUnmodelledCall) Add(ChangeKind::kUnknown);
        break;
      case Special::kTimes:
        MakeTimes();
        break;
      case Special::kSyncSystem:
        Add(ChangeKind::kSyncSystem);
        break;
      default:
        MakeByNumber();
    }
    return std::move(changes_);
  }

 private:
  std::string ProcPath(const char* kind, size_t target) const {
    return fmt::format("/proc/{}/{}/{}", caller_.thread, kind, call_.targets[target].descriptor);
  }

  std::string Show(const std::string& path) const { return scene_.view.PathToShow(path); }

  Change& Add(ChangeKind kind) {
    Change& change = changes_.emplace_back();
    change.kind = kind;
    return change;
  }

  bool Look(size_t target, struct stat* status) const {
    const Target& named = call_.targets[target];
    if (named.description != nullptr) return stat(ProcPath("fd", target).c_str(), status) == 0;
    if (!named.place.within) return false;
    return scene_.view.Look(named.place.path, status);
  }

  // Of what the target is now.
  Change* AddOfFile(ChangeKind kind, size_t target) {
    struct stat status;
    if (!call_.targets[target].concerns() || !Look(target, &status)) return nullptr;
    Change& change = Add(kind);
    change.inode = status.st_ino;
    change.mode = status.st_mode & 07777;
    change.shown = Show(call_.targets[target].path());
    return &change;
  }

  Change* AddNew(ChangeKind kind, size_t target) {
    Change* change = AddOfFile(kind, target);
    if (change != nullptr) change->path = call_.targets[target].path();
    return change;
  }

  OpenState StateOf(size_t target) const {
    OpenState state;
    std::ifstream file(ProcPath("fdinfo", target));
    for (std::string name; file >> name;) {
      if (name == "pos:") file >> std::dec >> state.position;
      if (name == "flags:") file >> std::oct >> state.flags;
      if (name == "mnt_id:") break;
    }
    return state;
  }

  void MakeClose() {
    // The descriptor is gone already; the file is known by where it was opened.
    const Target& target = call_.targets[0];
    if (target.description == nullptr) return;
    Change& change = Add(ChangeKind::kClose);
    change.inode = target.description->inode;
    change.shown = Show(target.path());
  }

  void MakeOpen() {
    const Target& target = call_.targets[0];
    const std::string path = fmt::format("/proc/{}/fd/{}", caller_.thread, result_);
    struct stat status;
    if (!target.concerns() || stat(path.c_str(), &status) != 0) return;
    const bool nameless = (call_.flags & O_TMPFILE) == O_TMPFILE;
    const bool creates = nameless || !target.file();
    if (creates && (call_.flags & (O_CREAT | O_TMPFILE)) != 0) {
      Change& change = Add(ChangeKind::kCreate);
      change.inode = status.st_ino;
      change.mode = status.st_mode & 07777;
      if (!nameless) change.path = target.path();
      change.shown = nameless ? "a file without a name" : Show(target.path());
    } else if ((call_.flags & O_TRUNC) != 0 && S_ISREG(status.st_mode)) {
      Change& change = Add(ChangeKind::kResize);
      change.inode = status.st_ino;
      change.shown = Show(target.path());
    }
  }

  void MakeName() {
    switch (call_.row->special) {
      case Special::kCreate:
        return MakeNew();
      case Special::kLink:
        if (!call_.targets[0].concerns() || AddNew(ChangeKind::kLink, 1) == nullptr) {
          Add(ChangeKind::kUnknown);
        }
        return;
      case Special::kRename:
      case Special::kExchangeOrRename: {
        if (!call_.targets[0].place.within || !call_.targets[1].place.within) {
          Add(ChangeKind::kUnknown);
          return;
        }
        const bool exchange = (call_.flags & RENAME_EXCHANGE) != 0;
        Change& change = Add(exchange ? ChangeKind::kExchange : ChangeKind::kRename);
        change.path = call_.targets[0].path();
        change.to = call_.targets[1].path();
        change.shown = Show(change.path);
        change.shown_to = Show(change.to);
        return;
      }
      default: {
        Change& change = Add(ChangeKind::kRemove);
        change.path = call_.targets[0].path();
        change.shown = Show(change.path);
      }
    }
  }

  void MakeNew() {
    const size_t target = call_.target_count - 1;
    struct stat status;
    if (!Look(target, &status)) return;
    if (S_ISDIR(status.st_mode)) {
      AddNew(ChangeKind::kMakeDirectory, target);
    } else if (S_ISLNK(status.st_mode)) {
      if (Change* change = AddNew(ChangeKind::kSymlink, target)) change->bytes = call_.text;
    } else if (S_ISREG(status.st_mode)) {
      AddNew(ChangeKind::kCreate, target);
    } else {
      Add(ChangeKind::kUnknown);
    }
  }

  // `offset`: UINT64_MAX is where the descriptor's position stood before. `own`: RWF_ flags, which
  // count for this write as the descriptor's do for all.
  void MakeWrite(size_t target, uint64_t offset, uint64_t own = 0) {
    if (result_ == 0 || call_.targets[target].description == nullptr) return;
    const OpenState state = StateOf(target);
    const auto length = static_cast<uint64_t>(result_);
    if (offset == UINT64_MAX) offset = state.position - length;
    const bool appends =
        (own & RWF_APPEND) != 0 || ((state.flags & O_APPEND) != 0 && (own & kNoAppend) == 0);
    if (appends) {
      struct stat status;
      if (Look(target, &status)) offset = static_cast<uint64_t>(status.st_size) - length;
    }
    AddBytes(target, offset, length);
    if ((state.flags & O_SYNC) == O_SYNC || (own & RWF_SYNC) != 0) {
      AddOfFile(ChangeKind::kSync, target);
    } else if ((state.flags & O_DSYNC) != 0 || (own & RWF_DSYNC) != 0) {
      AddOfFile(ChangeKind::kSyncData, target);
    }
  }

  void AddBytes(size_t target, uint64_t offset, uint64_t length) {
    const UniqueFd file(open(ProcPath("fd", target).c_str(), O_RDONLY | O_CLOEXEC));
    Change* change = AddOfFile(ChangeKind::kWrite, target);
    if (change == nullptr) return;
    change->offset = offset;
    change->bytes.resize(std::min(length, kMostRecorded));
    const ssize_t got =
        pread(file.get(), change->bytes.data(), change->bytes.size(), static_cast<off_t>(offset));
    if (got != static_cast<ssize_t>(length)) change->kind = ChangeKind::kUnknown;
  }

  void MakeCopy() {
    if (call_.targets[1].description == nullptr) return;
    uint64_t end = 0;
    const bool given = call_.arguments[3] != 0 &&
                       ReadMemory(caller_.thread, call_.arguments[3], &end, sizeof(end)) > 0;
    MakeWrite(1, given ? end - static_cast<uint64_t>(result_) : UINT64_MAX);
  }

  void AddResize(size_t target) {
    struct stat status;
    if (!Look(target, &status)) return;
    if (Change* change = AddOfFile(ChangeKind::kResize, target)) {
      change->offset = static_cast<uint64_t>(status.st_size);
    }
  }

  void MakeAllocate() {
    const uint64_t mode = call_.arguments[1];
    struct stat status;
    if (!Look(0, &status)) return;
    if ((mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)) != 0) {
      AddResize(0);
      AddBytes(0, 0, static_cast<uint64_t>(status.st_size));
    } else if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) {
      AddResize(0);
      const auto size = static_cast<uint64_t>(status.st_size);
      const uint64_t begin = std::min(call_.arguments[2], size);
      AddBytes(0, begin, std::min(call_.arguments[3], size - begin));
    } else if ((mode & FALLOC_FL_KEEP_SIZE) == 0) {
      AddResize(0);
    }
  }

  Change* AddAttribute(const std::string& name, const std::string& value) {
    Change* change = AddOfFile(ChangeKind::kAttribute, 0);
    if (change == nullptr) return nullptr;
    change->attribute = name;
    change->bytes = value;
    return change;
  }

  void MakeTimes() {
    struct stat status;
    if (!Look(0, &status)) return;
    const int64_t modified = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec;
    Change* change = AddAttribute(kModified, std::to_string(modified));
    if (change != nullptr && !GivesTimes(call_)) change->kind = ChangeKind::kNoAttribute;
  }

  void MakeOwner() {
    struct stat status;
    if (!Look(0, &status)) return;
    Change* change = AddAttribute(kOwner, fmt::format("{}:{}", status.st_uid, status.st_gid));
    const bool ours = status.st_uid == geteuid() && status.st_gid == getegid();
    if (change != nullptr && ours) change->kind = ChangeKind::kNoAttribute;
  }

  // Others than those of users decide about access, and are not described.
  void MakeExtended(bool removes) {
    std::string value(removes ? 0 : std::min(call_.arguments[3], kMostRecorded), '\0');
    const ssize_t got = ReadMemory(caller_.thread, call_.arguments[2], value.data(), value.size());
    const bool read = value.empty() || got == static_cast<ssize_t>(value.size());
    if (!read || !call_.text.starts_with("user.")) {
      Add(ChangeKind::kUnknown);
      return;
    }
    Change* change = AddAttribute(call_.text, value);
    if (change != nullptr && removes) change->kind = ChangeKind::kNoAttribute;
  }

  // That nothing above knows what it changed: silence would be taken for "nothing".
  void MakeUnknown() {
    const auto changes = [](const Touch& touch) {
      return touch.mode != AccessMode::kRead && touch.part != Part::kOffset &&
             touch.part != Part::kNone;
    };
    if (std::ranges::any_of(call_.row->touches, changes)) Add(ChangeKind::kUnknown);
  }

  void MakeByNumber() {
    switch (call_.row->number) {
      case SYS_write:
      case SYS_writev:
        return MakeWrite(0, UINT64_MAX);
      case SYS_pwritev2:
        return MakeWrite(0, call_.arguments[3], call_.arguments[5]);
      case SYS_pwrite64:
      case SYS_pwritev:
        return MakeWrite(0, call_.arguments[3]);
      case SYS_truncate:
      case SYS_ftruncate:
        return AddResize(0);
      case SYS_fallocate:
        return MakeAllocate();
      case SYS_fsync:
        AddOfFile(ChangeKind::kSync, 0);
        return;
      case SYS_fdatasync:
        AddOfFile(ChangeKind::kSyncData, 0);
        return;
      case SYS_sync_file_range:
        AddOfFile(ChangeKind::kSyncRange, 0);
        return;
      case SYS_syncfs:
        AddOfFile(ChangeKind::kSyncAll, 0);
        return;
      case SYS_chmod:
      case SYS_fchmod:
      case SYS_fchmodat:
      case kCallFchmodat2:
        AddOfFile(ChangeKind::kMode, 0);
        return;
      case SYS_chown:
      case SYS_lchown:
      case SYS_fchown:
      case SYS_fchownat:
        return MakeOwner();
      case SYS_setxattr:
      case SYS_lsetxattr:
      case SYS_fsetxattr:
        return MakeExtended(false);
      case SYS_removexattr:
      case SYS_lremovexattr:
      case SYS_fremovexattr:
        return MakeExtended(true);
      default:
        return MakeUnknown();
    }
  }

  const Call& call_;
  const int64_t result_;
  const Caller& caller_;
  const Scene& scene_;
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> DescribeChanges(const Call& call, int64_t result, const Caller& caller,
                                    const Scene& scene) {
  return ChangeMaker(call, result, caller, scene).Make();
}

}  // namespace tearproof::trace
