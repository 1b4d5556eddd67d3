// Django's file cache after the fix of ticket #20536: a temporary file, then rename.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "harness/core/random.h"
#include "harness/core/unique_fd.h"
#include "harness/kit/django_options.h"
#include "harness/kit/file_io.h"
#include "harness/kit/number.h"
#include "harness/kit/operations.h"
#include "harness/kit/pickle.h"
#include "harness/kit/python.h"
#include "harness/kit/stored_zlib.h"

namespace tearproof::backends::django_v1 {
namespace {

constexpr std::string_view kSuffix = ".djcache";
constexpr size_t kBufferBytes = 4096;
constexpr size_t kCopyBytes = 65536;

class DjangoV1 : public kit::Operations {
 public:
  DjangoV1(const BackendSetup& setup, const kit::DjangoOptions& options)
      : directory_(setup.directory),
        options_(options),
        random_(DeriveSeed(setup.seed, setup.process)) {}

 protected:
  void Init(const Request&, Response& response) override {
    if (CreateDirectory(response)) response.Is(Outcome::kDone);
  }

  void Get(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    response.Is(Outcome::kMiss);
    if (!kit::PathExists(path)) return;
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return;
    kit::BufferedReader reader(fd.get(), buffer_);
    if (IsExpired(fd, reader, path, response) || response.outcome == Outcome::kError) return;
    while (reader.Need(reader.Ahead().size() + 1)) continue;
    if (reader.problem() != 0) return;
    kit::PythonException exception = kit::ZlibLoad(reader.Ahead(), body_);
    kit::PickleObject object;
    if (!exception.raised()) {
      kit::BufferedReader body(body_);
      exception = kit::LoadPickle(body, object);
    }
    if (exception.raised()) return kit::Leak(response, exception);
    response.value = object.bytes;
    response.Is(Outcome::kHit);
  }

  void Has(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    response.Is(Outcome::kMiss);
    if (!kit::PathExists(path)) return;
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));  // Unguarded, unlike get's.
    if (!fd.valid()) return kit::LeakOsError(response, errno, path);
    kit::BufferedReader reader(fd.get(), buffer_);
    if (IsExpired(fd, reader, path, response) || response.outcome == Outcome::kError) return;
    response.Is(Outcome::kHit);
  }

  void Set(const Request& request, Response& response) override {
    Store(request.key, request.value, kit::DjangoDeadline(request.ttl_millis, options_), response);
  }

  void Add(const Request& request, Response& response) override {
    Has(request, response);
    if (response.outcome == Outcome::kHit) return response.Is(Outcome::kRefused);
    if (response.outcome == Outcome::kMiss) Set(request, response);
  }

  void Delete(const Request& request, Response& response) override {
    const int problem = RemoveEntry(PathOf(request.key));
    if (problem == ENOENT) return response.Is(Outcome::kRefused);
    if (problem != 0) return kit::LeakOsError(response, problem, PathOf(request.key));
    response.Is(Outcome::kDone);
  }

  void Incr(const Request& request, Response& response) override {
    Get(request, response);
    if (response.outcome == Outcome::kMiss) return response.Is(Outcome::kRefused);
    if (response.outcome != Outcome::kHit) return;
    std::string sum = response.value;
    if (!kit::AddToNumber(sum, request.delta)) {
      return response.Fail(0, "TypeError: the value is no number");
    }
    Store(request.key, sum, kit::DjangoDeadline(kNoTtl, options_), response);
    response.value = sum;
  }

  void Clear(const Request&, Response& response) override {
    response.Is(Outcome::kDone);
    if (!kit::PathExists(directory_)) return;
    RemoveAll(ListEntries(), response);
  }

  void Cull(const Request&, Response& response) override {
    response.Is(Outcome::kDone);
    CullDirectory(response);
  }

 private:
  std::string PathOf(std::string_view key) const {
    return directory_ + "/" + kit::DjangoKeyHash(key) + std::string(kSuffix);
  }

  // stat, then mkdir; whoever loses that race has its directory all the same.
  bool CreateDirectory(Response& response) {
    if (kit::PathExists(directory_)) return true;
    const int problem = kit::MakeDirectoriesStrictly(directory_, 0700);
    if (problem == 0 || problem == EEXIST) return true;
    response.Fail(problem, "OSError: Cache directory '" + directory_ +
                               "' does not exist and could not be created'");
    return false;
  }

