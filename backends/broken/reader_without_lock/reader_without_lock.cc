// The planted bug: entries are written in place under an exclusive lock that readers do not take.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::reader_without_lock {
namespace {

class ReaderWithoutLock : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    return fd.valid() ? kit::WriteAll(fd.get(), text, kChunk) : errno;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<ReaderWithoutLock>(setup));
}

}  // namespace tearproof::backends::broken::reader_without_lock
