// The planted bug: the deadline is rounded up to a whole second, so that an entry is served after
// its time.

#include "harness/kit/canary_store.h"
#include "harness/kit/expiry.h"

namespace tearproof::backends::broken::late_expiry {
namespace {

class LateExpiry : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  bool HasExpired(int64_t deadline) const override {
    if (deadline == kit::kNoDeadline) return false;
    const int64_t seconds = deadline / kNanosPerSecond + 1;
    return seconds * kNanosPerSecond <= RealtimeNanos();
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<LateExpiry>(setup));
}

}  // namespace tearproof::backends::broken::late_expiry
