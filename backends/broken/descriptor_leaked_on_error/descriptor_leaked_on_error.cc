// The planted bug: where write(2) fails the temporary file is removed, and its descriptor never
// closed.
#include <stdio.h>

#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::descriptor_leaked_on_error {
namespace {

class DescriptorLeakedOnError : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    UniqueFd fd;
    std::string temporary;
    int problem = CreateTemporary(fd, temporary);
    if (problem != 0) return problem;
    problem = kit::WriteAll(fd.get(), text, kChunk);
    if (problem != 0) {
      (void)fd.Release();
      kit::RemoveFile(temporary);
      return problem;
    }
    fd.Reset();
    if (rename(temporary.c_str(), path.c_str()) != 0) problem = errno;
    if (problem != 0) kit::RemoveFile(temporary);
    return problem;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<DescriptorLeakedOnError>(setup));
}

}  // namespace tearproof::backends::broken::descriptor_leaked_on_error
