// A directory that we created, and the only thing that we ever delete.
//
// Purpose: users point --dir at places full of their own files. OwnedDirectory makes
// `parent/tearproof-XXXXXX` with mkdtemp(3) (mode 0700, a name nobody can predict) and keeps its
// descriptor, device and inode. Removal walks by descriptor, never by path, never follows a
// symbolic link, never crosses to another file system, and removes the directory itself only if
// the name still leads to the inode that we made.
//
// Thread safety: none. Process safety: one owner; a forked child must call Disown.
#ifndef TEARPROOF_HARNESS_CORE_OWNED_DIRECTORY_H_
#define TEARPROOF_HARNESS_CORE_OWNED_DIRECTORY_H_

#include <sys/types.h>

#include <string>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof {

class OwnedDirectory {
 public:
  // REQUIRES: `parent` exists. Errors: kUsage if it is no directory, else kEnvironment.
  static Result<OwnedDirectory> Create(const std::string& parent);

  OwnedDirectory(OwnedDirectory&&) = default;
  OwnedDirectory& operator=(OwnedDirectory&&) = delete;
  ~OwnedDirectory();  // Removes, ignoring errors, unless disowned or already removed.

  // Locks the directory while this process lives, and leaves a mark in it by which RemoveAbandoned
  // knows it should we be killed. Does nothing where directories cannot be locked.
  void Claim();

  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }
  // Removes all within and the directory itself. What cannot be removed is named in the error.
  Result<void> Remove();
  // Leaves everything where it is.
  void Disown() { fd_.Reset(); }

 private:
  friend size_t RemoveAbandoned(const std::string& parent);

  OwnedDirectory() = default;
  // Opens what somebody claimed and no longer holds; invalid if it is not of that kind.
  static OwnedDirectory Adopt(int parent, const std::string& parent_path, const std::string& name);

  std::string path_;
  UniqueFd parent_;
  UniqueFd fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// Removes from `parent` what processes claimed that have been killed since: directories of this
// user's with a name as Create gives it, whose mark names their own inode and that nobody has
// locked. Returns how many.
size_t RemoveAbandoned(const std::string& parent);

// Removes what lies in the directory `fd`, recursively, by the rules above; `fd` stays open.
// Returns the first error and goes on with the rest. REQUIRES: the directory is ours.
Result<void> RemoveContents(int fd, const std::string& path);
// Removes `name` in the directory `parent`, whatever it is, by the rules above. Absent is fine.
// REQUIRES: a plain name, without a slash.
Result<void> RemoveTreeAt(int parent, const std::string& name);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_OWNED_DIRECTORY_H_
