#include "harness/core/owned_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

namespace tearproof {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

constexpr std::string_view kNamePrefix = "tearproof-";
constexpr const char* kMarkName = ".tearproof-claim";

// What the mark in a claimed directory says. It names the inode, so a copy of it claims nothing.
std::string MarkOf(const struct stat& status) {
  return "tearproof's working directory, inode " + std::to_string(status.st_ino) + "\n";
}

struct NameInDirectory {
  std::string name;
  bool may_be_directory = true;  // False: it is none, and was none when it was listed.
};
using Names = std::vector<NameInDirectory>;

// From where `fd` stands: REQUIRES that nobody has listed it before.
Result<Names> ListNames(int fd, const std::string& path) {
  Names names;
  alignas(dirent64) std::array<char, 1 << 15> part;
  while (true) {
    const ssize_t got = getdents64(fd, part.data(), part.size());
    if (got < 0) return SystemError(errno, "cannot list " + path);
    if (got == 0) return names;
    for (ssize_t at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(part.data() + at);
      const std::string_view name = entry->d_name;
      const bool may_be = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
      if (name != "." && name != "..") names.push_back({std::string(name), may_be});
      at += entry->d_reclen;
    }
  }
}

// Makes a directory that took its own rights away ours again. By descriptor, for chmod(2) would
// follow a symbolic link that took the name's place.
void RestoreRights(int parent, const std::string& name) {
  const UniqueFd fd(openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd.valid()) chmod(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), 0700);
}

// Removes a tree with two descriptors, however deep it is: it goes down by name and comes up by
// "..", where it makes sure that it is back in the directory that it came from.
class TreeRemover {
 public:
  // Removes `names`, or whatever there is, and all below from the directory `fd`, which `path`
  // names in errors.
  Result<void> Remove(int fd, const std::string& path, std::optional<Names> names) {
    path_ = path;
    current_.Reset(openat(fd, ".", kOpenDirectory));
    struct stat status;
    if (!current_.valid() || fstat(current_.get(), &status) != 0) {
      return SystemError(errno, "cannot open " + path);
    }
    if (!names) {
      TEARPROOF_ASSIGN_OR_RETURN(names, ListNames(current_.get(), path));
    }
    device_ = status.st_dev;
    levels_.push_back({"", status.st_ino, std::move(*names)});
    while (!levels_.empty()) {
      if (levels_.back().names.empty()) {
        Ascend();
      } else {
        const NameInDirectory name = std::move(levels_.back().names.back());
        levels_.back().names.pop_back();
        RemoveName(name);
      }
    }
    return problem_;
  }

 private:
  struct Level {
    std::string name;
    ino_t inode;
    Names names;  // What is still to be removed in it.
  };

  void Note(Error error) {
    if (problem_.ok()) problem_ = std::move(error);
  }

  std::string PathOf(const std::string& name) const {
    std::string path = path_;
    for (const Level& level : levels_) {
      if (!level.name.empty()) path += "/" + level.name;
    }
    return path + "/" + name;
  }

