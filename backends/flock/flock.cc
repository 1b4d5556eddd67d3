// flock(2) on one lock file of the directory: readers shared, all others exclusive. The control
// that can do everything and must hold.
#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <memory>

#include "harness/core/unique_fd.h"
#include "harness/kit/locked_store.h"

namespace tearproof::backends::flock {
namespace {

// The lock belongs to the open file description: the kernel drops it with the last descriptor, so
// a killed holder blocks nobody.
class FlockLock : public kit::DirectoryLock {
 public:
  int Open(const std::string& directory) override {
    fd_.Reset(open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    return fd_.valid() ? 0 : errno;
  }

  int Acquire(kit::LockMode mode) override {
    const int operation = mode == kit::LockMode::kShared ? LOCK_SH : LOCK_EX;
    while (::flock(fd_.get(), operation) != 0) {
      if (errno != EINTR) return errno;
    }
    return 0;
  }

  int Release() override { return ::flock(fd_.get(), LOCK_UN) == 0 ? 0 : errno; }

 private:
  UniqueFd fd_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return kit::LockedStore::Open(setup, std::make_unique<FlockLock>());
}

}  // namespace tearproof::backends::flock
