#include "harness/kit/temporary_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

#include "harness/kit/file_io.h"

namespace tearproof::kit {
namespace {

constexpr std::string_view kTemporarySuffix = ".temp";

}  // namespace

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) RemoveForSure(path_);
}

bool TemporaryFile::Create() {
  path_ = directory_ + "/XXXXXX" + std::string(kTemporarySuffix);
  fd_.Reset(mkostemps(path_.data(), static_cast<int>(kTemporarySuffix.size()), O_CLOEXEC));
  if (fd_.valid()) return true;
  const int problem = errno;
  path_.clear();
  return Failed("mkstemp", problem);
}

bool TemporaryFile::Write(std::string_view bytes) {
  const int problem = WriteAll(fd_.get(), bytes);
  return problem == 0 || Failed("write", problem);
}

bool TemporaryFile::Sync() { return fsync(fd_.get()) == 0 || Failed("fsync", errno); }

bool TemporaryFile::Close() { return close(fd_.Release()) == 0 || Failed("close", errno); }

bool TemporaryFile::RenameTo(const std::string& path) {
  if (rename(path_.c_str(), path.c_str()) != 0) return Failed("rename", errno);
  path_.clear();
  return true;
}

bool TemporaryFile::LinkTo(const std::string& path) {
  if (link(path_.c_str(), path.c_str()) != 0) return Failed("link", errno);
  RemoveForSure(path_);
  path_.clear();
  return true;
}

void TemporaryFile::Report(Response& response) const {
  FailWithErrno(response, problem_, call_, path_.empty() ? directory_ : path_);
}

bool TemporaryFile::Failed(const char* call, int problem) {
  call_ = call;
  problem_ = problem;
  return false;
}

int SyncDirectory(const std::string& directory) {
  UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.valid() && fsync(fd.get()) == 0 ? 0 : errno;
}

}  // namespace tearproof::kit
