// Temporary file + rename(2): a reader opens the old inode or the new one, never one in the making.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/core/unique_fd.h"
#include "harness/kit/file_io.h"
#include "harness/kit/operations.h"

namespace tearproof::backends::temp_rename {
namespace {

constexpr std::string_view kSuffix = ".entry";
constexpr std::string_view kTempSuffix = ".temp";

class TempRename : public kit::Operations {
 public:
  explicit TempRename(const BackendSetup& setup)
      : directory_(setup.directory),
        sync_file_(setup.options.at("sync") != "none"),
        sync_directory_(setup.options.at("sync") == "full") {}

 protected:
  void Init(const Request&, Response& response) override {
    const int problem = kit::MakeDirectories(directory_, 0777);
    if (problem != 0) return kit::FailWithErrno(response, problem, "mkdir", directory_);
    response.Is(Outcome::kDone);
  }

  void Get(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    const int problem = kit::ReadFile(path, response.value);
    if (problem == ENOENT) return response.Is(Outcome::kMiss);
    if (problem != 0) return kit::FailWithErrno(response, problem, "read", path);
    response.Is(Outcome::kHit);
  }

  void Has(const Request& request, Response& response) override {
    response.Is(access(PathOf(request.key).c_str(), F_OK) == 0 ? Outcome::kHit : Outcome::kMiss);
  }

  void Set(const Request& request, Response& response) override {
    Publish(request, response, [](const char* temporary, const char* path) {
      return rename(temporary, path);
    });
  }

  // link(2) fails with EEXIST where rename would replace: the atomic "only if absent".
  void Add(const Request& request, Response& response) override {
    Publish(request, response, [](const char* temporary, const char* path) {
      const int result = link(temporary, path);
      const int problem = errno;
      unlink(temporary);
      errno = problem;
      return result;
    });
  }

  void Delete(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    if (unlink(path.c_str()) == 0) return response.Is(Outcome::kDone);
    if (errno == ENOENT) return response.Is(Outcome::kRefused);
    kit::FailWithErrno(response, errno, "unlink", path);
  }

  // Temporary files go only with clear's caller's leave to lose what is being written, so a live
  // one stays: its writer renames it in a moment.
  void Clear(const Request&, Response& response) override {
    std::vector<std::string> names;
    int problem = kit::ListDirectory(directory_, names);
    for (const std::string& name : names) {
      if (problem == 0 && name.ends_with(kSuffix)) {
        problem = kit::RemoveFile(directory_ + "/" + name);
      }
    }
    if (problem != 0) return kit::FailWithErrno(response, problem, "clear", directory_);
    response.Is(Outcome::kDone);
  }

 private:
  std::string PathOf(std::string_view key) const {
    return directory_ + "/" + kit::Md5Hex(key) + std::string(kSuffix);
  }

  template <typename Place>
  void Publish(const Request& request, Response& response, Place place) {
    std::string temporary = directory_ + "/XXXXXX" + std::string(kTempSuffix);
    UniqueFd fd(mkostemps(temporary.data(), static_cast<int>(kTempSuffix.size()), O_CLOEXEC));
    if (!fd.valid()) return kit::FailWithErrno(response, errno, "mkstemp", temporary);
    const char* call = "write";
    int problem = kit::WriteAll(fd.get(), request.value);
    if (problem == 0 && sync_file_ && fsync(fd.get()) != 0) {
      call = "fsync";
      problem = errno;
    }
    fd.Reset();
    if (problem != 0) {
      unlink(temporary.c_str());
      return kit::FailWithErrno(response, problem, call, temporary);
    }
    const std::string path = PathOf(request.key);
    if (place(temporary.c_str(), path.c_str()) != 0) {
      problem = errno;
      unlink(temporary.c_str());
      if (problem == EEXIST) return response.Is(Outcome::kRefused);
      return kit::FailWithErrno(response, problem, "rename", path);
    }
    problem = sync_directory_ ? SyncDirectory() : 0;
    if (problem != 0) return kit::FailWithErrno(response, problem, "fsync", directory_);
    response.Is(Outcome::kDone);
  }

  int SyncDirectory() const {
    UniqueFd fd(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fd.valid() && fsync(fd.get()) == 0 ? 0 : errno;
  }

  std::string directory_;
  bool sync_file_;
  bool sync_directory_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<TempRename>(setup));
}

}  // namespace tearproof::backends::temp_rename
