// O_TMPFILE + linkat(2) + rename(2): the file in the making has no name, so a writer that is killed
// leaves nothing behind, but for the moment between linkat and rename.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "harness/core/random.h"
#include "harness/core/unique_fd.h"
#include "harness/kit/entry_files.h"
#include "harness/kit/file_io.h"

namespace tearproof::backends::otmpfile_link {
namespace {

class OtmpfileLink : public kit::EntryFiles {
 public:
  explicit OtmpfileLink(const BackendSetup& setup)
      : EntryFiles(setup), random_(DeriveSeed(setup.seed, setup.process)) {}

 protected:
  // Not every file system has O_TMPFILE, so init asks.
  void Init(const Request& request, Response& response) override {
    EntryFiles::Init(request, response);
    if (response.outcome != Outcome::kDone) return;
    if (OpenNameless().valid()) return;
    if (errno == EOPNOTSUPP || errno == EISDIR) {
      return response.Fail(errno, "the file system of " + directory() + " has no O_TMPFILE");
    }
    kit::FailWithErrno(response, errno, "open(O_TMPFILE)", directory());
  }

  // linkat never replaces, so a name of its own comes between, for rename to take from.
  void Set(const Request& request, Response& response) override {
    const UniqueFd fd = WriteNameless(request.value, response);
    if (!fd.valid()) return;
    std::string temporary = TemporaryPath();
    while (!Link(fd, temporary)) {
      if (errno != EEXIST) return kit::FailWithErrno(response, errno, "linkat", temporary);
      temporary = TemporaryPath();
    }
    const std::string path = PathOf(request.key);
    if (rename(temporary.c_str(), path.c_str()) != 0) {
      const int problem = errno;
      unlink(temporary.c_str());
      return kit::FailWithErrno(response, problem, "rename", path);
    }
    response.Is(Outcome::kDone);
  }

  void Add(const Request& request, Response& response) override {
    const UniqueFd fd = WriteNameless(request.value, response);
    if (!fd.valid()) return;
    const std::string path = PathOf(request.key);
    if (Link(fd, path)) return response.Is(Outcome::kDone);
    if (errno == EEXIST) return response.Is(Outcome::kRefused);
    kit::FailWithErrno(response, errno, "linkat", path);
  }

 private:
  UniqueFd OpenNameless() const {
    return UniqueFd(open(directory().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  }

  // The written file, or none and the reason in `response`.
  UniqueFd WriteNameless(std::string_view value, Response& response) const {
    UniqueFd fd = OpenNameless();
    if (!fd.valid()) {
      kit::FailWithErrno(response, errno, "open(O_TMPFILE)", directory());
      return fd;
    }
    const int problem = kit::WriteAll(fd.get(), value);
    if (problem != 0) {
      kit::FailWithErrno(response, problem, "write", directory());
      fd.Reset();
    }
    return fd;
  }

  std::string TemporaryPath() {
    return directory() + "/" + std::to_string(random_.Next()) + ".temp";
  }

  // By way of /proc, as open(2) shows: AT_EMPTY_PATH needs a capability.
  static bool Link(const UniqueFd& fd, const std::string& path) {
    const std::string source = "/proc/self/fd/" + std::to_string(fd.get());
    return linkat(AT_FDCWD, source.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }

  Random random_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  return std::unique_ptr<Backend>(std::make_unique<OtmpfileLink>(setup));
}

}  // namespace tearproof::backends::otmpfile_link
