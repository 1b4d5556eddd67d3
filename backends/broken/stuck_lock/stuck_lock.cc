// The planted bug: a set that loses the race for the lock file waits for a mark in it that its
// owner never makes.
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::stuck_lock {
namespace {

class StuckLock : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void Set(const Request& request, Response& response) override {
    const std::string path = directory() + "/owner";
    UniqueFd own = Own(path);
    CanaryStore::Set(request, response);
    unlink(path.c_str());
  }

 private:
  // The owner unlinks the file; who has opened it in the meantime polls what has no name any more.
  static UniqueFd Own(const std::string& path) {
    while (true) {
      UniqueFd own(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      if (own.valid() || errno != EEXIST) return own;
      const UniqueFd other(open(path.c_str(), O_RDONLY | O_CLOEXEC));
      if (other.valid()) WaitForMark(other.get());
    }
  }

  static void WaitForMark(int fd) {
    constexpr timespec kPause = {0, 1'000'000};
    struct stat status;
    while (fstat(fd, &status) == 0 && status.st_size == 0) nanosleep(&kPause, nullptr);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<StuckLock>(setup));
}

}  // namespace tearproof::backends::broken::stuck_lock
