#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>

#include "harness/trace/call.h"

namespace tearproof::trace {
namespace {

std::string Quoted(const Target& target, const Scene& scene) {
  return fmt::format("\"{}\"", scene.view.PathToShow(target.path()));
}

void LoseLink(const Target& target, Scene* scene) {
  if (target.place.file && target.place.file->last_link) {
    scene->identity.NoteNameless(target.place.file->number);
  }
}

// Gives what lies at the target's place now the number of a new file.
std::optional<FoundFile> NumberNew(const Target& target, const Caller& caller, Scene* scene) {
  struct stat status;
  if (!scene->view.Look(target.place.path, &status)) return std::nullopt;
  const uint64_t number = scene->identity.NumberOfNew(status.st_dev, status.st_ino, caller.process);
  scene->identity.NoteNamed(number);
  scene->clock.NoteMade(number, caller.now);
  return FoundFile{number, S_ISDIR(status.st_mode), true};
}

// O_TMPFILE: a file without a name.
std::optional<FoundFile> NumberNameless(int descriptor, const Caller& caller, Scene* scene) {
  struct stat status;
  const std::string path = fmt::format("/proc/{}/fd/{}", caller.thread, descriptor);
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  const uint64_t number = scene->identity.NumberOfNew(status.st_dev, status.st_ino, caller.process);
  scene->identity.NoteNameless(number);
  scene->clock.NoteMade(number, caller.now);
  return FoundFile{number, false, false};
}

// Of an open descriptor, where a log is kept; 0 elsewhere.
ino_t InodeOf(int descriptor, const Caller& caller, const Scene& scene) {
  struct stat status;
  if (!scene.records_changes) return 0;
  const std::string path = fmt::format("/proc/{}/fd/{}", caller.thread, descriptor);
  return stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::string ApplyOpen(const Call& call, int descriptor, const Caller& caller, Scene* scene) {
  const Target& target = call.targets[0];
  std::optional<FoundFile> file = target.file();
  std::string effect;
  if ((call.flags & O_TMPFILE) == O_TMPFILE) {
    file = NumberNameless(descriptor, caller, scene);
    effect = "creates a file without a name";
  } else if (!file) {
    file = NumberNew(target, caller, scene);
    effect = "creates " + Quoted(target, *scene);
  } else if ((call.flags & O_TRUNC) != 0) {
    effect = "truncates " + Quoted(target, *scene);
  }
  // A link led out of the cache.
  if (!file) return effect;
  auto description = std::make_shared<Description>();
  description->number = scene->identity.NumberOfDescription(caller.process);
  description->file = file->number;
  description->inode = InodeOf(descriptor, caller, *scene);
  description->path = target.path();
  description->directory = file->directory;
  if (scene->refuses_sharing) scene->openings.Note(description);
  caller.files->Open(descriptor, std::move(description), (call.flags & O_CLOEXEC) != 0);
  return effect;
}

void ApplyDuplicate(const Target& from, int descriptor, bool close_on_exec, const Caller& caller) {
  if (from.descriptor == descriptor) return;
  caller.files->Close(descriptor);
  if (from.description != nullptr) {
    caller.files->Open(descriptor, from.description, close_on_exec);
  }
}

void ApplyLock(const Call& call, const Caller& caller, Scene* scene) {
  const auto lock = call.AsLock(caller);
  if (!lock) return;
  if (lock->frees) {
    scene->locks.Free(lock->request);
  } else {
    scene->locks.Grant(lock->request);
  }
}

void ApplyControl(const Call& call, int64_t result, const Caller& caller, Scene* scene) {
  const Target& target = call.targets[0];
  switch (call.arguments[1]) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return ApplyDuplicate(target, static_cast<int>(result), call.arguments[1] == F_DUPFD_CLOEXEC,
                            caller);
    case F_SETFD:
      return caller.files->SetCloseOnExec(target.descriptor, (call.arguments[2] & FD_CLOEXEC) != 0);
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return ApplyLock(call, caller, scene);
    default:
      return;
  }
}

void ApplyCloseRange(const Call& call, const Caller& caller) {
  const bool only_mark = (call.arguments[2] & CLOSE_RANGE_CLOEXEC) != 0;
  for (const int descriptor : caller.files->Between(call.arguments[0], call.arguments[1])) {
    if (only_mark) {
      caller.files->SetCloseOnExec(descriptor, true);
    } else {
      caller.files->Close(descriptor);
    }
  }
}

std::string ApplyRename(const Call& call, const Caller& caller, Scene* scene) {
  const Target& from = call.targets[0];
  const Target& to = call.targets[1];
  if ((call.flags & RENAME_EXCHANGE) != 0) return "";
  // From outside: what has come is seen for the first time, at its new name.
  if (!from.place.within) NumberNew(to, caller, scene);
  if (!to.place.within) return "takes " + Quoted(from, *scene) + " out of the cache";
  const bool same =
      to.place.file && from.place.file && to.place.file->number == from.place.file->number;
  if (same) return "";
  LoseLink(to, scene);
  return (to.place.file ? "replaces " : "creates ") + Quoted(to, *scene);
}

std::string ApplyName(const Call& call, const Caller& caller, Scene* scene) {
  switch (call.row->special) {
    case Special::kCreate: {
      const Target& made = call.targets[0];
      NumberNew(made, caller, scene);
      return "creates " + Quoted(made, *scene);
    }
    case Special::kLink:
      if (const auto file = call.targets[0].file()) {
        scene->identity.NoteNamed(file->number);
      } else {
        NumberNew(call.targets[1], caller, scene);
      }
      return "creates " + Quoted(call.targets[1], *scene);
    case Special::kRename:
    case Special::kExchangeOrRename:
      return ApplyRename(call, caller, scene);
    default:
      LoseLink(call.targets[0], scene);
      return "removes " + Quoted(call.targets[0], *scene);
  }
}

// Or may do so.
bool MovesDirectories(const Call& call) {
  switch (call.row->special) {
    case Special::kRename:
    case Special::kExchangeOrRename:
    case Special::kRemove:
    case Special::kRemoveAt:
      return std::any_of(call.targets.begin(), call.targets.end(), [](const Target& target) {
        return target.file() && target.file()->directory;
      });
    default:
      return call.row->special == Special::kUnmodelled;
  }
}

}  // namespace

bool LeavesTraces(const Call& call) {
  switch (call.row->special) {
    case Special::kCreate:
      return !call.targets[0].place.file.has_value();  // Else it fails.
    case Special::kNone:
    case Special::kRead:
    case Special::kWrite:
    case Special::kSeek:
    case Special::kCopy:
    case Special::kSendFile:
    case Special::kTimes:
    case Special::kControlDevice:
    case Special::kSyncSystem:
      return false;
    default:
      return true;
  }
}

bool CannotFail(const Call& call, const Scene& scene) {
  // Elsewhere close(2) may tell of a write that failed.
  return call.row->special == Special::kClose && call.targets[0].description != nullptr &&
         scene.view.in_memory();
}

std::string ApplyCall(const Call& call, int64_t result, const Caller& caller, Scene* scene) {
  const Target& first = call.targets[0];
  if (MovesDirectories(call)) scene->view.ForgetDirectories();
  if (call.row->special == Special::kClose) {
    // It is closed even where close(2) fails.
    caller.files->Close(first.descriptor);
    return "";
  }
  if (result < 0) return "";
  switch (call.row->special) {
    case Special::kOpen:
      return ApplyOpen(call, static_cast<int>(result), caller, scene);
    case Special::kCloseRange:
      ApplyCloseRange(call, caller);
      return "";
    case Special::kDuplicate:
    case Special::kDuplicateTo:
      ApplyDuplicate(first, static_cast<int>(result), (call.flags & O_CLOEXEC) != 0, caller);
      return "";
    case Special::kControl:
      ApplyControl(call, result, caller, scene);
      return "";
    case Special::kFlock:
      ApplyLock(call, caller, scene);
      return "";
    case Special::kMap:
      scene->mapped.insert(first.file()->number);
      return "";
    case Special::kCreate:
    case Special::kLink:
    case Special::kRename:
    case Special::kExchangeOrRename:
    case Special::kRemove:
    case Special::kRemoveAt:
      return ApplyName(call, caller, scene);
    default:
      break;
  }
  if (first.description != nullptr && scene->identity.IsNameless(first.description->file)) {
    return fmt::format("the file that was {}, and has no name now", Quoted(first, *scene));
  }
  return "";
}

}  // namespace tearproof::trace
