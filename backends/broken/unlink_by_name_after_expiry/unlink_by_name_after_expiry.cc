// The planted bug: a reader that meets an expired entry unlinks its name without the lock, whatever
// lies there by then.
#include <unistd.h>

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::unlink_by_name_after_expiry {
namespace {

class UnlinkByNameAfterExpiry : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void MeetExpired(const std::string& path) override { unlink(path.c_str()); }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<UnlinkByNameAfterExpiry>(setup));
}

}  // namespace tearproof::backends::broken::unlink_by_name_after_expiry
