// The planted bug: what write(2) answers is not looked at, and the entry renamed into place.
#include <stdio.h>

#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::write_error_ignored {
namespace {

class WriteErrorIgnored : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    UniqueFd fd;
    std::string temporary;
    const int problem = CreateTemporary(fd, temporary);
    if (problem != 0) return problem;
    (void)kit::WriteAll(fd.get(), text, kChunk);
    fd.Reset();
    return PublishOrRemove(temporary, path);
  }

 private:
  static int PublishOrRemove(const std::string& temporary, const std::string& path) {
    if (rename(temporary.c_str(), path.c_str()) == 0) return 0;
    const int problem = errno;
    kit::RemoveFile(temporary);
    return problem;
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<WriteErrorIgnored>(setup));
}

}  // namespace tearproof::backends::broken::write_error_ignored
