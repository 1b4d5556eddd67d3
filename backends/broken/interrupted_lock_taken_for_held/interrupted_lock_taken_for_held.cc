// The planted bug: flock(2) that a signal interrupts is not called again, and the change made
// without the lock.
#include <fcntl.h>
#include <sys/file.h>

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::interrupted_lock_taken_for_held {
namespace {

class InterruptedLockTakenForHeld : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  UniqueFd LockForChange() override {
    UniqueFd lock(open((directory() + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (lock.valid()) flock(lock.get(), LOCK_EX);
    return lock;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<InterruptedLockTakenForHeld>(setup));
}

}  // namespace tearproof::backends::broken::interrupted_lock_taken_for_held
