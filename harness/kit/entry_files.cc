#include "harness/kit/entry_files.h"

#include <unistd.h>

#include <cerrno>
#include <vector>

#include "harness/kit/file_io.h"

namespace tearproof::kit {
namespace {

constexpr std::string_view kSuffix = ".entry";

}  // namespace

std::string EntryFiles::PathOf(std::string_view key) const {
  return directory_ + "/" + Md5Hex(key) + std::string(kSuffix);
}

void EntryFiles::Init(const Request&, Response& response) {
  const int problem = MakeDirectories(directory_, 0777);
  if (problem != 0) return FailWithErrno(response, problem, "mkdir", directory_);
  response.Is(Outcome::kDone);
}

void EntryFiles::Get(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  const int problem = ReadFile(path, response.value);
  if (problem == ENOENT) return response.Is(Outcome::kMiss);
  if (problem != 0) return FailWithErrno(response, problem, "read", path);
  response.Is(Outcome::kHit);
}

void EntryFiles::Has(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  if (access(path.c_str(), F_OK) == 0) return response.Is(Outcome::kHit);
  if (errno == ENOENT) return response.Is(Outcome::kMiss);
  FailWithErrno(response, errno, "access", path);
}

void EntryFiles::Delete(const Request& request, Response& response) {
  const std::string path = PathOf(request.key);
  if (unlink(path.c_str()) == 0) return response.Is(Outcome::kDone);
  if (errno == ENOENT) return response.Is(Outcome::kRefused);
  FailWithErrno(response, errno, "unlink", path);
}

void EntryFiles::Clear(const Request&, Response& response) {
  std::vector<std::string> names;
  int problem = ListDirectory(directory_, names);
  for (const std::string& name : names) {
    if (problem == 0 && name.ends_with(kSuffix)) problem = RemoveFile(directory_ + "/" + name);
  }
  if (problem != 0) return FailWithErrno(response, problem, "clear", directory_);
  response.Is(Outcome::kDone);
}

}  // namespace tearproof::kit
