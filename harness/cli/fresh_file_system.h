// A file system made for one run, of a kind that need not lie under any directory of this machine.
//
// Purpose: the same caches on ext4, xfs, btrfs, tmpfs and overlayfs. Disks are sparse files that
// have no name once they are mounted; only this process and its children see the mounts. A run that
// is killed leaves empty directories, which the next one in the same place removes.
// Thread safety: none. Ownership: what was made is gone when the object is. Errors: kUsage for an
// unknown name, kEnvironment where the machine cannot (exit code 77).
#ifndef TEARPROOF_HARNESS_CLI_FRESH_FILE_SYSTEM_H_
#define TEARPROOF_HARNESS_CLI_FRESH_FILE_SYSTEM_H_

#include <memory>
#include <string>
#include <vector>

#include "harness/core/mounted_image.h"
#include "harness/core/owned_directory.h"
#include "harness/core/result.h"

namespace tearproof::cli {

const std::vector<std::string>& FreshFileSystemNames();
// Errors: kUsage.
Result<void> CheckFreshFileSystem(const std::string& name);
// Where they are made unless --dir says otherwise: $TMPDIR or /tmp, which is more often a disk than
// what else caches lie in.
std::string DefaultDiskDirectory();

class FreshFileSystem {
 public:
  // In a directory of its own under `parent`. REQUIRES: EnterOwnMounts.
  static Result<std::unique_ptr<FreshFileSystem>> Make(const std::string& name,
                                                       const std::string& parent);
  ~FreshFileSystem();
  FreshFileSystem(const FreshFileSystem&) = delete;
  FreshFileSystem& operator=(const FreshFileSystem&) = delete;

  // Where it is mounted.
  const std::string& directory() const { return directory_; }
  // "a fresh ext4 in /tmp"
  const std::string& title() const { return title_; }

 private:
  explicit FreshFileSystem(OwnedDirectory home) : home_(std::move(home)) {}
  Result<std::string> MakeDirectory(const std::string& path) const;
  Result<void> MountDisk(const std::string& format, const std::string& directory);
  Result<void> MountOverlay();

  OwnedDirectory home_;
  std::unique_ptr<MountedImage> image_;
  std::string directory_;
  std::string title_;
  bool mounted_ = false;  // At `directory_`, and not by `image_`.
};

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_FRESH_FILE_SYSTEM_H_
