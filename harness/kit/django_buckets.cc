#include "harness/kit/django_buckets.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "harness/core/unique_fd.h"
#include "harness/kit/file_io.h"
#include "harness/kit/number.h"
#include "harness/kit/pickle.h"
#include "harness/kit/python.h"

namespace tearproof::kit {
namespace {

// `expiry < time.time()`: None is never, anything but a number is a TypeError.
PythonException IsExpired(const PickleObject& deadline, bool& expired) {
  if (deadline.kind == PickleObject::Kind::kBytes) {
    return {PythonKind::kOther, 0,
            "TypeError: '<' not supported between instances of 'bytes' and 'float'"};
  }
  expired = deadline.kind != PickleObject::Kind::kNone && deadline.number < PythonTime();
  return {};
}

bool Swallowed(const PythonException& exception) { return exception.kind != PythonKind::kOther; }

}  // namespace

std::string DjangoBuckets::PathOf(std::string_view key) const {
  const std::string hash = DjangoKeyHash(key);
  return directory_ + "/" + hash.substr(0, 2) + "/" + hash.substr(2, 2) + "/" + hash.substr(4);
}

int DjangoBuckets::RemoveEntry(const std::string& path) {
  if (unlink(path.c_str()) != 0) return errno;
  const std::string parent = path.substr(0, path.rfind('/'));
  if (rmdir(parent.c_str()) == 0) rmdir(parent.substr(0, parent.rfind('/')).c_str());
  return 0;
}

void DjangoBuckets::Init(const Request&, Response& response) {
  if (!PathExists(directory_)) {
    const int problem = MakeDirectoriesStrictly(directory_, 0777);
    if (problem != 0) {
      return response.Fail(problem, "OSError: Cache directory '" + directory_ +
                                        "' does not exist and could not be created");
    }
  }
  response.Is(Outcome::kDone);
}

void DjangoBuckets::Get(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  response.Is(Outcome::kMiss);
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return;
  BufferedReader reader(fd.get(), buffer_);
  PickleObject object;
  bool expired = false;
  PythonException exception = LoadPickle(reader, object);
  if (!exception.raised()) exception = IsExpired(object, expired);
  if (expired) {
    RemoveEntry(path);  // While the file is still open; by name, whatever lies there by now.
    return;
  }
  if (!exception.raised()) exception = LoadPickle(reader, object);
  if (exception.raised()) {
    if (!Swallowed(exception)) Leak(response, exception);
    return;
  }
  if (object.kind == PickleObject::Kind::kNone) return;
  response.value = TextOf(object);
  response.Is(Outcome::kHit);
}

void DjangoBuckets::Has(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  response.Is(Outcome::kMiss);
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return;
  BufferedReader reader(fd.get(), buffer_);
  PickleObject deadline;
  bool expired = false;
  PythonException exception = LoadPickle(reader, deadline);
  fd.Reset();
  if (!exception.raised()) exception = IsExpired(deadline, expired);
  if (exception.raised()) {
    if (!Swallowed(exception)) Leak(response, exception);
    return;
  }
  if (expired) {
    RemoveEntry(path);
    return;
  }
  response.Is(Outcome::kHit);
}

void DjangoBuckets::Store(std::string_view key, std::string_view value,
                          std::optional<double> deadline) {
  if (CullsInSet()) CullDirectory();
  const std::string path = PathOf(key);
  const std::string parent = path.substr(0, path.rfind('/'));
  if (!PathExists(parent) && MakeDirectoriesStrictly(parent, 0777) != 0) return;
  WriteEntry(path, PickleExpiry(deadline) + PickleBytes(value));
}

void DjangoBuckets::Set(const Request& request, Response& response) {
  Store(request.key, request.value, DjangoDeadline(request.ttl_millis, options_));
  response.Is(Outcome::kDone);
}

void DjangoBuckets::Add(const Request& request, Response& response) {
  Has(request, response);
  if (response.outcome == Outcome::kHit) return response.Is(Outcome::kRefused);
  if (response.outcome == Outcome::kMiss) Set(request, response);
}

void DjangoBuckets::Delete(const Request& request, Response& response) {
  const int problem = RemoveEntry(PathOf(request.key));
  response.Is(problem == ENOENT ? Outcome::kRefused : Outcome::kDone);
}

void DjangoBuckets::Incr(const Request& request, Response& response) {
  Get(request, response);
  if (response.outcome == Outcome::kMiss) return response.Is(Outcome::kRefused);
  if (response.outcome != Outcome::kHit) return;
  std::string sum = response.value;
  if (!AddToNumber(sum, request.delta)) {
    return response.Fail(0, "TypeError: the value is no number");
  }
  Store(request.key, sum, DjangoDeadline(kNoTtl, options_));
  response.value = sum;
  response.Is(Outcome::kDone);
}

void DjangoBuckets::Clear(const Request&, Response& response) {
  RemoveTree(directory_);
  response.Is(Outcome::kDone);
}

void DjangoBuckets::Cull(const Request&, Response& response) {
  CullDirectory();
  response.Is(Outcome::kDone);
}

bool DjangoBuckets::WorkingDirectoryIsOurs() const {
  const size_t name = directory_.rfind("/tearproof-");
  if (name == std::string::npos) return false;
  const std::string ours = directory_.substr(0, directory_.find('/', name + 1));
  std::error_code problem;
  const std::string working = std::filesystem::current_path(problem).string();
  return !problem && (working + "/").starts_with(ours + "/");
}

void DjangoBuckets::CullDirectory() {
  uint64_t count = 0;
  WalkFiles(directory_, [&](const std::string&) {
    ++count;
    return 0;
  });
  if (count < options_.max_entries) return;
  std::vector<std::string> names;
  if (ListDirectory(directory_, names) != 0) return;
  if (options_.cull_frequency == 0) {
    // Ticket #15806: the names are not joined to the directory's.
    if (!WorkingDirectoryIsOurs()) return;
    for (const std::string& name : names) WalkFiles(name, &RemoveEntry);
    return;
  }
  for (size_t i = 0; i < names.size(); i += options_.cull_frequency) {
    WalkFiles(directory_ + "/" + names[i], &RemoveEntry);  // An error ends this bucket only.
  }
}

}  // namespace tearproof::kit
