// Temporary file, fsync(2), rename(2): the new name never leads to bytes that are not on the disk.
#include <cerrno>
#include <memory>

#include "harness/kit/entry_files.h"
#include "harness/kit/file_io.h"
#include "harness/kit/temporary_file.h"

namespace tearproof::backends::temp_rename_fsync {
namespace {

class TempRenameFsync : public kit::EntryFiles {
 public:
  explicit TempRenameFsync(const BackendSetup& setup)
      : EntryFiles(setup), sync_directory_(setup.options.at("directory") == "yes") {}

 protected:
  void Set(const Request& request, Response& response) override {
    kit::TemporaryFile temporary(directory());
    if (!WriteDown(temporary, request.value) || !temporary.RenameTo(PathOf(request.key))) {
      return temporary.Report(response);
    }
    Finish(response);
  }

  void Add(const Request& request, Response& response) override {
    kit::TemporaryFile temporary(directory());
    if (!WriteDown(temporary, request.value)) return temporary.Report(response);
    if (!temporary.LinkTo(PathOf(request.key))) {
      if (temporary.problem() == EEXIST) return response.Is(Outcome::kRefused);
      return temporary.Report(response);
    }
    Finish(response);
  }

 private:
  // The fsync stands before the name appears: after it would leave a window in which a power cut
  // leaves an empty file under the entry's name.
  static bool WriteDown(kit::TemporaryFile& temporary, std::string_view value) {
    return temporary.Create() && temporary.Write(value) && temporary.Sync() && temporary.Close();
  }

  // Without this a power cut may bring back the old value, whole.
  void Finish(Response& response) {
    const int problem = sync_directory_ ? kit::SyncDirectory(directory()) : 0;
    if (problem != 0) return kit::FailWithErrno(response, problem, "fsync", directory());
    response.Is(Outcome::kDone);
  }

  bool sync_directory_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<TempRenameFsync>(setup));
}

}  // namespace tearproof::backends::temp_rename_fsync
