#include "harness/core/owned_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <vector>

namespace tearproof {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Result<std::vector<std::string>> ListNames(int fd, const std::string& path) {
  UniqueFd copy(openat(fd, ".", kOpenDirectory));  // fdopendir takes the descriptor and its offset.
  if (!copy.valid()) return SystemError(errno, "cannot open " + path);
  std::unique_ptr<DIR, CloseDirectory> directory(fdopendir(copy.get()));
  if (directory == nullptr) return SystemError(errno, "cannot list " + path);
  copy.Release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  if (errno != 0) return SystemError(errno, "cannot list " + path);
  return names;
}

Result<void> RemoveEntry(int parent, dev_t device, const std::string& name,
                         const std::string& path) {
  struct stat status;
  if (fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return SystemError(errno, "cannot stat " + path);
  }
  if (!S_ISDIR(status.st_mode)) {
    if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return {};
    return SystemError(errno, "cannot remove " + path);
  }
  if (status.st_dev != device) {
    return UsageError(path + " is a mount point", "unmount it, then remove it by hand");
  }
  UniqueFd fd(openat(parent, name.c_str(), kOpenDirectory));
  if (!fd.valid() && errno == EACCES) {  // A cache may have taken its own rights away.
    fchmodat(parent, name.c_str(), 0700, 0);
    fd.Reset(openat(parent, name.c_str(), kOpenDirectory));
  }
  if (!fd.valid()) return SystemError(errno, "cannot open " + path);
  Result<void> contents = RemoveContents(fd.get(), path);
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT && contents.ok()) {
    return SystemError(errno, "cannot remove " + path);
  }
  return contents;
}

}  // namespace

Result<void> RemoveContents(int fd, const std::string& path) {
  struct stat status;
  if (fstat(fd, &status) != 0) return SystemError(errno, "cannot stat " + path);
  if ((status.st_mode & 0700) != 0700) fchmod(fd, 0700);
  TEARPROOF_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListNames(fd, path));
  Result<void> first_problem;
  for (const std::string& name : names) {
    Result<void> removed = RemoveEntry(fd, status.st_dev, name, path + "/" + name);
    if (!removed.ok() && first_problem.ok()) first_problem = removed;
  }
  return first_problem;
}

Result<void> RemoveTreeAt(int parent, const std::string& name) {
  struct stat status;
  if (fstat(parent, &status) != 0) return SystemError(errno, "cannot stat the parent of " + name);
  return RemoveEntry(parent, status.st_dev, name, name);
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
  std::string path = parent + (parent.ends_with('/') ? "" : "/") + "tearproof-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return SystemError(errno, "cannot create a directory in " + parent,
                       "name a writable directory with --dir");
  }
  directory.fd_.Reset(open(path.c_str(), kOpenDirectory));
  struct stat status;
  if (!directory.fd_.valid() || fstat(directory.fd_.get(), &status) != 0) {
    return SystemError(errno, "cannot open " + path);
  }
  directory.path_ = std::move(path);
  directory.device_ = status.st_dev;
  directory.inode_ = status.st_ino;
  return directory;
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
