#include "harness/stress/round_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"

namespace tearproof::stress {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kForeignText = "This file is not the cache's. Leave it as it is.\n";
constexpr std::string_view kForeignInCache = "cache/NOT-A-CACHE-FILE.txt";

Result<void> MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0) return {};
  return SystemError(errno, "cannot create " + path, "see that the directory is writable");
}

Result<void> PlantFile(const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file << kForeignText;
  file.close();
  if (!file) return SystemError(errno, "cannot write " + path, "free some space and run again");
  return {};
}

uint64_t DigestOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const std::string bytes = text.str();
  return XXH3_64bits(bytes.data(), bytes.size());
}

bool InCache(const std::string& relative) {
  return relative == "cache" || relative.starts_with("cache/");
}

}  // namespace

RoundPaths MakeRoundPaths(const std::string& work_directory, uint64_t round) {
  const std::string root = fmt::format("{}/r{}", work_directory, round);
  return {root, root + "/cwd", root + "/cache"};
}

std::map<std::string, FileMark> MarkTree(const std::string& root) {
  std::map<std::string, FileMark> marks;
  std::error_code problem;
  for (auto it = fs::recursive_directory_iterator(root, problem);
       !problem && it != fs::recursive_directory_iterator(); it.increment(problem)) {
    struct stat status;
    if (lstat(it->path().c_str(), &status) != 0) continue;
    FileMark mark;
    mark.inode = status.st_ino;
    if (S_ISDIR(status.st_mode)) {
      mark.type = 'd';
    } else {
      mark.type = S_ISREG(status.st_mode) ? 'f' : 'o';
      mark.size = static_cast<uint64_t>(status.st_size);
      mark.modified = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec;
      if (mark.type == 'f') mark.digest = DigestOf(it->path());
    }
    marks.emplace(it->path().lexically_relative(root).string(), mark);
  }
  return marks;
}

Result<RoundDirectory> RoundDirectory::Create(const std::string& work_directory, uint64_t round,
                                              bool foreign_files) {
  RoundDirectory directory;
  directory.paths_ = MakeRoundPaths(work_directory, round);
  directory.name_ = fmt::format("r{}", round);
  const RoundPaths& paths = directory.paths_;
  TEARPROOF_RETURN_IF_ERROR(MakeDirectory(paths.root));
  TEARPROOF_RETURN_IF_ERROR(MakeDirectory(paths.working));
  if (!foreign_files) return directory;
  TEARPROOF_RETURN_IF_ERROR(MakeDirectory(paths.cache));
  TEARPROOF_RETURN_IF_ERROR(PlantFile(fmt::format("{}/{}", paths.root, kForeignInCache)));
  TEARPROOF_RETURN_IF_ERROR(PlantFile(paths.root + "/beside"));
  TEARPROOF_RETURN_IF_ERROR(PlantFile(paths.working + "/keep"));
  for (int bucket = 0; bucket < 256; ++bucket) {
    const std::string name = fmt::format("{}/{:02x}", paths.working, bucket);
    TEARPROOF_RETURN_IF_ERROR(MakeDirectory(name));
    TEARPROOF_RETURN_IF_ERROR(PlantFile(name + "/keep"));
  }
  directory.planted_ = MarkTree(paths.root);
  return directory;
}

std::vector<std::string> RoundDirectory::CacheFiles() const {
  std::vector<std::string> files;
  std::error_code problem;
  for (auto it = fs::recursive_directory_iterator(paths_.cache, problem);
       !problem && it != fs::recursive_directory_iterator(); it.increment(problem)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) continue;
    const std::string relative = it->path().lexically_relative(paths_.cache).string();
    if (!planted_.contains("cache/" + relative)) files.push_back(relative);
  }
  return files;
}

std::vector<std::string> RoundDirectory::Trespasses() const {
  std::vector<std::string> trespasses;
  const std::map<std::string, FileMark> now = MarkTree(paths_.root);
  for (const auto& [path, mark] : planted_) {
    if (path == "cache") continue;  // A cache may make its directory anew.
    const auto found = now.find(path);
    if (found == now.end()) {
      trespasses.push_back("deleted: " + path);
    } else if (found->second != mark) {
      trespasses.push_back("changed: " + path);
    }
  }
  for (const auto& [path, mark] : now) {
    if (!planted_.contains(path) && !InCache(path) && path != "cwd") {
      trespasses.push_back("created: " + path);
    }
  }
  return trespasses;
}

Result<void> RoundDirectory::Remove(int work_directory_fd) {
  return RemoveTreeAt(work_directory_fd, name_);
}

}  // namespace tearproof::stress
