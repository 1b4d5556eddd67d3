#include <fmt/format.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "harness/trace/call.h"

namespace tearproof::trace {
namespace {

std::string ReadLink(const std::string& path) {
  std::array<char, PATH_MAX> content;
  const ssize_t length = readlink(path.c_str(), content.data(), content.size());
  return length < 0 ? "/" : std::string(content.data(), static_cast<size_t>(length));
}

// Where a relative path of the caller's begins.
std::string BaseDirectory(const Caller& caller, int directory) {
  if (directory == AT_FDCWD) return ReadLink(fmt::format("/proc/{}/cwd", caller.thread));
  return ReadLink(fmt::format("/proc/{}/fd/{}", caller.thread, directory));
}

// The n of /proc/self/fd/n, /proc/<the caller>/fd/n, /dev/fd/n; -1: another path.
int DescriptorOfPath(std::string_view path, const Caller& caller) {
  if (!path.starts_with("/proc/") && !path.starts_with("/dev/fd/")) return -1;
  const std::string own = fmt::format("/proc/{}/fd/", caller.id);
  for (const std::string_view prefix :
       {std::string_view("/proc/self/fd/"), std::string_view("/proc/thread-self/fd/"),
        std::string_view("/dev/fd/"), std::string_view(own)}) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view digits = path.substr(prefix.size());
    int number = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size()) return number;
  }
  return -1;
}

bool TextAt(uint64_t address, const Caller& caller, std::string* text) {
  if (caller.texts == nullptr) return ReadString(caller.thread, address, text);
  for (const KnownText& known : *caller.texts) {
    if (known.address != address) continue;
    if (known.text) *text = *known.text;
    return known.text.has_value();
  }
  return ReadString(caller.thread, address, text);
}

struct PathArgument {
  ArgumentKind kind;
  uint64_t address;
  int directory;  // Or AT_FDCWD.
};

uint64_t AtFlags(const Call& call) {
  for (size_t i = 0; i < call.row->arguments.size(); ++i) {
    if (call.row->arguments[i] == ArgumentKind::kAtFlags) return call.arguments[i];
  }
  return 0;
}

