#include "harness/cli/run_directory.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <vector>

#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"
#include "harness/core/random.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;

const std::string kRoot = ".tearproof";
const std::string kRuns = ".tearproof/runs";
const std::string kMarker = ".made-by-tearproof";

std::string MarkerText(const struct stat& status) {
  return fmt::format("tearproof run directory, inode {}\n", status.st_ino);
}

// It carries our marker, and the marker speaks of this very directory.
bool IsOurs(const fs::path& directory) {
  struct stat status;
  if (lstat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  std::ifstream marker(directory / kMarker);
  std::string text;
  std::getline(marker, text);
  return text + "\n" == MarkerText(status);
}

// Locked, if nobody else holds it; where directories cannot be locked, merely open.
UniqueFd Lock(const fs::path& directory) {
  UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd.valid() && flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) fd.Reset();
  return fd;
}

void DropOldRuns() {
  std::vector<std::string> names;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(kRuns, problem)) {
    if (IsOurs(entry.path())) names.push_back(entry.path().filename());
  }
  std::sort(names.rbegin(), names.rend());
  UniqueFd runs(open(kRuns.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!runs.valid()) return;
  for (size_t i = kRunsKept; i < names.size(); ++i) {
    const UniqueFd lock = Lock(fs::path(kRuns) / names[i]);
    if (lock.valid()) (void)RemoveTreeAt(runs.get(), names[i]);  // Else it runs still.
  }
}

// A symbolic link cannot be replaced in place; a new one is renamed over it.
void PointLatestTo(const std::string& id) {
  const std::string link = kRuns + "/latest";
  const std::string temporary = link + "-" + id;
  struct stat status;
  if (lstat(link.c_str(), &status) == 0 && !S_ISLNK(status.st_mode)) return;  // Not ours.
  if (symlink(id.c_str(), temporary.c_str()) != 0) return;
  if (rename(temporary.c_str(), link.c_str()) != 0) unlink(temporary.c_str());
}

Result<void> MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return {};
  return SystemError(errno, "cannot create " + path);
}

}  // namespace

Result<RunDirectory> CreateRunDirectory() {
  TEARPROOF_RETURN_IF_ERROR(MakeDirectory(kRoot));
  TEARPROOF_RETURN_IF_ERROR(MakeDirectory(kRuns));
  if (!fs::exists(kRoot + "/.gitignore")) std::ofstream(kRoot + "/.gitignore") << "*\n";
  uint64_t state = static_cast<uint64_t>(RealtimeNanos()) ^ static_cast<uint64_t>(getpid());
  const std::time_t now = std::time(nullptr);
  RunDirectory run;
  run.id = fmt::format("{:%Y-%m-%dT%H-%M-%S}-{:04x}", fmt::gmtime(now), SplitMix64(state) & 0xffff);
  run.relative = kRuns + "/" + run.id;
  if (mkdir(run.relative.c_str(), 0777) != 0) {
    return SystemError(errno, "cannot create " + run.relative);
  }
  struct stat status;
  if (lstat(run.relative.c_str(), &status) != 0) {
    return SystemError(errno, "cannot stat " + run.relative);
  }
  run.lock = Lock(run.relative);  // Before the mark, by which others know what they may drop.
  std::ofstream(run.relative + "/" + kMarker) << MarkerText(status);
  std::error_code problem;
  run.path = fs::canonical(run.relative, problem);
  if (problem) return SystemError(problem.value(), "cannot resolve " + run.relative);
  PointLatestTo(run.id);
  DropOldRuns();
  return run;
}

Result<RunDirectory> FindRunDirectory(const std::string& named) {
  for (const std::string& path : {fmt::format("{}/{}", kRuns, named), named}) {
    std::error_code problem;
    const fs::path resolved = fs::canonical(path, problem);
    if (problem || !fs::is_directory(resolved)) continue;
    RunDirectory run;
    run.path = resolved;
    run.id = resolved.filename();
    run.relative = path.starts_with(kRuns) ? kRuns + "/" + run.id : path;
    return run;
  }
  return UsageError("there is no run '" + EscapeForTerminal(named, 80) + "' here",
                    "name a run's id or directory; runs lie in " + kRuns);
}

std::string WhyUnfinished(const RunDirectory& run) {
  if (!IsOurs(run.path) || fs::exists(run.path + "/run.json")) return "";
  if (!Lock(run.path).valid()) return "the run " + run.id + " has not ended its first cell yet";
  return "the run " + run.id + " was killed before its first cell ended";
}

}  // namespace tearproof::cli
