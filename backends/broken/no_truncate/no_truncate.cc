// The planted bug: an entry is written in place without O_TRUNC, so that the tail of a longer value
// stays.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::no_truncate {
namespace {

class NoTruncate : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  UniqueFd LockForReading() override { return Lock(/*exclusive=*/false); }
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    return fd.valid() ? kit::WriteAll(fd.get(), text, kChunk) : errno;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<NoTruncate>(setup));
}

}  // namespace tearproof::backends::broken::no_truncate
