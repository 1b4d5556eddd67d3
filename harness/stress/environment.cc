#include "harness/stress/environment.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "harness/core/text.h"

namespace tearproof::stress {
namespace {

constexpr uint64_t kSpareBytes = 1 << 20;
constexpr uint64_t kSpareFiles = 16;
// A cache that said "disk full" gave back what it could not use before anybody could look.
constexpr uint64_t kReportedFactor = 16;

// Without inodes nothing can be made either. File systems that count neither report zero in all.
uint64_t FreeBytes(const struct statvfs& status) {
  if (status.f_files > 0 && status.f_favail <= kSpareFiles) return 0;
  return status.f_blocks > 0 ? uint64_t{status.f_bavail} * status.f_frsize : UINT64_MAX;
}

bool LeadsTo(const std::string& path, int directory) {
  struct stat found;
  struct stat made;
  return lstat(path.c_str(), &found) == 0 && fstat(directory, &made) == 0 &&
         found.st_dev == made.st_dev && found.st_ino == made.st_ino && made.st_nlink > 0;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace

Environment::Environment(const OwnedDirectory* work, uint64_t largest_value)
    : work_(work),
      spare_bytes_(std::max(kSpareBytes, 2 * largest_value)),
      least_free_(UINT64_MAX) {}

void Environment::BeginRound(RoundPaths paths) {
  paths_ = std::move(paths);
  least_free_ = UINT64_MAX;
  Look();
}

void Environment::Look() {
  struct statvfs status;
  if (fstatvfs(work_->fd(), &status) == 0) least_free_ = std::min(least_free_, FreeBytes(status));
}

Result<void> Environment::CheckRound(int reported) {
  TEARPROOF_RETURN_IF_ERROR(CheckDirectories());
  Look();
  const uint64_t spare = reported == ENOSPC ? spare_bytes_ * kReportedFactor : spare_bytes_;
  if (least_free_ < spare) {
    return SystemError(ENOSPC,
                       fmt::format("the disk of the cache's directory {} ran full ({} were left), "
                                   "which proves nothing against the cache",
                                   work_->path(), FormatSize(least_free_)),
                       "free some space there, or name another place with --dir");
  }
  if (reported == 0 || reported == ENOSPC) return {};
  return SystemError(reported, "the cache's operations fail in " + work_->path(),
                     "free what is short there, or name another place with --dir");
}

Result<void> Environment::CheckDirectories() const {
  if (LeadsTo(work_->path(), work_->fd()) && (paths_.root.empty() || Exists(paths_.working))) {
    return {};
  }
  return SystemError(ENOENT,
                     "somebody removed the cache's directory under the run: " + work_->path(),
                     "leave it alone until the run is over, or name another place with --dir");
}

Result<void> CheckRecordDisk(const std::string& directory, uint64_t bytes) {
  struct statvfs status;
  if (statvfs(directory.c_str(), &status) != 0)
    return SystemError(errno, "cannot use " + directory);
  const uint64_t left = FreeBytes(status);
  if (left >= bytes) return {};
  return SystemError(
      ENOSPC,
      fmt::format("the disk of the run's own record is full: {} has {} left, and recording this "
                  "takes {}",
                  directory, FormatSize(left), FormatSize(bytes)),
      "free some space there, ask for fewer processes, or start tearproof in a directory on "
      "another disk");
}

}  // namespace tearproof::stress
