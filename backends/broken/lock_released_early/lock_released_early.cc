// The planted bug: the exclusive lock is released after the first block; the rest of the entry is
// written without it.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::lock_released_early {
namespace {

class LockReleasedEarly : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  UniqueFd LockForReading() override { return Lock(/*exclusive=*/false); }
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd& lock) override {
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!fd.valid()) return errno;
    const std::string_view whole = text;
    const size_t head = std::min(kChunk, whole.size());
    const int problem = kit::WriteAll(fd.get(), whole.substr(0, head));
    lock.Reset();
    return problem != 0 ? problem : kit::WriteAll(fd.get(), whole.substr(head), kChunk);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<LockReleasedEarly>(setup));
}

}  // namespace tearproof::backends::broken::lock_released_early
