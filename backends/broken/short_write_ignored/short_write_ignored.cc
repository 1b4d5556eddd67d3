// The planted bug: the write loop takes an interrupted, short write for success and publishes a
// truncated entry.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::short_write_ignored {
namespace {

class ShortWriteIgnored : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  // Signals are rare and tmpfs knows no short writes by itself: about one value in 50 meets one.
  int FillTemporary(UniqueFd& fd, const std::string& text) override {
    const bool interrupted = random().Below(50) == 0;
    const size_t most = interrupted ? std::max(kChunk, text.size() / 2) : text.size();
    (void)kit::WriteAll(fd.get(), std::string_view(text).substr(0, most), kChunk);
    return 0;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<ShortWriteIgnored>(setup));
}

}  // namespace tearproof::backends::broken::short_write_ignored
