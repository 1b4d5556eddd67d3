#include "harness/crash/recorded_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>

#include "harness/core/text.h"

#ifdef TEARPROOF_HAS_FUSE
#define FUSE_USE_VERSION 31
#include <fuse3/fuse.h>
#endif

namespace tearproof::crash {
namespace {

constexpr uint64_t kMebi = uint64_t{1} << 20;

Error Cannot(int number, const std::string& what) {
  Error error = SystemError(number, what);
  error.remedy = "--real needs root, /dev/fuse, loop devices, and the file system's mkfs";
  return error;
}

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
  if (problem != 0) return Cannot(problem, "cannot run " + words[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Cannot(EIO, words[0] + " failed");
}

// A loop device that frees itself when it is closed.
Result<UniqueFd> AttachLoop(const std::string& file, std::string* path) {
  const UniqueFd control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control.valid()) return Cannot(errno, "cannot open /dev/loop-control");
  UniqueFd backing(open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!backing.valid()) return SystemError(errno, "cannot open " + file);
  // Somebody else may take the free one first.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return Cannot(errno, "no loop device is free");
    *path = fmt::format("/dev/loop{}", number);
    UniqueFd device(open(path->c_str(), O_RDWR | O_CLOEXEC));
    if (!device.valid()) return Cannot(errno, "cannot open " + *path);
    loop_config config = {};
    config.fd = static_cast<uint32_t>(backing.get());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (ioctl(device.get(), LOOP_CONFIGURE, &config) == 0) return device;
    if (errno != EBUSY) return Cannot(errno, "cannot set up " + *path);
  }
  return Cannot(EBUSY, "no loop device is free");
}

}  // namespace

Result<RealFileSystem> FindRealFileSystem(const std::string& name) {
  const std::vector<RealFileSystem> known = {
      {"ext4",
       "ext4-ordered-auto",
       32 * kMebi,
       {"mkfs.ext4", "-q", "-E", "lazy_itable_init=0"},
       ""},
      {"xfs", "xfs", 300 * kMebi, {"mkfs.xfs", "-q"}, "nouuid"},
      {"btrfs", "btrfs", 110 * kMebi, {"mkfs.btrfs", "-q", "-M"}, ""}};
  std::vector<std::string> names;
  for (const RealFileSystem& system : known) {
    if (system.name == name) return system;
    names.push_back(system.name);
  }
  return UnknownNameError("file system", name, names);
}

Result<std::unique_ptr<MountedImage>> MountedImage::Mount(const std::string& file,
                                                          const RealFileSystem& system, bool make,
                                                          const std::string& directory) {
  auto image = std::unique_ptr<MountedImage>(new MountedImage());
  image->directory_ = directory;
  std::string path;
  TEARPROOF_ASSIGN_OR_RETURN(image->device_, AttachLoop(file, &path));
  if (make) {
    std::vector<std::string> words = system.make;
    words.push_back(path);
    TEARPROOF_RETURN_IF_ERROR(RunProgram(std::move(words)));
  }
  if (mount(path.c_str(), directory.c_str(), system.name.c_str(), MS_NOATIME,
            system.options.c_str()) != 0) {
    return Cannot(errno, fmt::format("cannot mount {} as {}", path, system.name));
  }
  image->mounted_ = true;
  return image;
}

MountedImage::~MountedImage() {
  if (mounted_ && umount2(directory_.c_str(), 0) != 0) umount2(directory_.c_str(), MNT_DETACH);
}

#ifdef TEARPROOF_HAS_FUSE

// One file, "disk", in memory.
class RecordedDisk::Server {
 public:
  explicit Server(uint64_t size) : bytes_(size, '\0') {}
  ~Server() {
    if (fuse_ == nullptr) return;
    fuse_unmount(fuse_);
    if (thread_.joinable()) thread_.join();
    fuse_destroy(fuse_);
  }

  Result<void> Start(const std::string& directory) {
    fuse_operations operations = {};
    operations.getattr = &GetAttributes;
    operations.open = &Open;
    operations.read = &Read;
    operations.write = &Write;
    operations.fsync = &Flush;
    std::string name = "tearproof";
    char* arguments[] = {name.data(), nullptr};
    fuse_args args = FUSE_ARGS_INIT(1, arguments);
    fuse_ = fuse_new(&args, &operations, sizeof(operations), this);
    fuse_opt_free_args(&args);
    if (fuse_ == nullptr) return Cannot(EIO, "cannot set up FUSE");
    if (fuse_mount(fuse_, directory.c_str()) != 0) {
      fuse_destroy(std::exchange(fuse_, nullptr));
      return Cannot(EIO, "cannot mount a FUSE file system");
    }
    thread_ = std::thread([fuse = fuse_] { fuse_loop(fuse); });
    return {};
  }

