// The planted bug: a set that finds the lock taken stores nothing and reports success.
#include <fcntl.h>
#include <sys/file.h>

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::lost_when_busy {
namespace {

class LostWhenBusy : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void Set(const Request& request, Response& response) override {
    UniqueFd lock(open((directory() + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (lock.valid() && flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      return response.Is(Outcome::kDone);
    }
    Store(PathOf(request.key), EntryText(request.value, request.ttl_millis), lock, response);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<LostWhenBusy>(setup));
}

}  // namespace tearproof::backends::broken::lost_when_busy
