// The planted bug: add looks whether the key is there and then sets it, without a lock around the
// two.

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::add_without_excl {
namespace {

class AddWithoutExcl : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  void Add(const Request& request, Response& response) override {
    Get(request, response);
    if (response.outcome == Outcome::kHit) return response.Is(Outcome::kRefused);
    if (response.outcome == Outcome::kMiss) Set(request, response);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<AddWithoutExcl>(setup));
}

}  // namespace tearproof::backends::broken::add_without_excl
