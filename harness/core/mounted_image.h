// A file system of our own: made in a file, mounted through a loop device, gone when we are.
//
// Purpose: caches are measured and crashed on file systems that this machine's directories do not
// have, and nothing else of the machine is touched. A loop device frees itself when its last user
// is gone, however that user ends.
// Thread safety: none. Errors: kEnvironment (exit code 77) where the machine lacks root, loop
// devices, the file system or its mkfs.
#ifndef TEARPROOF_HARNESS_CORE_MOUNTED_IMAGE_H_
#define TEARPROOF_HARNESS_CORE_MOUNTED_IMAGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof {

struct DiskFormat {
  std::string name;               // "ext4"
  std::vector<std::string> make;  // The command that makes it, but for the device.
  std::string options;            // Of mount(2).
};
// ext4, xfs or btrfs, for a disk of so many bytes.
std::optional<DiskFormat> FindDiskFormat(const std::string& name, uint64_t size);

// The error of a machine that cannot mount, with its remedy.
Error CannotMount(int number, const std::string& what);

// From here on what this thread and its children mount is seen by them alone, and gone with the
// last of them.
Result<void> EnterOwnMounts();

// An image file on a loop device, mounted.
class MountedImage {
 public:
  // `make`: makes the file system first. REQUIRES: `directory` is empty. `file` may be unlinked
  // once it is mounted.
  static Result<std::unique_ptr<MountedImage>> Mount(const std::string& file,
                                                     const DiskFormat& format, bool make,
                                                     const std::string& directory);
  ~MountedImage();
  MountedImage(const MountedImage&) = delete;
  MountedImage& operator=(const MountedImage&) = delete;

 private:
  MountedImage() = default;
  std::string directory_;
  UniqueFd device_;
  bool mounted_ = false;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_MOUNTED_IMAGE_H_
