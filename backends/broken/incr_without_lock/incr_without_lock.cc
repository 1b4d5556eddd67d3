// The planted bug: incr reads the number before it takes the lock.

#include "harness/kit/canary_store.h"
#include "harness/kit/number.h"

namespace tearproof::backends::broken::incr_without_lock {
namespace {

class IncrWithoutLock : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void Incr(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    Read(path, response);
    if (response.outcome == Outcome::kMiss) return response.Is(Outcome::kRefused);
    if (response.outcome != Outcome::kHit) return;
    std::string sum = response.value;
    if (!kit::AddToNumber(sum, request.delta)) return response.Fail(0, "the value is no number");
    UniqueFd lock = LockForChange();
    Store(path, EntryText(sum, kNoTtl), lock, response);
    response.value = sum;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<IncrWithoutLock>(setup));
}

}  // namespace tearproof::backends::broken::incr_without_lock
