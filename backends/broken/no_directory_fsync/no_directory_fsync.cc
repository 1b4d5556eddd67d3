// The planted bug: the file is synced before the rename, and the directory never.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/entry_files.h"
#include "harness/kit/file_io.h"
#include "harness/kit/temporary_file.h"

namespace tearproof::backends::broken::no_directory_fsync {
namespace {

class NoDirectoryFsync : public kit::EntryFiles {
 public:
  using EntryFiles::EntryFiles;

 protected:
  void Set(const Request& request, Response& response) override {
    kit::TemporaryFile temporary(directory());
    if (!temporary.Create() || !temporary.Write(request.value) || !temporary.Sync() ||
        !temporary.Close() || !temporary.RenameTo(PathOf(request.key))) {
      return temporary.Report(response);
    }
    response.Is(Outcome::kDone);
  }
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<NoDirectoryFsync>(setup));
}

}  // namespace tearproof::backends::broken::no_directory_fsync
