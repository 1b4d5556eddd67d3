#include "harness/cli/machine.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr uint64_t kRoomWanted = uint64_t{256} << 20;
constexpr long kXfsMagic =
    0x58465342;  // linux/fs.h keeps it to itself (fs/xfs/libxfs/xfs_format.h).
constexpr long kZfsMagic = 0x2fc12fc1;
constexpr long kCifsMagic = 0xff534d42;

std::string CpuModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

// What /proc/self/mountinfo calls the file system that `path` lies on: "fuse.sshfs"; or "".
std::string MountedAs(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return "";
  const std::string device = fmt::format(" {}:{} ", major(status.st_dev), minor(status.st_dev));
  std::ifstream mounts("/proc/self/mountinfo");
  std::string name;
  for (std::string line; std::getline(mounts, line);) {
    const size_t fields = line.find(" - ");
    if (fields == std::string::npos || line.find(device) > fields) continue;
    name = line.substr(fields + 3, line.find(' ', fields + 3) - fields - 3);
  }
  return name;
}

}  // namespace

std::string FileSystemName(const std::string& path) {
  struct statfs status;
  if (statfs(path.c_str(), &status) != 0) return "unknown file system";
  constexpr std::array<std::pair<long, const char*>, 11> kNames = {{
      {TMPFS_MAGIC, "tmpfs"},
      {EXT4_SUPER_MAGIC, "ext4"},
      {kXfsMagic, "xfs"},
      {BTRFS_SUPER_MAGIC, "btrfs"},
      {OVERLAYFS_SUPER_MAGIC, "overlayfs"},
      {NFS_SUPER_MAGIC, "nfs"},
      {kCifsMagic, "cifs"},
      {kZfsMagic, "zfs"},
      {F2FS_SUPER_MAGIC, "f2fs"},
      {RAMFS_MAGIC, "ramfs"},
      {V9FS_MAGIC, "9p"},
  }};
  for (const auto& [magic, name] : kNames) {
    if (static_cast<long>(status.f_type) == magic) return name;
  }
  const std::string mounted = MountedAs(path);
  if (!mounted.empty()) return mounted;
  return fmt::format("file system {:#x}", static_cast<unsigned long>(status.f_type));
}

bool IsNetworkFileSystem(const std::string& file_system) {
  constexpr std::array kNames = {
      "nfs",  "nfs4",     "cifs",   "smb2",  "smb3",       "smbfs",         "9p",        "ceph",
      "afs",  "coda",     "lustre", "gpfs",  "beegfs",     "orangefs",      "glusterfs", "ocfs2",
      "gfs2", "virtiofs", "vboxsf", "davfs", "fuse.sshfs", "fuse.glusterfs"};
  constexpr std::array kStems = {"fuse.s3",   "fuse.rclone",    "fuse.gcs",
                                 "fuse.ceph", "fuse.juicefs",   "fuse.goofys",
                                 "fuse.mfs",  "fuse.curlftpfs", "fuse.dav"};
  return std::ranges::find(kNames, file_system) != kNames.end() ||
         std::ranges::any_of(kStems,
                             [&](const char* stem) { return file_system.starts_with(stem); });
}

std::string OneClientWarning(const std::string& directory, const std::string& file_system) {
  if (!IsNetworkFileSystem(file_system)) return "";
  return fmt::format(
      "{} lies on {}, which others may mount, too: one client ran here, and what other clients see "
      "is not covered",
      directory, file_system);
}

Machine DescribeMachine(const std::string& directory) {
  Machine machine;
  utsname name;
  if (uname(&name) == 0) {
    const std::vector<std::string> version = Split(name.release, '.');
    machine.kernel =
        fmt::format("{} {}.{}", name.sysname, version[0], version.size() > 1 ? version[1] : "0");
  }
  machine.host_cpu = CpuModel();
  machine.cores = std::thread::hardware_concurrency();
  struct sysinfo info;
  if (sysinfo(&info) == 0) machine.memory_bytes = info.totalram * info.mem_unit;
  machine.file_system = FileSystemName(directory);
  return machine;
}

std::string DefaultParentDirectory() {
  const std::string shared = "/dev/shm";
  struct statvfs status;
  if (access(shared.c_str(), W_OK | X_OK) == 0 && FileSystemName(shared) == "tmpfs" &&
      statvfs(shared.c_str(), &status) == 0 && status.f_bavail * status.f_frsize >= kRoomWanted) {
    return shared;
  }
  const char* temporary = std::getenv("TMPDIR");
  return temporary != nullptr && *temporary != '\0' ? temporary : "/tmp";
}

}  // namespace tearproof::cli
