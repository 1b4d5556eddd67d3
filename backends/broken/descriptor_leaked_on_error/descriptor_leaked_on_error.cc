// The planted bug: where write(2) fails the temporary file is removed, and its descriptor never
// closed.
#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::descriptor_leaked_on_error {
namespace {

class DescriptorLeakedOnError : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int FillTemporary(UniqueFd& fd, const std::string& text) override {
    const int problem = CanaryStore::FillTemporary(fd, text);
    if (problem != 0) (void)fd.Release();
    return problem;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<DescriptorLeakedOnError>(setup));
}

}  // namespace tearproof::backends::broken::descriptor_leaked_on_error
