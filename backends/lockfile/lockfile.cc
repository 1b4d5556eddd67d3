// The lock file of old: whoever creates it with O_EXCL holds the lock, and removes it when done.
// The others look again and again. A holder that is killed leaves it, and then nobody ever gets in.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "harness/core/clock.h"
#include "harness/core/unique_fd.h"
#include "harness/kit/file_io.h"
#include "harness/kit/locked_store.h"

namespace tearproof::backends::lockfile {
namespace {

constexpr int64_t kFirstWait = 50 * kNanosPerMicro;
constexpr int64_t kLongestWait = 2 * kNanosPerMilli;

class LockFile : public kit::DirectoryLock {
 public:
  int Open(const std::string& directory) override {
    path_ = directory + "/lock";
    return 0;
  }

  // It knows no sharing: readers wait for each other, too.
  int Acquire(kit::LockMode) override {
    for (int64_t wait = kFirstWait;; wait = std::min(2 * wait, kLongestWait)) {
      UniqueFd fd(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      if (fd.valid()) return 0;
      if (errno != EEXIST && errno != EINTR) return errno;
      const timespec pause = {0, static_cast<long>(wait)};
      nanosleep(&pause, nullptr);
    }
  }

  // If it stayed, nobody would ever get in again.
  int Release() override { return kit::RemoveForSure(path_); }

 private:
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return kit::LockedStore::Open(setup, std::make_unique<LockFile>());
}

}  // namespace tearproof::backends::lockfile