bool Follows(const Call& call, ArgumentKind kind, uint64_t at_flags) {
  switch (kind) {
    case ArgumentKind::kPath:
      return (at_flags & AT_SYMLINK_NOFOLLOW) == 0;
    case ArgumentKind::kPathOfLink:
      return (at_flags & AT_SYMLINK_FOLLOW) != 0;
    case ArgumentKind::kPathOrNew:
      return (call.flags & O_NOFOLLOW) == 0 &&
             (call.flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
    default:
      return false;
  }
}

// Whether the call can make the name, and whether it fails if the name is there.
bool MakesName(const Call& call, ArgumentKind kind, bool* exclusive) {
  *exclusive = kind == ArgumentKind::kPathOfNew || (call.flags & O_EXCL) != 0;
  if (kind == ArgumentKind::kPathOrNew) return (call.flags & O_CREAT) != 0;
  return kind == ArgumentKind::kPathOfNew || kind == ArgumentKind::kPathTo;
}

Target DescriptorTarget(ArgumentKind kind, int descriptor, const Caller& caller) {
  Target target;
  target.kind = kind;
  target.descriptor = descriptor;
  target.description = caller.files->Find(descriptor);
  return target;
}

Target PathTarget(const Call& call, const PathArgument& argument, const Caller& caller,
                  Scene* scene) {
  Target target;
  target.kind = argument.kind;
  std::string path;
  if (argument.address != 0 && !TextAt(argument.address, caller, &path)) return target;
  const uint64_t at_flags = AtFlags(call);
  if (path.empty()) {
    // fstat(2) is newfstatat(2) of no path; futimens(3) is utimensat(2) of a null pointer.
    const bool itself = (at_flags & AT_EMPTY_PATH) != 0 || argument.address == 0;
    if (!itself) return target;
    if (argument.directory != AT_FDCWD) {
      return DescriptorTarget(ArgumentKind::kDescriptor, argument.directory, caller);
    }
    path = ".";
  }
  const int descriptor = DescriptorOfPath(path, caller);
  if (descriptor >= 0 && Follows(call, argument.kind, at_flags)) {
    if (auto description = caller.files->Find(descriptor)) {
      target.kind = ArgumentKind::kDescriptor;
      target.descriptor = descriptor;
      target.description = std::move(description);
      return target;
    }
  }
  // We would be meant otherwise.
  constexpr std::string_view kSelf = "/proc/self/";
  if (path.starts_with(kSelf)) {
    path = fmt::format("/proc/{}/{}", caller.id, path.substr(kSelf.size()));
  }
  const auto start = caller.files->Find(argument.directory);
  if (path.front() != '/' && start != nullptr && scene->identity.IsNameless(start->file)) {
    // A directory that has been removed: nothing can be found or made in it.
    target.place.within = true;
    target.place.path = start->path + "/" + path;
    target.place.passed = {{{ObjectKind::kList, start->file}, AccessMode::kRead}};
    return target;
  }
  const std::string base = path.front() == '/' ? "" : BaseDirectory(caller, argument.directory);
  const bool follow = Follows(call, argument.kind, at_flags);
  target.place = scene->view.Find(base, path, follow);
  bool exclusive = false;
  if (target.place.within && target.place.reachable && MakesName(call, argument.kind, &exclusive) &&
      scene->identity.NoteNewName(target.place.name, caller.process, caller.id, exclusive)) {
    scene->view.NameAnew(&target.place);
  }
  return target;
}

void ReadFlags(const Caller& caller, Call* call) {
  for (size_t i = 0; i < call->row->arguments.size(); ++i) {
    const ArgumentKind kind = call->row->arguments[i];
    if (kind == ArgumentKind::kOpenFlags || kind == ArgumentKind::kRenameFlags) {
      call->flags = call->arguments[i];
    }
    if (kind == ArgumentKind::kOpenHow) {
      open_how how = {};
      ReadMemory(caller.thread, call->arguments[i], &how, sizeof(how));
      call->flags = how.flags;
    }
  }
  if (call->row->number == SYS_creat) call->flags = O_CREAT | O_WRONLY | O_TRUNC;
}

bool IsRecordLock(uint64_t command) {
  switch (command) {
    case F_SETLK:
    case F_SETLKW:
    case F_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
    case F_OFD_GETLK:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<FoundFile> Target::file() const {
  if (description != nullptr) {
    return FoundFile{description->file, description->directory, false};
  }
  return place.file;
}

bool Call::LocksAndWaits() const {
  if (row->special == Special::kFlock) {
    return (arguments[1] & LOCK_NB) == 0 && (arguments[1] & LOCK_UN) == 0;
  }
  return row->special == Special::kControl &&
         (arguments[1] == F_SETLKW || arguments[1] == F_OFD_SETLKW);
}

std::optional<Call::Lock> Call::AsLock(const Caller& caller) const {
  const Description* description = targets[0].description.get();
  if (description == nullptr) return std::nullopt;
  if (row->special == Special::kFlock) {
    return Lock{
        {description->file, LockFamily::kFlock, description->number, (arguments[1] & LOCK_EX) != 0},
        (arguments[1] & LOCK_UN) != 0};
  }
  const uint64_t command = arguments[1];
  const bool of_description = command == F_OFD_SETLK || command == F_OFD_SETLKW;
  if (row->special != Special::kControl ||
      !(of_description || command == F_SETLK || command == F_SETLKW)) {
    return std::nullopt;
  }
  Lock lock = {
      {description->file, LockFamily::kRecord,
       of_description ? description->number : caller.files->owner(), record_lock.l_type == F_WRLCK},
      record_lock.l_type == F_UNLCK};
  // From a position that only the kernel knows, it is taken for the whole file.
  if (record_lock.l_whence == SEEK_SET) {
    const int64_t begin = record_lock.l_start + std::min<int64_t>(record_lock.l_len, 0);
    lock.request.begin = static_cast<uint64_t>(std::max<int64_t>(begin, 0));
    if (record_lock.l_len != 0) {
      lock.request.end = lock.request.begin + static_cast<uint64_t>(std::abs(record_lock.l_len));
    }
  }
  return lock;
}

void ReadTexts(const Row& row, const Registers& registers, pid_t thread,
               std::vector<KnownText>* texts) {
  texts->clear();
  for (size_t i = 0; i < row.arguments.size(); ++i) {
    const bool names = IsPath(row.arguments[i]) || row.arguments[i] == ArgumentKind::kText;
    if (names && registers.argument(i) != 0) texts->push_back({registers.argument(i), {}});
  }
  ReadStrings(thread, *texts);
}

bool SurelyConcerns(const Row& row, const Registers& registers, const Caller& caller,
                    const Scene& scene) {
  for (size_t i = 0; i < row.arguments.size(); ++i) {
    if (!IsPath(row.arguments[i])) continue;
    std::string path;
    return TextAt(registers.argument(i), caller, &path) && scene.view.SurelyWithin(path);
  }
  return false;
}

Call DecodeCall(const Row& row, const Registers& registers, const Caller& caller, Scene* scene) {
  Call call;
  call.row = &row;
  for (size_t i = 0; i < call.arguments.size(); ++i) call.arguments[i] = registers.argument(i);
  ReadFlags(caller, &call);
  int directory = AT_FDCWD;
  for (size_t i = 0; i < row.arguments.size(); ++i) {
    const ArgumentKind kind = row.arguments[i];
    const uint64_t value = call.arguments[i];
    if (kind == ArgumentKind::kDirectory) {
      directory = static_cast<int>(value);
    } else if (kind == ArgumentKind::kDescriptor || kind == ArgumentKind::kAnyDescriptor) {
      call.targets[call.target_count++] = DescriptorTarget(kind, static_cast<int>(value), caller);
    } else if (IsPath(kind)) {
      call.targets[call.target_count++] = PathTarget(call, {kind, value, directory}, caller, scene);
      call.has_paths = true;
      directory = AT_FDCWD;
    } else if (kind == ArgumentKind::kText) {
      TextAt(value, caller, &call.text);
    }
  }
  for (const Target& target : call.targets) call.concerns = call.concerns || target.concerns();
  if (row.special == Special::kCloseRange) {
    call.concerns = !caller.files->Between(call.arguments[0], call.arguments[1]).empty();
  }
  if (row.special == Special::kSyncSystem) call.concerns = true;
  if (row.special == Special::kExit) call.concerns = !caller.files->FreedByExit().empty();
  if (call.concerns && row.special == Special::kControl && IsRecordLock(call.arguments[1])) {
    ReadMemory(caller.thread, call.arguments[2], &call.record_lock, sizeof(call.record_lock));
  }
  return call;
}

bool GivesTimes(const Call& call) {
  const bool at_directory = call.row->arguments[0] == ArgumentKind::kDirectory;
  return call.arguments[at_directory ? 2 : 1] != 0;
}

Call DecodeUnknownCall(const Registers& registers, const Caller& caller, Scene* scene) {
  static const Row kUnknown = {
      -1, "a system call that is newer than the table", {}, {}, Special::kUnmodelled};
  Call call;
  call.row = &kUnknown;
  for (size_t i = 0; i < call.arguments.size() && call.target_count < call.targets.size(); ++i) {
    const uint64_t value = registers.argument(i);
    call.arguments[i] = value;
    Target target;
    std::string path;
    if (value < INT_MAX) {
      target = DescriptorTarget(ArgumentKind::kDescriptor, static_cast<int>(value), caller);
    } else if (ReadString(caller.thread, value, &path) && path.starts_with('/')) {
      target.place = scene->view.Find("", path, false);
    }
    if (!target.concerns()) continue;
    call.targets[call.target_count++] = std::move(target);
    call.has_paths = true;
    call.concerns = true;
  }
  return call;
}

}  // namespace tearproof::trace
