// A file in the making, and the two ways to publish it.
//
// Purpose: write beside, then appear at once. Steps are methods, so that a backend's file reads as
// the list of its system calls; each returns whether it succeeded, and a chain of them stops at the
// first that did not. What was not published is unlinked when the object goes.
// Thread safety: none. Process safety: the name is made with O_EXCL, so no two processes, however
// numbered or forked, ever write one temporary file.
#ifndef TEARPROOF_HARNESS_KIT_TEMPORARY_FILE_H_
#define TEARPROOF_HARNESS_KIT_TEMPORARY_FILE_H_

#include <string>
#include <string_view>

#include "harness/api/backend.h"
#include "harness/core/unique_fd.h"

namespace tearproof::kit {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string directory) : directory_(std::move(directory)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  // mkostemps(3): open(<directory>/XXXXXX.temp, O_RDWR|O_CREAT|O_EXCL, 0600).
  bool Create();
  // write(2) until all is written.
  bool Write(std::string_view bytes);
  // fsync(2) of the file.
  bool Sync();
  bool Close();
  // rename(2) to `path`: replaces what is there.
  bool RenameTo(const std::string& path);
  // link(2) to `path`, then unlink of the temporary name: fails with EEXIST if anything is there.
  bool LinkTo(const std::string& path);

  // The errno and name of the call that failed. REQUIRES: a step returned false.
  int problem() const { return problem_; }
  // The failed step as a kError response. REQUIRES: a step returned false.
  void Report(Response& response) const;

 private:
  bool Failed(const char* call, int problem);

  std::string directory_;
  std::string path_;  // Empty once it is gone.
  UniqueFd fd_;
  const char* call_ = "";
  int problem_ = 0;
};

// open(O_DIRECTORY), fsync, close: makes the names in `directory` durable. 0 or an errno.
int SyncDirectory(const std::string& directory);

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_TEMPORARY_FILE_H_
