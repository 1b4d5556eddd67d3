#include "harness/cli/fresh_file_system.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

// Sparse: only what is written takes room.
constexpr uint64_t kDiskBytes = uint64_t{2} << 30;

Result<void> Unmount(const std::string& directory) {
  if (umount2(directory.c_str(), 0) == 0 || umount2(directory.c_str(), MNT_DETACH) == 0) return {};
  return SystemError(errno, "cannot unmount " + directory);
}

}  // namespace

const std::vector<std::string>& FreshFileSystemNames() {
  static const std::vector<std::string> kNames = {"ext4", "xfs", "btrfs", "tmpfs", "overlayfs"};
  return kNames;
}

Result<void> CheckFreshFileSystem(const std::string& name) {
  const std::vector<std::string>& names = FreshFileSystemNames();
  if (std::ranges::find(names, name) != names.end()) return {};
  return UnknownNameError("file system", name, names);
}

std::string DefaultDiskDirectory() {
  const char* temporary = std::getenv("TMPDIR");
  return temporary != nullptr && *temporary != '\0' ? temporary : "/tmp";
}

Result<std::unique_ptr<FreshFileSystem>> FreshFileSystem::Make(const std::string& name,
                                                               const std::string& parent) {
  TEARPROOF_RETURN_IF_ERROR(CheckFreshFileSystem(name));
  RemoveAbandoned(parent);
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory home, OwnedDirectory::Create(parent));
  auto fresh = std::unique_ptr<FreshFileSystem>(new FreshFileSystem(std::move(home)));
  fresh->home_.Claim();
  fresh->title_ = fmt::format("a fresh {} in {}", name, parent);
  TEARPROOF_ASSIGN_OR_RETURN(fresh->directory_, fresh->MakeDirectory("mounted"));
  if (name == "overlayfs") {
    TEARPROOF_RETURN_IF_ERROR(fresh->MountOverlay());
  } else if (name == "tmpfs") {
    if (mount("tmpfs", fresh->directory_.c_str(), "tmpfs", 0, "mode=0700") != 0) {
      return CannotMount(errno, "cannot mount a tmpfs");
    }
    fresh->mounted_ = true;
  } else {
    TEARPROOF_RETURN_IF_ERROR(fresh->MountDisk(name, fresh->directory_));
  }
  return fresh;
}

FreshFileSystem::~FreshFileSystem() {
  if (mounted_) static_cast<void>(Unmount(directory_));
}

Result<std::string> FreshFileSystem::MakeDirectory(const std::string& path) const {
  std::string whole = home_.path() + "/" + path;
  if (mkdir(whole.c_str(), 0700) != 0) return SystemError(errno, "cannot make " + whole);
  return whole;
}

Result<void> FreshFileSystem::MountDisk(const std::string& format, const std::string& directory) {
  const std::string file = home_.path() + "/image";
  const UniqueFd made(open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made.valid() || ftruncate(made.get(), static_cast<off_t>(kDiskBytes)) != 0) {
    return SystemError(errno, "cannot make " + file);
  }
  Result<std::unique_ptr<MountedImage>> image =
      MountedImage::Mount(file, *FindDiskFormat(format, kDiskBytes), true, directory);
  unlink(file.c_str());  // The device holds it.
  if (!image.ok()) return image.error();
  image_ = std::move(image).value();
  return {};
}

// Over a fresh ext4, as containers have it.
Result<void> FreshFileSystem::MountOverlay() {
  TEARPROOF_ASSIGN_OR_RETURN(const std::string below, MakeDirectory("below"));
  TEARPROOF_RETURN_IF_ERROR(MountDisk("ext4", below));
  for (const char* each : {"below/lower", "below/upper", "below/work"}) {
    TEARPROOF_RETURN_IF_ERROR(MakeDirectory(each));
  }
  const std::string options =
      fmt::format("lowerdir={0}/lower,upperdir={0}/upper,workdir={0}/work", below);
  if (mount("overlay", directory_.c_str(), "overlay", 0, options.c_str()) != 0) {
    return CannotMount(errno, "cannot mount an overlayfs");
  }
  mounted_ = true;
  title_ += " over ext4";
  return {};
}

}  // namespace tearproof::cli
