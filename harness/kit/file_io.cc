#include "harness/kit/file_io.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "harness/core/unique_fd.h"

namespace tearproof::kit {

int WriteAll(int fd, std::string_view bytes, size_t chunk) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), std::min(bytes.size(), chunk));
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

int ReadAll(int fd, std::string& bytes, size_t block) {
  // By way of a buffer that is never cleared: growing `bytes` first would write it twice.
  std::array<char, 65536> buffer;
  block = std::min(block, buffer.size());
  bytes.clear();
  while (true) {
    const ssize_t got = read(fd, buffer.data(), block);
    if (got > 0) {
      bytes.append(buffer.data(), static_cast<size_t>(got));
    } else if (got == 0) {
      return 0;
    } else if (errno != EINTR) {
      bytes.clear();
      return errno;
    }
  }
}

int ReadFile(const std::string& path, std::string& bytes, size_t block) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno;
  return ReadAll(fd.get(), bytes, block);
}

int MakeDirectories(const std::string& path, unsigned mode) {
  if (mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return 0;
  if (errno != ENOENT) return errno;
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return ENOENT;
  const int problem = MakeDirectories(path.substr(0, slash), mode);
  if (problem != 0) return problem;
  return mkdir(path.c_str(), mode) == 0 || errno == EEXIST ? 0 : errno;
}

int ListDirectory(const std::string& path, std::vector<std::string>& names, bool sorted) {
  names.clear();
  struct Close {
    void operator()(DIR* directory) const { closedir(directory); }
  };
  std::unique_ptr<DIR, Close> directory(opendir(path.c_str()));
  if (directory == nullptr) return errno;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (sorted) std::sort(names.begin(), names.end());
  return errno;
}

int WriteAllAt(int fd, std::string_view bytes, int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return 0;
}

int RemoveForSure(const std::string& path) {
  constexpr int kTries = 3;
  int problem = RemoveFile(path);
  for (int tried = 1; problem != 0 && tried < kTries; ++tried) problem = RemoveFile(path);
  return problem;
}

int RemoveFile(const std::string& path) {
  return unlink(path.c_str()) == 0 || errno == ENOENT ? 0 : errno;
}

void FailWithErrno(Response& response, int number, std::string_view call, std::string_view path) {
  response.Fail(number, std::string(call) + " " + std::string(path) + ": " + strerror(number));
}

}  // namespace tearproof::kit
