// A block device whose every write and flush is recorded, with a real file system on it.
//
// Purpose: what a power cut can leave on a disk follows from the order of writes and flushes alone.
// A file of a FUSE file system backs a loop device; its owner, a thread of this process, keeps all
// that is written. Nothing else of the machine is touched.
// Thread safety: none but for the thread within. Ownership: of mounts, devices and files: they are
// gone when the object is.
// Errors: kEnvironment (exit code 77) where the machine lacks root, FUSE, loop devices or mkfs.
#ifndef TEARPROOF_HARNESS_CRASH_RECORDED_DISK_H_
#define TEARPROOF_HARNESS_CRASH_RECORDED_DISK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/mounted_image.h"
#include "harness/core/owned_directory.h"
#include "harness/core/result.h"
#include "harness/crash/disk_images.h"

namespace tearproof::crash {

struct RealFileSystem {
  DiskFormat format;
  std::string model;  // The model that must allow its states.
  uint64_t size = 0;  // Of the disk, in bytes.
};
// Errors: kUsage.
Result<RealFileSystem> FindRealFileSystem(const std::string& name);

class RecordedDisk {
 public:
  // Made and mounted, in a new directory under `parent`.
  static Result<std::unique_ptr<RecordedDisk>> Start(const RealFileSystem& system,
                                                     const std::string& parent);
  ~RecordedDisk();

  // Where the file system is mounted.
  std::string directory() const;
  // Writes all that the file system still holds back.
  void Sync() const;
  size_t recorded() const;
  std::vector<DiskRecord> Records() const;

 private:
  class Server;
  explicit RecordedDisk(OwnedDirectory home);

  OwnedDirectory home_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<MountedImage> mounted_;
};

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_RECORDED_DISK_H_
