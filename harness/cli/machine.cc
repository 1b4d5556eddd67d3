#include "harness/cli/machine.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

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

}  // namespace

std::string FileSystemName(const std::string& path) {
  struct statfs status;
  if (statfs(path.c_str(), &status) != 0) return "unknown file system";
  constexpr std::array<std::pair<long, const char*>, 10> kNames = {{
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
  }};
  for (const auto& [magic, name] : kNames) {
    if (static_cast<long>(status.f_type) == magic) return name;
  }
  return fmt::format("file system {:#x}", static_cast<unsigned long>(status.f_type));
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
