// The planted bug: the temporary file is renamed before its tail is written.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "harness/kit/canary_store.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::broken::rename_before_close {
namespace {

class RenameBeforeClose : public kit::CanaryStore {
 public:
  using CanaryStore::CanaryStore;

 protected:
  int WriteEntry(const std::string& path, const std::string& text, UniqueFd&) override {
    UniqueFd fd;
    std::string temporary;
    int problem = CreateTemporary(fd, temporary);
    if (problem != 0) return problem;
    const std::string_view whole = text;
    const size_t head = std::min(kChunk, whole.size());
    problem = kit::WriteAll(fd.get(), whole.substr(0, head));
    if (problem != 0) return problem;
    if (rename(temporary.c_str(), path.c_str()) != 0) return errno;
    return kit::WriteAll(fd.get(), whole.substr(head), kChunk);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<RenameBeforeClose>(setup));
}

}  // namespace tearproof::backends::broken::rename_before_close
