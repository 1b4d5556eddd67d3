// The planted bug: what write(2) answers is not looked at, and the entry renamed into place.
#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::write_error_ignored {
namespace {

class WriteErrorIgnored : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int FillTemporary(UniqueFd& fd, const std::string& text) override {
    (void)CanaryStore::FillTemporary(fd, text);
    return 0;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<WriteErrorIgnored>(setup));
}

}  // namespace tearproof::backends::broken::write_error_ignored
