#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "harness/trace/call.h"

namespace tearproof::trace {
namespace {

using enum AccessMode;

// One target's parts, added to a footprint. A part that the target does not have is left out.
void TouchPart(const Target& target, Part part, AccessMode mode, Footprint* footprint) {
  const std::optional<FoundFile> file = target.file();
  const Place& place = target.place;
  const bool named = place.reachable && !place.root && !place.name.empty();
  switch (part) {
    case Part::kNone:
      return;
    case Part::kEntry:
      // The lookup has it last.
      if (named) Add({place.passed.back().object, mode}, footprint);
      return;
    case Part::kList:
      if (named) Add({{ObjectKind::kList, place.directory}, mode}, footprint);
      return;
    case Part::kData:
      if (!file) return;
      Add({{file->directory ? ObjectKind::kList : ObjectKind::kData, file->number}, mode},
          footprint);
      return;
    case Part::kMeta:
      if (file) Add({{ObjectKind::kMeta, file->number}, mode}, footprint);
      return;
    case Part::kOffset:
      if (target.description != nullptr) {
        Add({{ObjectKind::kOffset, target.description->number}, mode}, footprint);
      }
      return;
    case Part::kLock:
      if (file) Add({{ObjectKind::kLock, file->number}, mode}, footprint);
      return;
  }
}

void AddAll(const Footprint& accesses, Footprint* footprint) {
  for (const Access& access : accesses) Add(access, footprint);
}

// The target is as its kind wants it; else the call fails when it gets there.
bool IsAsWanted(const Target& target) {
  if (target.description != nullptr || !target.place.within) return true;
  switch (target.kind) {
    case ArgumentKind::kPath:
    case ArgumentKind::kPathOfLink:
      return target.place.file.has_value();
    case ArgumentKind::kPathOfNew:
      return target.place.reachable && !target.place.file.has_value();
    case ArgumentKind::kPathOrNew:
    case ArgumentKind::kPathTo:
      return target.place.reachable;
    default:
      return true;
  }
}

// All lookups in order. False: the last one ends the call.
bool AddLookups(const Call& call, Footprint* footprint) {
  for (size_t i = 0; i < call.target_count; ++i) {
    AddAll(call.targets[i].place.passed, footprint);
    if (!IsAsWanted(call.targets[i])) return false;
  }
  return true;
}

void AddOpen(const Call& call, Footprint* footprint) {
  const Target& target = call.targets[0];
  const bool exclusive = (call.flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
  if (!target.file()) {
    if ((call.flags & O_CREAT) == 0) return;
    TouchPart(target, Part::kEntry, kWrite, footprint);
    TouchPart(target, Part::kList, kUpdate, footprint);
    return;
  }
  if (exclusive) return;
  TouchPart(target, Part::kMeta, kRead, footprint);
  if ((call.flags & O_TRUNC) != 0 && !target.file()->directory) {
    TouchPart(target, Part::kData, kWrite, footprint);
  }
}

void AddControl(const Call& call, Footprint* footprint) {
  const Target& target = call.targets[0];
  switch (call.arguments[1]) {
    case F_GETLK:
    case F_OFD_GETLK:
      TouchPart(target, Part::kLock, kRead, footprint);
      return;
    case F_GETFL:
      TouchPart(target, Part::kOffset, kRead, footprint);
      return;
    case F_SETFL:
      // O_APPEND is the description's, like its position.
      TouchPart(target, Part::kOffset, kWrite, footprint);
      return;
    default:
      return;
  }
}

void AddSeek(const Call& call, Footprint* footprint) {
  const Target& target = call.targets[0];
  const auto offset = static_cast<int64_t>(call.arguments[1]);
  const auto whence = static_cast<int>(call.arguments[2]);
  const bool asks = whence == SEEK_CUR && offset == 0;
  TouchPart(target, Part::kOffset, asks ? kRead : kWrite, footprint);
  if (whence != SEEK_SET && whence != SEEK_CUR) TouchPart(target, Part::kData, kRead, footprint);
}

// `own_offset`: there is no pointer to one.
void AddTransfer(const Target& target, AccessMode mode, bool own_offset, Footprint* footprint) {
  TouchPart(target, Part::kData, mode, footprint);
  if (own_offset) TouchPart(target, Part::kOffset, kWrite, footprint);
}

void AddRename(const Call& call, Footprint* footprint) {
  const Target& target = call.targets[1];
  if ((call.flags & RENAME_NOREPLACE) != 0 && target.file()) {
    *footprint = OnlyReads(*footprint);
    return;
  }
  // Only an empty directory can be replaced.
  if (target.file() && target.file()->directory) {
    TouchPart(target, Part::kData, kWrite, footprint);
  }
}

bool IsHarmlessDeviceControl(uint64_t command) {
  switch (command) {
    case TCGETS:  // isatty(3)
    case TIOCGWINSZ:
    case FIOCLEX:
    case FIONCLEX:
    case FIONBIO:
    case FIONREAD:
    case FS_IOC_GETFLAGS:
      return true;
    default:
      return false;
  }
}

bool IsModelledControl(uint64_t command) {
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
    case F_GETFD:
    case F_SETFD:
    case F_GETFL:
    case F_SETFL:
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
    case F_GET_SEALS:
    case F_GETLEASE:
      return true;
    default:
      return false;
  }
}

void AddClosed(const Call& call, const Caller& caller, Footprint* footprint) {
  if ((call.arguments[2] & CLOSE_RANGE_CLOEXEC) != 0) return;
  for (const int descriptor : caller.files->Between(call.arguments[0], call.arguments[1])) {
    AddAll(caller.files->FreedByClose(descriptor), footprint);
  }
}

// Shared locks, and the ends of them, commute with each other: they are updates. An attempt that is
// refused reads: it would not have been, before or after.
void AddLock(const Call& call, const Caller& caller, const LockTable& locks, Footprint* footprint) {
  const auto lock = call.AsLock(caller);
  if (!lock) return;
  const LockRequest& request = lock->request;
  const bool exclusive = (!lock->frees && request.exclusive) ||
                         locks.Holds(request.owner, request.file).value_or(false);
  Add({{ObjectKind::kLock, request.file}, exclusive ? kWrite : kUpdate}, footprint);
}

void AddSpecial(const Call& call, const Caller& caller, Footprint* footprint) {
  const Target& first = call.targets[0];
  const Target& second = call.targets[1];
  switch (call.row->special) {
    case Special::kOpen:
      return AddOpen(call, footprint);
    case Special::kClose:
      return AddAll(caller.files->FreedByClose(first.descriptor), footprint);
    case Special::kCloseRange:
      return AddClosed(call, caller, footprint);
    case Special::kDuplicateTo:
      if (first.descriptor == second.descriptor) return;
      return AddAll(caller.files->FreedByClose(second.descriptor), footprint);
    case Special::kExit:
      return AddAll(caller.files->FreedByExit(), footprint);
    case Special::kControl:
      return AddControl(call, footprint);
    case Special::kSeek:
      return AddSeek(call, footprint);
    case Special::kRename:
    case Special::kExchangeOrRename:
      return AddRename(call, footprint);
    case Special::kRemoveAt:
      // A directory that is removed must be empty, and nobody may enter a name into it.
      if ((call.arguments[2] & AT_REMOVEDIR) != 0) TouchPart(first, Part::kData, kWrite, footprint);
      return;
    case Special::kSendFile:
      AddTransfer(first, kWrite, true, footprint);
      return AddTransfer(second, kRead, call.arguments[2] == 0, footprint);
    case Special::kCopy:
      AddTransfer(first, kRead, call.arguments[1] == 0, footprint);
      return AddTransfer(second, kWrite, call.arguments[3] == 0, footprint);
    case Special::kMap:
      if ((call.arguments[3] & MAP_SHARED) != 0 && (call.arguments[2] & PROT_WRITE) != 0) {
        TouchPart(first, Part::kData, kWrite, footprint);
      }
      return;
    case Special::kUnmodelled:
      for (const Target& target : call.targets) {
        for (const Part part : {Part::kEntry, Part::kData, Part::kMeta, Part::kOffset}) {
          TouchPart(target, part, kWrite, footprint);
        }
        TouchPart(target, Part::kList, kUpdate, footprint);
      }
      return;
    default:
      return;
  }
}

// Who has a file open decides whether it can be renamed or removed.
void AddOpenings(const Call& call, const Caller& caller, Footprint* footprint) {
  const auto add_of = [&](const Target& target, AccessMode mode) {
    const std::optional<FoundFile> file = target.file();
    if (file && !file->directory) Add({{ObjectKind::kOpening, file->number}, mode}, footprint);
  };
  switch (call.row->special) {
    case Special::kOpen:
      return add_of(call.targets[0], kUpdate);
    case Special::kClose:
      return AddAll(caller.files->OpeningsEndedByClose(call.targets[0].descriptor), footprint);
    case Special::kDuplicateTo:
      return AddAll(caller.files->OpeningsEndedByClose(call.targets[1].descriptor), footprint);
    case Special::kCloseRange:
    case Special::kExit:
      return AddAll(caller.files->OpeningsEndedByExit(), footprint);
    case Special::kRename:
    case Special::kExchangeOrRename:
      add_of(call.targets[1], kRead);
      [[fallthrough]];
    case Special::kRemove:
    case Special::kRemoveAt:
      return add_of(call.targets[0], kRead);
    default:
      return;
  }
}

}  // namespace

Footprint PredictFootprint(const Call& call, const Caller& caller, const Scene& scene) {
  Footprint footprint;
  if (!AddLookups(call, &footprint)) return OnlyReads(footprint);
  if (scene.refuses_sharing) AddOpenings(call, caller, &footprint);
  for (const Touch& touch : call.row->touches) {
    TouchPart(call.targets[touch.target], touch.part, touch.mode, &footprint);
  }
  AddSpecial(call, caller, &footprint);
  AddLock(call, caller, scene.locks, &footprint);
  return footprint;
}

LockRole PredictLockRole(const Call& call, const Caller& caller, const Scene& scene) {
  const auto lock = call.AsLock(caller);
  if (lock) {
    const std::optional<bool> held = scene.locks.Holds(lock->request.owner, lock->request.file);
    if (lock->frees) return held ? LockRole::kRelease : LockRole::kNone;
    if (held.value_or(false) && !lock->request.exclusive) return LockRole::kRelease;
    return call.LocksAndWaits() ? LockRole::kAttempt : LockRole::kNone;
  }
  Footprint freed;
  AddSpecial(call, caller, &freed);
  const bool frees = std::any_of(freed.begin(), freed.end(), [](const Access& access) {
    return access.object.kind == ObjectKind::kLock;
  });
  const bool asks = call.row->special == Special::kControl;  // F_GETLK
  return frees && !asks ? LockRole::kRelease : LockRole::kNone;
}

bool WouldWait(const Call& call, const Caller& caller, const Scene& scene) {
  if (!call.LocksAndWaits()) return false;
  const auto lock = call.AsLock(caller);
  return lock && !scene.locks.CanGrant(lock->request);
}

Unseen PredictUnseen(const Call& call, const Scene& scene) {
  const std::optional<FoundFile> file = call.targets[0].file();
  switch (call.row->special) {
    case Special::kUnmodelled:
      return Unseen::kUnmodelledCall;
    case Special::kControl:
      return IsModelledControl(call.arguments[1]) ? Unseen::kNothing : Unseen::kUnmodelledCall;
    case Special::kControlDevice:
      return IsHarmlessDeviceControl(call.arguments[1]) ? Unseen::kNothing
                                                        : Unseen::kUnmodelledCall;
    case Special::kMap:
      if ((call.arguments[3] & MAP_SHARED) != 0 && (call.arguments[2] & PROT_WRITE) != 0) {
        return Unseen::kSharedMapping;
      }
      return Unseen::kNothing;
    default:
      break;
  }
  // Somebody may be reading what this call changes, through memory.
  if (scene.mapped.empty()) return Unseen::kNothing;
  for (const Touch& touch : call.row->touches) {
    if (touch.part != Part::kData || touch.mode != kWrite) continue;
    if (file && scene.mapped.contains(file->number)) return Unseen::kSharedMapping;
  }
  const bool truncates = call.row->special == Special::kOpen && (call.flags & O_TRUNC) != 0;
  if (truncates && file && scene.mapped.contains(file->number)) return Unseen::kSharedMapping;
  return Unseen::kNothing;
}

}  // namespace tearproof::trace
