// The naive cache: one file an entry, truncated and written in place. The control that must break.
#include <fcntl.h>

#include <cerrno>
#include <memory>

#include "harness/core/unique_fd.h"
#include "harness/kit/entry_files.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::naive {
namespace {

class Naive : public kit::EntryFiles {
 public:
  using EntryFiles::EntryFiles;

 protected:
  // From open to the last write, readers see an empty or a short file, and two writers with their
  // own offsets mix in one inode.
  void Set(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!fd.valid()) return kit::FailWithErrno(response, errno, "open", path);
    const int problem = kit::WriteAll(fd.get(), request.value);
    if (problem != 0) return kit::FailWithErrno(response, problem, "write", path);
    response.Is(Outcome::kDone);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<Naive>(setup));
}

}  // namespace tearproof::backends::naive
