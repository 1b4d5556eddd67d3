// The naive cache: one file an entry, truncated and written in place. The control that must break.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "harness/core/unique_fd.h"
#include "harness/kit/file_io.h"
#include "harness/kit/operations.h"

namespace tearproof::backends::naive {
namespace {

class Naive : public kit::Operations {
 public:
  explicit Naive(const BackendSetup& setup) : directory_(setup.directory) {}

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
    const std::string path = PathOf(request.key);
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!fd.valid()) return kit::FailWithErrno(response, errno, "open", path);
    const int problem = kit::WriteAll(fd.get(), request.value);
    if (problem != 0) return kit::FailWithErrno(response, problem, "write", path);
    response.Is(Outcome::kDone);
  }

  void Delete(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    if (unlink(path.c_str()) == 0) return response.Is(Outcome::kDone);
    if (errno == ENOENT) return response.Is(Outcome::kRefused);
    kit::FailWithErrno(response, errno, "unlink", path);
  }

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
  static constexpr std::string_view kSuffix = ".entry";

  std::string PathOf(std::string_view key) const {
    return directory_ + "/" + kit::Md5Hex(key) + std::string(kSuffix);
  }

  std::string directory_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<Naive>(setup));
}

}  // namespace tearproof::backends::naive
