// The planted bug: the file is synced after the rename, when its name may be on the disk already.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/entry_files.h"
#include "harness/kit/file_io.h"
#include "harness/kit/temporary_file.h"

namespace tearproof::backends::broken::fsync_after_rename {
namespace {

class FsyncAfterRename : public kit::EntryFiles {
 public:
  using EntryFiles::EntryFiles;

 protected:
  void Set(const Request& request, Response& response) override {
    kit::TemporaryFile temporary(directory());
    if (!temporary.Create() || !temporary.Write(request.value) ||
        !temporary.RenameTo(PathOf(request.key)) || !temporary.Sync()) {
      return temporary.Report(response);
    }
    const int problem = kit::SyncDirectory(directory());
    if (problem != 0) return kit::FailWithErrno(response, problem, "fsync", directory());
    response.Is(Outcome::kDone);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<FsyncAfterRename>(setup));
}

}  // namespace tearproof::backends::broken::fsync_after_rename
