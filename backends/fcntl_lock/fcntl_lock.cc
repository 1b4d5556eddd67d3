// POSIX record lock, fcntl(2) F_SETLKW, on one whole lock file of the directory: readers shared,
// all others exclusive.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "harness/core/unique_fd.h"
#include "harness/kit/locked_store.h"

namespace tearproof::backends::fcntl_lock {
namespace {

// The lock belongs to the process, not to the descriptor: closing any descriptor of the lock file
// drops it. So nothing but Open ever opens or closes that file, and Open holds no lock.
class FcntlLock : public kit::DirectoryLock {
 public:
  int Open(const std::string& directory) override {
    fd_.Reset(open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    return fd_.valid() ? 0 : errno;
  }

  int Acquire(kit::LockMode mode) override {
    return Change(mode == kit::LockMode::kShared ? F_RDLCK : F_WRLCK);
  }

  int Release() override { return Change(F_UNLCK); }

 private:
  int Change(short type) {
    struct flock whole = {};
    whole.l_type = type;
    whole.l_whence = SEEK_SET;
    whole.l_start = 0;
    whole.l_len = 0;  // To the end of the file, wherever that is.
    while (fcntl(fd_.get(), F_SETLKW, &whole) != 0) {
      if (errno != EINTR) return errno;
    }
    return 0;
  }

  UniqueFd fd_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return kit::LockedStore::Open(setup, std::make_unique<FcntlLock>());
}

}  // namespace tearproof::backends::fcntl_lock
