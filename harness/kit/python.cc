#include "harness/kit/python.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "harness/core/clock.h"
#include "harness/kit/file_io.h"

namespace tearproof::kit {
namespace {

std::string_view OsErrorClass(int number) {
  switch (number) {
    case ENOENT:
      return "FileNotFoundError";
    case EEXIST:
      return "FileExistsError";
    case EACCES:
    case EPERM:
      return "PermissionError";
    case ENOTDIR:
      return "NotADirectoryError";
    case EISDIR:
      return "IsADirectoryError";
    default:
      return "OSError";
  }
}

struct Entry {
  std::string path;
  bool is_directory;
};

int ListEntries(const std::string& path, std::vector<Entry>& entries) {
  struct Close {
    void operator()(DIR* directory) const { closedir(directory); }
  };
  std::unique_ptr<DIR, Close> directory(opendir(path.c_str()));
  if (directory == nullptr) return errno;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    entries.push_back({path + "/" + std::string(name), entry->d_type == DT_DIR});
    if (entry->d_type != DT_UNKNOWN) continue;
    struct stat status;  // A file system that does not say what its entries are.
    if (lstat(entries.back().path.c_str(), &status) == 0) {
      entries.back().is_directory = S_ISDIR(status.st_mode);
    }
    errno = 0;
  }
  return errno;
}

}  // namespace

PythonException OsError(int number, std::string_view path) {
  return {PythonKind::kOsError, number,
          std::string(OsErrorClass(number)) + ": [Errno " + std::to_string(number) + "] " +
              strerror(number) + ": '" + std::string(path) + "'"};
}

void Leak(Response& response, const PythonException& exception) {
  response.Fail(exception.number, exception.text);
}

void LeakOsError(Response& response, int number, std::string_view path) {
  Leak(response, OsError(number, path));
}

double PythonTime() { return static_cast<double>(RealtimeNanos()) / kNanosPerSecond; }

bool PathExists(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0;
}

int MakeDirectoriesStrictly(const std::string& path, unsigned mode) {
  const size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) {
    const std::string parent = path.substr(0, slash);
    if (!PathExists(parent)) {
      const int problem = MakeDirectoriesStrictly(parent, mode);
      if (problem != 0 && problem != EEXIST) return problem;
    }
  }
  return mkdir(path.c_str(), mode) == 0 ? 0 : errno;
}

int MakeTemporaryFile(Random& random, std::string_view stem, std::string_view suffix, UniqueFd& fd,
                      std::string& path) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  constexpr int kAttempts = 10000;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    path = stem;
    for (int i = 0; i < 8; ++i) path += kLetters[random.Below(kLetters.size())];
    path += suffix;
    fd.Reset(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd.valid()) return 0;
    if (errno != EEXIST) return errno;
  }
  return EEXIST;
}

int WalkFiles(const std::string& path, const std::function<int(const std::string&)>& visit) {
  std::vector<Entry> entries;
  if (ListEntries(path, entries) != 0) return 0;
  for (const Entry& entry : entries) {
    if (entry.is_directory) continue;
    const int problem = visit(entry.path);
    if (problem != 0) return problem;
  }
  for (const Entry& entry : entries) {
    if (!entry.is_directory) continue;
    const int problem = WalkFiles(entry.path, visit);
    if (problem != 0) return problem;
  }
  return 0;
}

int RemoveTree(const std::string& path) {
  std::vector<Entry> entries;
  int problem = ListEntries(path, entries);
  if (problem != 0) return problem;
  for (const Entry& entry : entries) {
    if (entry.is_directory) {
      problem = RemoveTree(entry.path);
    } else {
      problem = unlink(entry.path.c_str()) == 0 ? 0 : errno;
    }
    if (problem != 0) return problem;
  }
  return rmdir(path.c_str()) == 0 ? 0 : errno;
}

}  // namespace tearproof::kit
