// The planted bug: where write(2) or rename(2) fails the error is reported, and the temporary file
// stays.
#include <stdio.h>

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::temp_left_after_error {
namespace {

class TempLeftAfterError : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void GiveUp(const std::string&) override {}
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<TempLeftAfterError>(setup));
}

}  // namespace tearproof::backends::broken::temp_left_after_error
