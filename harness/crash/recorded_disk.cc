#include "harness/crash/recorded_disk.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
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

const std::string kNeeds = "--real needs root, /dev/fuse, loop devices, and the file system's mkfs";

Error Cannot(int number, const std::string& what) { return SystemError(number, what, kNeeds); }

}  // namespace

Result<RealFileSystem> FindRealFileSystem(const std::string& name) {
  // As little as each can do with: an image of it is kept for every state.
  const std::map<std::string, std::pair<std::string, uint64_t>> known = {
      {"ext4", {"ext4-ordered-auto", 32 * kMebi}},
      {"xfs", {"xfs", 300 * kMebi}},
      {"btrfs", {"btrfs", 110 * kMebi}}};
  std::vector<std::string> names;
  for (const auto& [each, rest] : known) {
    const auto& [model, size] = rest;
    if (each == name) return RealFileSystem{*FindDiskFormat(name, size), model, size};
    names.push_back(each);
  }
  return UnknownNameError("file system", name, names);
}

#ifdef TEARPROOF_HAS_FUSE

// One file, "disk", in memory.
class RecordedDisk::Server {
 public:
  explicit Server(uint64_t size) : bytes_(size, '\0') {}
  ~Server() {
    if (fuse_ == nullptr) return;
    // The loop ends by itself once nothing is mounted; fuse_unmount would close what it reads from.
    const bool unmounted = umount2(directory_.c_str(), UMOUNT_NOFOLLOW) == 0;
    if (unmounted && thread_.joinable()) thread_.join();
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
    directory_ = directory;
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
  std::string directory_;  // Where it is mounted.
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
  auto mounted = MountedImage::Mount(fuse + "/disk", system.format, true, disk->directory());
  if (!mounted.ok()) {
    Error error = mounted.error();
    error.remedy = kNeeds;
    return error;
  }
  disk->mounted_ = std::move(mounted).value();
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
