// The planted bug: the old entry is opened and synced, and not the file that replaces it.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/entry_files.h"
#include "harness/kit/file_io.h"
#include "harness/kit/temporary_file.h"

namespace tearproof::backends::broken::fsync_of_wrong_descriptor {
namespace {

class FsyncOfWrongDescriptor : public kit::EntryFiles {
 public:
  using EntryFiles::EntryFiles;

 protected:
  void Set(const Request& request, Response& response) override {
    kit::TemporaryFile temporary(directory());
    if (!temporary.Create() || !temporary.Write(request.value)) return temporary.Report(response);
    const std::string path = PathOf(request.key);
    const UniqueFd wrong(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (wrong.valid() && fsync(wrong.get()) != 0) {
      return kit::FailWithErrno(response, errno, "fsync", path);
    }
    if (!temporary.Close() || !temporary.RenameTo(path)) return temporary.Report(response);
    const int problem = kit::SyncDirectory(directory());
    if (problem != 0) return kit::FailWithErrno(response, problem, "fsync", directory());
    response.Is(Outcome::kDone);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<FsyncOfWrongDescriptor>(setup));
}

}  // namespace tearproof::backends::broken::fsync_of_wrong_descriptor
