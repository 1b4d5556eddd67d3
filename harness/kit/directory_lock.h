// The lock that guards a whole cache directory.
//
// Purpose: what flock, fcntl-lock and lockfile differ in; LockedStore does the rest.
// Thread safety: none. Process safety: that is its purpose. Errors: 0 or an errno.
#ifndef TEARPROOF_HARNESS_KIT_DIRECTORY_LOCK_H_
#define TEARPROOF_HARNESS_KIT_DIRECTORY_LOCK_H_

#include <string>

namespace tearproof::kit {

enum class LockMode {
  kShared,     // Readers together.
  kExclusive,  // One alone. A lock that knows no sharing takes this for both.
};

class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
  // Makes the lock of `directory` usable by this process; again: drops what was open before.
  // REQUIRES: the directory exists; the lock is not held.
  virtual int Open(const std::string& directory) = 0;
  // Waits until the lock is held. REQUIRES: not held.
  virtual int Acquire(LockMode mode) = 0;
  // REQUIRES: held.
  virtual int Release() = 0;
};

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_DIRECTORY_LOCK_H_
