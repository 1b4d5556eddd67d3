#include "harness/core/mounted_image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace tearproof {
namespace {

Result<void> RunProgram(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int problem =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return CannotMount(problem, "cannot run " + words[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return CannotMount(EIO, words[0] + " failed");
}

// A loop device that frees itself when it is closed.
Result<UniqueFd> AttachLoop(const std::string& file, std::string* path) {
  const UniqueFd control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control.valid()) return CannotMount(errno, "cannot open /dev/loop-control");
  UniqueFd backing(open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!backing.valid()) return SystemError(errno, "cannot open " + file);
  // Somebody else may take the free one first.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return CannotMount(errno, "no loop device is free");
    *path = fmt::format("/dev/loop{}", number);
    UniqueFd device(open(path->c_str(), O_RDWR | O_CLOEXEC));
    if (!device.valid()) return CannotMount(errno, "cannot open " + *path);
    loop_config config = {};
    config.fd = static_cast<uint32_t>(backing.get());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (ioctl(device.get(), LOOP_CONFIGURE, &config) == 0) return device;
    if (errno != EBUSY) return CannotMount(errno, "cannot set up " + *path);
  }
  return CannotMount(EBUSY, "no loop device is free");
}

}  // namespace

std::optional<DiskFormat> FindDiskFormat(const std::string& name, uint64_t size) {
  if (name == "ext4") return DiskFormat{name, {"mkfs.ext4", "-q", "-E", "lazy_itable_init=0"}, ""};
  if (name == "xfs") return DiskFormat{name, {"mkfs.xfs", "-q"}, "nouuid"};
  if (name != "btrfs") return std::nullopt;
  DiskFormat btrfs = {name, {"mkfs.btrfs", "-q"}, ""};
  // What keeps data and metadata apart takes more.
  constexpr uint64_t kSmall = uint64_t{256} << 20;
  if (size < kSmall) btrfs.make.emplace_back("-M");
  return btrfs;
}

Error CannotMount(int number, const std::string& what) {
  return SystemError(number, what, "this needs root, loop devices, the file system and its mkfs");
}

Result<void> EnterOwnMounts() {
  if (unshare(CLONE_NEWNS) != 0) return CannotMount(errno, "cannot have mounts of our own");
  // What others mount meanwhile is still seen here, but nothing goes the other way.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
    return CannotMount(errno, "cannot keep mounts to ourselves");
  }
  return {};
}

Result<std::unique_ptr<MountedImage>> MountedImage::Mount(const std::string& file,
                                                          const DiskFormat& format, bool make,
                                                          const std::string& directory) {
  auto image = std::unique_ptr<MountedImage>(new MountedImage());
  image->directory_ = directory;
  std::string path;
  TEARPROOF_ASSIGN_OR_RETURN(image->device_, AttachLoop(file, &path));
  if (make) {
    std::vector<std::string> words = format.make;
    words.push_back(path);
    TEARPROOF_RETURN_IF_ERROR(RunProgram(std::move(words)));
  }
  if (mount(path.c_str(), directory.c_str(), format.name.c_str(), MS_NOATIME,
            format.options.c_str()) != 0) {
    return CannotMount(errno, fmt::format("cannot mount {} as {}", path, format.name));
  }
  image->mounted_ = true;
  return image;
}

MountedImage::~MountedImage() {
  if (mounted_ && umount2(directory_.c_str(), 0) != 0) umount2(directory_.c_str(), MNT_DETACH);
}

}  // namespace tearproof
