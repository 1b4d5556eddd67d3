#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <span>

#include "harness/core/text.h"
#include "harness/trace/call.h"

namespace tearproof::trace {
namespace {

struct Named {
  uint64_t value;
  const char* name;
};

// What says nothing about files (O_CLOEXEC, O_LARGEFILE, O_NOCTTY) is left out.
constexpr Named kOpenFlags[] = {
    {O_APPEND, "O_APPEND"},     {O_CREAT, "O_CREAT"}, {O_DIRECT, "O_DIRECT"},
    {O_DSYNC, "O_DSYNC"},       {O_EXCL, "O_EXCL"},   {O_NOFOLLOW, "O_NOFOLLOW"},
    {O_NONBLOCK, "O_NONBLOCK"}, {O_PATH, "O_PATH"},   {O_TRUNC, "O_TRUNC"},
};
constexpr Named kAtFlags[] = {
    {AT_EMPTY_PATH, "AT_EMPTY_PATH"},
    {AT_SYMLINK_FOLLOW, "AT_SYMLINK_FOLLOW"},
    {AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"},
};
constexpr Named kLockOperations[] = {
    {LOCK_EX, "LOCK_EX"}, {LOCK_NB, "LOCK_NB"}, {LOCK_SH, "LOCK_SH"}, {LOCK_UN, "LOCK_UN"}};
constexpr Named kProtections[] = {
    {PROT_EXEC, "PROT_EXEC"}, {PROT_READ, "PROT_READ"}, {PROT_WRITE, "PROT_WRITE"}};
constexpr Named kMapFlags[] = {{MAP_PRIVATE, "MAP_PRIVATE"}, {MAP_SHARED, "MAP_SHARED"}};
constexpr Named kRenameFlags[] = {{RENAME_EXCHANGE, "RENAME_EXCHANGE"},
                                  {RENAME_NOREPLACE, "RENAME_NOREPLACE"},
                                  {RENAME_WHITEOUT, "RENAME_WHITEOUT"}};
constexpr Named kAllocateModes[] = {{FALLOC_FL_KEEP_SIZE, "FALLOC_FL_KEEP_SIZE"},
                                    {FALLOC_FL_PUNCH_HOLE, "FALLOC_FL_PUNCH_HOLE"},
                                    {FALLOC_FL_ZERO_RANGE, "FALLOC_FL_ZERO_RANGE"}};
constexpr Named kAccessModes[] = {{R_OK, "R_OK"}, {W_OK, "W_OK"}, {X_OK, "X_OK"}};
constexpr Named kWhences[] = {{SEEK_SET, "SEEK_SET"},
                              {SEEK_CUR, "SEEK_CUR"},
                              {SEEK_END, "SEEK_END"},
                              {SEEK_DATA, "SEEK_DATA"},
                              {SEEK_HOLE, "SEEK_HOLE"}};
constexpr Named kControlCommands[] = {
    {F_DUPFD, "F_DUPFD"},         {F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"},
    {F_GETFD, "F_GETFD"},         {F_SETFD, "F_SETFD"},
    {F_GETFL, "F_GETFL"},         {F_SETFL, "F_SETFL"},
    {F_GETLK, "F_GETLK"},         {F_SETLK, "F_SETLK"},
    {F_SETLKW, "F_SETLKW"},       {F_OFD_GETLK, "F_OFD_GETLK"},
    {F_OFD_SETLK, "F_OFD_SETLK"}, {F_OFD_SETLKW, "F_OFD_SETLKW"},
};

std::string NameOf(uint64_t value, std::span<const Named> names) {
  for (const Named& named : names) {
    if (named.value == value) return named.name;
  }
  return std::to_string(value);
}

std::vector<std::string> NamesIn(uint64_t flags, std::span<const Named> names) {
  std::vector<std::string> found;
  for (const Named& named : names) {
    if ((flags & named.value) != 0) found.emplace_back(named.name);
  }
  return found;
}

std::string Flags(uint64_t flags, std::span<const Named> names) {
  return Join(NamesIn(flags, names), "|");
}

std::string OpenFlagsOf(uint64_t flags) {
  std::vector<std::string> names = NamesIn(flags, kOpenFlags);
  if ((flags & O_TMPFILE) == O_TMPFILE) {
    names.emplace_back("O_TMPFILE");
  } else if ((flags & O_DIRECTORY) != 0) {
    names.emplace_back("O_DIRECTORY");
  }
  if ((flags & O_PATH) == 0) {
    const uint64_t mode = flags & O_ACCMODE;
    names.emplace_back(mode == O_RDONLY ? "O_RDONLY" : mode == O_WRONLY ? "O_WRONLY" : "O_RDWR");
  }
  std::sort(names.begin(), names.end());
  return Join(names, "|");
}

std::string TargetOf(const Target& target, const Scene& scene) {
  if (target.description != nullptr) {
    return fmt::format("\"{}\"", scene.view.PathToShow(target.path()));
  }
  if (target.place.within) return fmt::format("\"{}\"", scene.view.PathToShow(target.place.path));
  return target.descriptor >= 0 ? std::to_string(target.descriptor) : "elsewhere";
}

// LMDB's readers lock the byte that their process's number is, and ask for those of others. It is
// another number in each execution.
std::string LockStartOf(int64_t start, const Caller& caller, const Scene& scene) {
  if (start == caller.id) return "pid";
  const auto program = scene.programs.find(static_cast<pid_t>(start));
  if (program == scene.programs.end() || program->first != start) return std::to_string(start);
  return fmt::format("pid of {}", program->second);
}

std::string RecordLockOf(const Call& call, const Caller& caller, const Scene& scene) {
  const struct flock& lock = call.record_lock;
  const char* type = lock.l_type == F_RDLCK   ? "F_RDLCK"
                     : lock.l_type == F_WRLCK ? "F_WRLCK"
                                              : "F_UNLCK";
  if (lock.l_start == 0 && lock.l_len == 0) return type;
  return fmt::format("{}, {}+{}", type, LockStartOf(lock.l_start, caller, scene), lock.l_len);
}

std::string ControlArgumentOf(const Call& call, const Caller& caller, const Scene& scene) {
  switch (call.arguments[1]) {
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return RecordLockOf(call, caller, scene);
    case F_SETFD:
    case F_SETFL:
      return OpenFlagsOf(call.arguments[2]);
    default:
      return "";
  }
}

// "" where nothing is to be said.
std::string ArgumentOf(const Call& call, const Caller& caller, const Scene& scene,
                       ArgumentKind kind, uint64_t value) {
  switch (kind) {
    case ArgumentKind::kOpenFlags:
    case ArgumentKind::kOpenHow:
      return OpenFlagsOf(call.flags);
    case ArgumentKind::kAtFlags:
      if (call.row->special == Special::kRemoveAt) return value == 0 ? "" : "AT_REMOVEDIR";
      return Flags(value, kAtFlags);
    case ArgumentKind::kAccessMode:
      return value == F_OK ? "F_OK" : Flags(value, kAccessModes);
    case ArgumentKind::kSize:
      return std::to_string(value);
    case ArgumentKind::kSigned:
      return std::to_string(static_cast<int64_t>(value));
    case ArgumentKind::kWhence:
      return NameOf(value, kWhences);
    case ArgumentKind::kLockOperation:
      return Flags(value, kLockOperations);
    case ArgumentKind::kControlCommand:
      return NameOf(value, kControlCommands);
    case ArgumentKind::kControlArgument:
      return ControlArgumentOf(call, caller, scene);
    case ArgumentKind::kProtection:
      return Flags(value, kProtections);
    case ArgumentKind::kMapFlags:
      return Flags(value, kMapFlags);
    case ArgumentKind::kRenameFlags:
      return Flags(value, kRenameFlags);
    case ArgumentKind::kAllocateMode:
      return value == 0 ? "0" : Flags(value, kAllocateModes);
    case ArgumentKind::kHex:
      return fmt::format("{:#x}", value);
    case ArgumentKind::kText:
      return fmt::format("\"{}\"", EscapeForTerminal(call.text));
    case ArgumentKind::kMode:
      // Of open, it is noise.
      return call.row->special == Special::kOpen ? "" : fmt::format("{:#o}", value);
    default:
      return "";
  }
}

bool IsTarget(ArgumentKind kind) {
  return IsPath(kind) || kind == ArgumentKind::kDescriptor || kind == ArgumentKind::kAnyDescriptor;
}

}  // namespace

std::string PrintCall(const Call& call, const Caller& caller, const Scene& scene) {
  std::vector<std::string> printed;
  size_t target = 0;
  for (size_t i = 0; i < call.row->arguments.size(); ++i) {
    const ArgumentKind kind = call.row->arguments[i];
    if (IsTarget(kind)) {
      if (target < call.target_count) printed.push_back(TargetOf(call.targets[target++], scene));
      continue;
    }
    std::string text = ArgumentOf(call, caller, scene, kind, call.arguments[i]);
    if (!text.empty()) printed.push_back(std::move(text));
  }
  return fmt::format("{}({})", call.row->name, Join(printed, ", "));
}

}  // namespace tearproof::trace
