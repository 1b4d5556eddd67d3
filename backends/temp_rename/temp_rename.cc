// Temporary file + rename(2): a reader opens the old inode or the new one, never one in the making.
#include <cerrno>
#include <memory>

#include "harness/kit/entry_files.h"
#include "harness/kit/file_io.h"
#include "harness/kit/temporary_file.h"

namespace tearproof::backends::temp_rename {
namespace {

class TempRename : public kit::EntryFiles {
 public:
  explicit TempRename(const BackendSetup& setup)
      : EntryFiles(setup),
        sync_file_(setup.options.at("sync") != "none"),
        sync_directory_(setup.options.at("sync") == "full") {}

 protected:
  void Set(const Request& request, Response& response) override {
    kit::TemporaryFile temporary(directory());
    if (!Write(temporary, request.value) || !temporary.RenameTo(PathOf(request.key))) {
      return temporary.Report(response);
    }
    Finish(response);
  }

  // link(2) fails with EEXIST where rename would replace: the atomic "only if absent".
  void Add(const Request& request, Response& response) override {
    kit::TemporaryFile temporary(directory());
    if (!Write(temporary, request.value)) return temporary.Report(response);
    if (!temporary.LinkTo(PathOf(request.key))) {
      if (temporary.problem() == EEXIST) return response.Is(Outcome::kRefused);
      return temporary.Report(response);
    }
    Finish(response);
  }

 private:
  bool Write(kit::TemporaryFile& temporary, std::string_view value) {
    return temporary.Create() && temporary.Write(value) && (!sync_file_ || temporary.Sync()) &&
           temporary.Close();
  }

  void Finish(Response& response) {
    const int problem = sync_directory_ ? kit::SyncDirectory(directory()) : 0;
    if (problem != 0) return kit::FailWithErrno(response, problem, "fsync", directory());
    response.Is(Outcome::kDone);
  }

  bool sync_file_;
  bool sync_directory_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<TempRename>(setup));
}

}  // namespace tearproof::backends::temp_rename