  // Reads the deadline. An entry past it is closed and removed by name. Puts an exception that
  // leaves the original into `response`; errors of the system are a miss, whatever the errno.
  bool IsExpired(UniqueFd& fd, kit::BufferedReader& reader, const std::string& path,
                 Response& response) {
    kit::PickleObject deadline;
    const kit::PythonException exception = kit::LoadPickle(reader, deadline);
    if (exception.kind == kit::PythonKind::kOsError) return true;
    if (exception.raised()) {
      kit::Leak(response, exception);
      return false;
    }
    const bool expired =
        deadline.kind == kit::PickleObject::Kind::kFloat && deadline.number < kit::PythonTime();
    if (!expired) return false;
    fd.Reset();
    RemoveEntry(path);
    return true;
  }

  void Store(std::string_view key, std::string_view value, std::optional<double> deadline,
             Response& response) {
    if (!CreateDirectory(response)) return;
    const std::string path = PathOf(key);
    response.Is(Outcome::kDone);
    CullDirectory(response);
    if (response.outcome == Outcome::kError) return;
    UniqueFd fd;
    std::string temporary;
    int problem = kit::MakeTemporaryFile(random_, directory_ + "/tmp", "", fd, temporary);
    if (problem != 0) return kit::LeakOsError(response, problem, temporary);
    problem =
        WriteEntry(fd.get(), kit::PickleExpiry(deadline), kit::ZlibStore(kit::PickleBytes(value)));
    fd.Reset();
    if (problem == 0) problem = Move(temporary, path);
    if (problem == 0) return;
    unlink(temporary.c_str());
    kit::LeakOsError(response, problem, path);
  }

  // As a buffered writer does with two writes: what fits together goes out together at the close,
  // else the first when the second comes, and a second above the buffer's size in one piece.
  static int WriteEntry(int fd, const std::string& header, const std::string& body) {
    if (header.size() + body.size() <= kBufferBytes) return kit::WriteAll(fd, header + body);
    const int problem = kit::WriteAll(fd, header);
    return problem != 0 ? problem : kit::WriteAll(fd, body);
  }

  // Stats both names, to see whether they are one file; then rename. Where that fails, for
  // whatever reason, copies over the target, which is not truncated.
  static int Move(const std::string& from, const std::string& to) {
    kit::PathExists(from);
    kit::PathExists(to);
    if (rename(from.c_str(), to.c_str()) == 0) return 0;
    UniqueFd source(open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!source.valid()) return errno;
    UniqueFd target(open(to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0777));
    if (!target.valid()) return errno;
    std::string text;
    int problem = kit::ReadAll(source.get(), text);
    if (problem == 0) problem = kit::WriteAll(target.get(), text, kCopyBytes);
    if (problem != 0) return problem;
    return unlink(from.c_str()) == 0 ? 0 : errno;
  }

  // 0, or the errno; ENOENT for an entry that stat or unlink did not find.
  static int RemoveEntry(const std::string& path) {
    if (!kit::PathExists(path)) return ENOENT;
    return unlink(path.c_str()) == 0 ? 0 : errno;
  }

  // glob: a directory that cannot be listed has no entries.
  std::vector<std::string> ListEntries() const {
    std::vector<std::string> names;
    kit::ListDirectory(directory_, names, /*sorted=*/false);
    std::erase_if(names, [](const std::string& name) { return !name.ends_with(kSuffix); });
    return names;
  }

  void RemoveAll(const std::vector<std::string>& names, Response& response) {
    for (const std::string& name : names) {
      const std::string path = directory_ + "/" + name;
      const int problem = RemoveEntry(path);
      if (problem != 0 && problem != ENOENT) return kit::LeakOsError(response, problem, path);
    }
  }

  // Leaves `response` alone unless an exception leaves the original.
  void CullDirectory(Response& response) {
    std::vector<std::string> names = ListEntries();
    if (names.size() < options_.max_entries) return;
    if (options_.cull_frequency != 0) {
      const size_t doomed = names.size() / options_.cull_frequency;
      for (size_t i = 0; i < doomed; ++i) {  // random.sample, without replacement.
        std::swap(names[i], names[i + random_.Below(names.size() - i)]);
      }
      names.resize(doomed);
    }
    RemoveAll(names, response);
  }

  std::string directory_;
  kit::DjangoOptions options_;
  Random random_;
  std::string buffer_;  // This and the next only save allocations.
  std::string body_;
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  TEARPROOF_ASSIGN_OR_RETURN(const kit::DjangoOptions options,
                             kit::ParseDjangoOptions(setup.options));
  return std::unique_ptr<Backend>(std::make_unique<DjangoV1>(setup, options));
}

}  // namespace tearproof::backends::django_v1