  void RemoveName(const NameInDirectory& listed) {
    const std::string& name = listed.name;
    struct stat status;
    if (!listed.may_be_directory && unlinkat(current_.get(), name.c_str(), 0) == 0) return;
    if (fstatat(current_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) Note(SystemError(errno, "cannot stat " + PathOf(name)));
    } else if (S_ISDIR(status.st_mode)) {
      Descend(name);
    } else if (unlinkat(current_.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
      Note(SystemError(errno, "cannot remove " + PathOf(name)));
    }
  }

  void Descend(const std::string& name) {
    UniqueFd fd(openat(current_.get(), name.c_str(), kOpenDirectory));
    if (!fd.valid() && errno == EACCES) {
      RestoreRights(current_.get(), name);
      fd.Reset(openat(current_.get(), name.c_str(), kOpenDirectory));
    }
    struct stat status;
    if (!fd.valid() || fstat(fd.get(), &status) != 0) {
      return Note(SystemError(errno, "cannot open " + PathOf(name)));
    }
    if (status.st_dev != device_) {
      return Note(
          UsageError(PathOf(name) + " is a mount point", "unmount it, then remove it by hand"));
    }
    if ((status.st_mode & 0700) != 0700) fchmod(fd.get(), 0700);
    Result<Names> names = ListNames(fd.get(), PathOf(name));
    if (!names.ok()) return Note(names.error());
    levels_.push_back({name, status.st_ino, std::move(names).value()});
    current_ = std::move(fd);
  }

  void Ascend() {
    const Level emptied = std::move(levels_.back());
    levels_.pop_back();
    if (levels_.empty()) return;
    UniqueFd parent(openat(current_.get(), "..", kOpenDirectory));
    struct stat status;
    if (!parent.valid() || fstat(parent.get(), &status) != 0 || status.st_dev != device_ ||
        status.st_ino != levels_.back().inode) {
      Note(UsageError(PathOf(emptied.name) + " was moved while it was being removed",
                      "remove the rest by hand"));
      levels_.clear();
      return;
    }
    current_ = std::move(parent);
    if (unlinkat(current_.get(), emptied.name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
      Note(SystemError(errno, "cannot remove " + PathOf(emptied.name)));
    }
  }

  std::string path_;
  dev_t device_ = 0;
  UniqueFd current_;
  std::vector<Level> levels_;  // From the root of the removal down to `current_`.
  Result<void> problem_;
};

}  // namespace

Result<void> RemoveContents(int fd, const std::string& path) {
  struct stat status;
  if (fstat(fd, &status) != 0) return SystemError(errno, "cannot stat " + path);
  if ((status.st_mode & 0700) != 0700) fchmod(fd, 0700);
  return TreeRemover().Remove(fd, path, std::nullopt);
}

Result<void> RemoveTreeAt(int parent, const std::string& name) {
  TEARPROOF_CHECK(name.find('/') == std::string::npos && name != "." && name != "..",
                  "not the name of an entry: " + name);
  return TreeRemover().Remove(parent, ".", Names{{name}});
}

Result<OwnedDirectory> OwnedDirectory::Create(const std::string& parent) {
  OwnedDirectory directory;
  directory.parent_.Reset(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.parent_.valid()) {
    Error error = SystemError(errno, "cannot use " + parent + " as a parent directory",
                              "name an existing directory with --dir");
    if (errno == ENOENT || errno == ENOTDIR) error.kind = ErrorKind::kUsage;
    return error;
  }
  std::string path =
      parent + (parent.ends_with('/') ? "" : "/") + std::string(kNamePrefix) + "XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return SystemError(errno, "cannot create a directory in " + parent,
                       "name a writable directory with --dir");
  }
  const std::string name = path.substr(path.rfind('/') + 1);
  directory.fd_.Reset(openat(directory.parent_.get(), name.c_str(), kOpenDirectory));
  struct stat status;
  if (!directory.fd_.valid() || fstat(directory.fd_.get(), &status) != 0) {
    const int problem = errno;
    unlinkat(directory.parent_.get(), name.c_str(), AT_REMOVEDIR);
    directory.Disown();
    return SystemError(problem, "cannot open " + path);
  }
  // In a parent that others may write to, somebody can have put another directory in its place.
  const Result<Names> names = ListNames(directory.fd_.get(), path);
  if (status.st_uid != geteuid() || !names.ok() || !names.value().empty()) {
    directory.Disown();
    return UsageError(path + " was replaced as soon as it was made",
                      "name a directory with --dir that only you can write to");
  }
  directory.path_ = std::move(path);
  directory.device_ = status.st_dev;
  directory.inode_ = status.st_ino;
  return directory;
}

void OwnedDirectory::Claim() {
  struct stat status;
  if (flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 || fstat(fd_.get(), &status) != 0) return;
  const UniqueFd mark(
      openat(fd_.get(), kMarkName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  const std::string text = MarkOf(status);
  // A mark cut short is none: the directory would stay, which is all that is lost.
  if (mark.valid()) (void)!write(mark.get(), text.data(), text.size());
}

OwnedDirectory OwnedDirectory::Adopt(int parent, const std::string& parent_path,
                                     const std::string& name) {
  OwnedDirectory directory;
  UniqueFd fd(openat(parent, name.c_str(), kOpenDirectory));
  struct stat status;
  if (!fd.valid() || fstat(fd.get(), &status) != 0 || status.st_uid != geteuid()) return directory;
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return directory;
  const UniqueFd mark(openat(fd.get(), kMarkName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::string text(256, '\0');
  const ssize_t got = mark.valid() ? read(mark.get(), text.data(), text.size()) : -1;
  if (got < 0 || text.substr(0, static_cast<size_t>(got)) != MarkOf(status)) return directory;
  directory.parent_.Reset(openat(parent, ".", kOpenDirectory));
  directory.path_ = parent_path + (parent_path.ends_with('/') ? "" : "/") + name;
  directory.device_ = status.st_dev;
  directory.inode_ = status.st_ino;
  directory.fd_ = std::move(fd);
  return directory;
}

size_t RemoveAbandoned(const std::string& parent) {
  const UniqueFd fd(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return 0;
  const Result<Names> names = ListNames(fd.get(), parent);
  if (!names.ok()) return 0;
  size_t removed = 0;
  for (const auto& [name, may_be_directory] : names.value()) {
    if (!may_be_directory || !name.starts_with(kNamePrefix)) continue;
    OwnedDirectory abandoned = OwnedDirectory::Adopt(fd.get(), parent, name);
    if (abandoned.fd_.valid() && abandoned.Remove().ok()) ++removed;
  }
  return removed;
}

OwnedDirectory::~OwnedDirectory() {
  if (fd_.valid()) (void)Remove();
}

Result<void> OwnedDirectory::Remove() {
  if (!fd_.valid()) return {};
  Result<void> contents = RemoveContents(fd_.get(), path_);
  fd_.Reset();
  const std::string name = path_.substr(path_.rfind('/') + 1);
  struct stat status;
  if (fstatat(parent_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return contents;
  if (status.st_dev != device_ || status.st_ino != inode_) {
    return UsageError(path_ + " is no longer the directory that was made there",
                      "it was left alone");
  }
  if (unlinkat(parent_.get(), name.c_str(), AT_REMOVEDIR) != 0 && contents.ok()) {
    return SystemError(errno, "cannot remove " + path_);
  }
  return contents;
}

}  // namespace tearproof