  std::vector<DiskRecord> Records() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  size_t recorded() const {
    const std::lock_guard lock(mutex_);
    return records_.size();
  }

 private:
  static Server& Self() { return *static_cast<Server*>(fuse_get_context()->private_data); }
  static bool IsDisk(const char* path) { return std::string_view(path) == "/disk"; }

  static int GetAttributes(const char* path, struct stat* status, fuse_file_info*) {
    *status = {};
    const bool root = std::string_view(path) == "/";
    if (!root && !IsDisk(path)) return -ENOENT;
    status->st_mode = root ? S_IFDIR | 0700 : S_IFREG | 0600;
    status->st_nlink = root ? 2 : 1;
    if (!root) status->st_size = static_cast<off_t>(Self().bytes_.size());
    return 0;
  }
  static int Open(const char* path, fuse_file_info* info) {
    if (!IsDisk(path)) return -ENOENT;
    info->direct_io = 1;  // Nothing between the device and us.
    return 0;
  }
  static int Read(const char*, char* to, size_t size, off_t offset, fuse_file_info*) {
    Server& self = Self();
    const std::lock_guard lock(self.mutex_);
    const auto begin = std::min<uint64_t>(static_cast<uint64_t>(offset), self.bytes_.size());
    size = std::min<uint64_t>(size, self.bytes_.size() - begin);
    memcpy(to, self.bytes_.data() + begin, size);
    return static_cast<int>(size);
  }
  static int Write(const char*, const char* from, size_t size, off_t offset, fuse_file_info*) {
    Server& self = Self();
    const std::lock_guard lock(self.mutex_);
    const auto begin = static_cast<uint64_t>(offset);
    if (begin + size > self.bytes_.size()) return -EFBIG;
    memcpy(self.bytes_.data() + begin, from, size);
    self.records_.push_back({begin, std::string(from, size), false});
    return static_cast<int>(size);
  }
  static int Flush(const char*, int, fuse_file_info*) {
    Server& self = Self();
    const std::lock_guard lock(self.mutex_);
    self.records_.push_back({0, "", true});
    return 0;
  }

  mutable std::mutex mutex_;
  std::string bytes_;
  std::vector<DiskRecord> records_;
  struct fuse* fuse_ = nullptr;
  std::thread thread_;
};

#else

class RecordedDisk::Server {
 public:
  explicit Server(uint64_t) {}
  Result<void> Start(const std::string&) {
    return Cannot(ENOSYS, "this program was built without libfuse3");
  }
  std::vector<DiskRecord> Records() const { return {}; }
  size_t recorded() const { return 0; }
};

#endif

RecordedDisk::RecordedDisk(OwnedDirectory home) : home_(std::move(home)) {}

RecordedDisk::~RecordedDisk() {
  mounted_.reset();
  server_.reset();
}

Result<std::unique_ptr<RecordedDisk>> RecordedDisk::Start(const RealFileSystem& system,
                                                          const std::string& parent) {
  if (geteuid() != 0) return Cannot(EPERM, "cannot mount");
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory home, OwnedDirectory::Create(parent));
  auto disk = std::unique_ptr<RecordedDisk>(new RecordedDisk(std::move(home)));
  const std::string fuse = disk->home_.path() + "/fuse";
  for (const std::string& directory : {fuse, disk->directory()}) {
    if (mkdir(directory.c_str(), 0700) != 0) return SystemError(errno, "cannot make " + directory);
  }
  disk->server_ = std::make_unique<Server>(system.size);
  TEARPROOF_RETURN_IF_ERROR(disk->server_->Start(fuse));
  TEARPROOF_ASSIGN_OR_RETURN(disk->mounted_,
                             MountedImage::Mount(fuse + "/disk", system, true, disk->directory()));
  return disk;
}

std::string RecordedDisk::directory() const { return home_.path() + "/mounted"; }

void RecordedDisk::Sync() const {
  const UniqueFd mounted(open(directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  syncfs(mounted.get());
}

size_t RecordedDisk::recorded() const { return server_->recorded(); }

std::vector<DiskRecord> RecordedDisk::Records() const { return server_->Records(); }

}  // namespace tearproof::crash
