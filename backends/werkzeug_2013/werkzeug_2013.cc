// The file-system cache of Werkzeug in 2013, whose set the reporter of ticket #20536 borrowed.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <vector>

#include "harness/core/random.h"
#include "harness/core/unique_fd.h"
#include "harness/kit/django_options.h"
#include "harness/kit/file_io.h"
#include "harness/kit/number.h"
#include "harness/kit/operations.h"
#include "harness/kit/pickle.h"
#include "harness/kit/python.h"

namespace tearproof::backends::werkzeug_2013 {
namespace {

constexpr std::string_view kTemporarySuffix = ".__wz_cache";
constexpr size_t kBlock = 4096;

class Werkzeug2013 : public kit::Operations {
 public:
  Werkzeug2013(const BackendSetup& setup, uint64_t threshold, uint64_t timeout)
      : directory_(setup.directory),
        threshold_(threshold),
        timeout_(static_cast<double>(timeout)),
        random_(DeriveSeed(setup.seed, setup.process)) {}

 protected:
  void Init(const Request&, Response& response) override {
    if (!kit::PathExists(directory_)) {
      const int problem = kit::MakeDirectoriesStrictly(directory_, 0777);
      if (problem != 0) return kit::LeakOsError(response, problem, directory_);
    }
    response.Is(Outcome::kDone);
  }

  // Whatever goes wrong is a miss.
  void Get(const Request& request, Response& response) override {
    const std::string path = PathOf(request.key);
    response.Is(Outcome::kMiss);
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return;
    kit::BufferedReader reader(fd.get(), buffer_);
    kit::PickleObject object;
    if (kit::LoadPickle(reader, object).raised()) return;
    if (object.number < kit::PythonTime()) {
      fd.Reset();
      unlink(path.c_str());  // By name, whatever lies there by now.
      return;
    }
    if (kit::LoadPickle(reader, object).raised()) return;
    response.value = object.bytes;
    response.Is(Outcome::kHit);
  }

  void Set(const Request& request, Response& response) override {
    const double timeout = request.ttl_millis == kNoTtl ? timeout_ : request.ttl_millis / 1000.0;
    Store(request.key, request.value, timeout);
    response.Is(Outcome::kDone);
  }

  void Add(const Request& request, Response& response) override {
    if (kit::PathExists(PathOf(request.key))) return response.Is(Outcome::kRefused);
    Set(request, response);
  }

  void Delete(const Request& request, Response& response) override {
    const bool absent = unlink(PathOf(request.key).c_str()) != 0 && errno == ENOENT;
    response.Is(absent ? Outcome::kRefused : Outcome::kDone);
  }

  // A counter that is not there counts from 0.
  void Incr(const Request& request, Response& response) override {
    Get(request, response);
    std::string sum(1, '0');
    if (response.outcome == Outcome::kHit) sum = response.value;
    if (!kit::AddToNumber(sum, request.delta)) {
      return response.Fail(0, "TypeError: the value is no number");
    }
    Store(request.key, sum, timeout_);
    response.value = sum;
    response.Is(Outcome::kDone);
  }

  void Clear(const Request&, Response& response) override {
    for (const std::string& path : ListEntries()) unlink(path.c_str());
    response.Is(Outcome::kDone);
  }

  void Cull(const Request&, Response& response) override {
    Prune();
    response.Is(Outcome::kDone);
  }

 private:
  std::string PathOf(std::string_view key) const { return directory_ + "/" + kit::Md5Hex(key); }

  std::vector<std::string> ListEntries() const {
    std::vector<std::string> names;
    kit::ListDirectory(directory_, names, /*sorted=*/false);
    std::vector<std::string> paths;
    for (const std::string& name : names) {
      if (!name.ends_with(kTemporarySuffix)) paths.push_back(directory_ + "/" + name);
    }
    return paths;
  }

  // Removes what has expired and every third entry. The first error ends it.
  void Prune() {
    const std::vector<std::string> paths = ListEntries();
    if (paths.size() <= threshold_) return;
    const double now = kit::PythonTime();
    for (size_t i = 0; i < paths.size(); ++i) {
      UniqueFd fd(open(paths[i].c_str(), O_RDONLY | O_CLOEXEC));
      if (!fd.valid()) return;
      kit::BufferedReader reader(fd.get(), buffer_);
      kit::PickleObject deadline;
      if (kit::LoadPickle(reader, deadline).raised()) return;
      fd.Reset();
      if (deadline.number > now && i % 3 != 0) continue;
      if (unlink(paths[i].c_str()) != 0) return;
    }
  }

  // Swallows what fails; the temporary file then stays. The mode is set after the entry is public.
  void Store(std::string_view key, std::string_view value, double timeout) {
    const std::string path = PathOf(key);
    Prune();
    UniqueFd fd;
    std::string temporary;
    if (kit::MakeTemporaryFile(random_, directory_ + "/tmp", kTemporarySuffix, fd, temporary) !=
        0) {
      return;
    }
    const auto deadline = static_cast<int32_t>(std::floor(kit::PythonTime() + timeout));
    const std::string text = kit::PickleInteger(deadline) + kit::PickleBytes(value);
    if (kit::WriteAll(fd.get(), text, kBlock) != 0) return;
    fd.Reset();
    if (rename(temporary.c_str(), path.c_str()) == 0) chmod(path.c_str(), 0600);
  }

  std::string directory_;
  uint64_t threshold_;
  double timeout_;
  Random random_;
  std::string buffer_;  // Only saves allocations.
};

}  // namespace

Result<std::unique_ptr<Backend>> Open(const BackendSetup& setup) {
  TEARPROOF_ASSIGN_OR_RETURN(const uint64_t threshold,
                             kit::ParseCountOption(setup.options, "max_entries"));
  TEARPROOF_ASSIGN_OR_RETURN(const uint64_t timeout,
                             kit::ParseCountOption(setup.options, "timeout"));
  return std::unique_ptr<Backend>(std::make_unique<Werkzeug2013>(setup, threshold, timeout));
}

}  // namespace tearproof::backends::werkzeug_2013
