// The planted bug: where rename(2) fails the error is reported, and the temporary file stays.
#include <stdio.h>

#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::temp_left_after_error {
namespace {

class TempLeftAfterError : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    UniqueFd fd;
    std::string temporary;
    int problem = CreateTemporary(fd, temporary);
    if (problem != 0) return problem;
    problem = kit::WriteAll(fd.get(), text, kChunk);
    fd.Reset();
    if (problem != 0) {
      kit::RemoveFile(temporary);
      return problem;
    }
    return rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<TempLeftAfterError>(setup));
}

}  // namespace tearproof::backends::broken::temp_left_after_error
