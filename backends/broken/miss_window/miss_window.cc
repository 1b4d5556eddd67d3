// The planted bug: set unlinks the old entry before it renames the new one, and a reader between
// the two misses.
#include <unistd.h>

#include "harness/kit/canary_store.h"

namespace tearproof::backends::broken::miss_window {
namespace {

class MissWindow : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd& lock) override {
    unlink(path.c_str());
    return CanaryStore::WriteEntry(path, text, lock);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<MissWindow>(setup));
}

}  // namespace tearproof::backends::broken::miss_window
