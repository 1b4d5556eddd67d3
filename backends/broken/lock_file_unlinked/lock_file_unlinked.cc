// The planted bug: the owner unlinks the lock file when it releases it; a waiter holds the old
// file, a newcomer makes another.
#include <unistd.h>

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::lock_file_unlinked {
namespace {

class LockFileUnlinked : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void Incr(const Request& request, Response& response) override {
    CanaryStore::Incr(request, response);
    unlink((directory() + "/lock").c_str());
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<LockFileUnlinked>(setup));
}

}  // namespace tearproof::backends::broken::lock_file_unlinked
