#include "harness/trace/cache_view.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <memory>

#include "harness/core/text.h"

namespace tearproof::trace {
namespace {

// As the kernel's own limit.
constexpr int kMostLinks = 40;
constexpr size_t kMostOutside = 10'000;

std::optional<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
  if (real == nullptr) return std::nullopt;
  return std::string(real.get());
}

std::optional<std::string> LinkContent(int directory, const std::string& path) {
  std::array<char, PATH_MAX> content;
  const ssize_t length = readlinkat(directory, path.c_str(), content.data(), content.size());
  if (length < 0) return std::nullopt;
  return std::string(content.data(), static_cast<size_t>(length));
}

// The part of `path` below `directory`, or nothing.
std::optional<std::string_view> Below(std::string_view path, std::string_view directory) {
  if (directory.empty() || !path.starts_with(directory)) return std::nullopt;
  path.remove_prefix(directory.size());
  if (path.empty()) return path;
  if (path.front() != '/') return std::nullopt;
  return path.substr(1);
}

void PushFront(std::deque<std::string>* names, std::string_view path) {
  std::vector<std::string> parts = Split(path, '/');
  names->insert(names->begin(), parts.begin(), parts.end());
}

std::string Joined(const std::deque<std::string>& names) {
  std::string path;
  for (const std::string& name : names) path += "/" + name;
  return path;
}

}  // namespace

struct CacheView::Walk {
  std::deque<std::string> ahead;
  // The directory reached: relative to the cache, and the numbers of it and those above.
  std::string at;
  std::vector<uint64_t> directories;
  int links = 0;
  Place place;
  std::string elsewhere;  // An absolute path to go on with, when the walk left the cache.
};

Result<void> CacheView::Enter(const std::string& directory) {
  root_.Reset(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root_.valid()) return SystemError(errno, "cannot open the cache directory " + directory);
  given_ = directory;
  while (given_.size() > 1 && given_.ends_with('/')) given_.pop_back();
  real_ = RealPath(directory).value_or(given_);
  if (!Look("", &root_status_)) return SystemError(errno, "cannot look at " + directory);
  EnterAgain();
  struct statfs system;
  in_memory_ = fstatfs(root_.get(), &system) == 0 && system.f_type == TMPFS_MAGIC;
  return {};
}

void CacheView::EnterAgain() {
  root_file_ = Describe(root_status_, "");
  ForgetDirectories();
}

std::optional<std::string> CacheView::RelativeTo(std::string_view real_path) const {
  if (const auto below = Below(real_path, real_)) return std::string(*below);
  if (const auto below = Below(real_path, given_)) return std::string(*below);
  return std::nullopt;
}

bool CacheView::SurelyWithin(std::string_view path) const {
  const auto below = RelativeTo(path);
  return below && !below->empty() && path.find("/..") == std::string_view::npos;
}

// What of the absolute `path`, which may have links and dots, is left when it has entered the cache
// directory; nothing if it does not.
std::optional<std::string> CacheView::Enters(const std::string& path) {
  if (path.find("/..") == std::string::npos && path.find("//") == std::string::npos) {
    if (auto below = RelativeTo(path)) return below;
  }
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size()) {
    const auto real = RealPath(path);
    return real ? RelativeTo(*real) : std::nullopt;
  }
  const std::string name = path.substr(slash + 1);
  const std::string directory = path.substr(0, slash + 1);
  auto found = outside_.find(directory);
  if (found == outside_.end()) {
    // The longest part that is there decides: the cache may be entered before the first absent one.
    std::string head = directory;
    std::string tail;
    std::optional<std::string> real = RealPath(head);
    while (!real && head.size() > 1) {
      head.pop_back();
      const size_t cut = head.rfind('/') + 1;
      tail = head.substr(cut) + "/" + tail;
      head.resize(cut);
      real = RealPath(head);
    }
    if (!real) return std::nullopt;
    std::string resolved = *real + (real->ends_with('/') ? "" : "/") + tail;
    if (auto below = RelativeTo(*real)) return *below + "/" + tail + name;
    if (!tail.empty()) return std::nullopt;
    // Links of /proc lead elsewhere from one moment to the next.
    if (directory.starts_with("/proc/")) return RelativeTo(resolved + name);
    if (outside_.size() >= kMostOutside) outside_.clear();
    found = outside_.emplace(directory, std::move(resolved)).first;
  }
  return RelativeTo(found->second + name);
}

bool CacheView::Look(const std::string& path, struct stat* status) const {
  return fstatat(root_.get(), path.empty() ? "." : path.c_str(), status, AT_SYMLINK_NOFOLLOW) == 0;
}

FoundFile CacheView::Describe(const struct stat& status, std::string_view path) {
  const bool directory = S_ISDIR(status.st_mode);
  return {identity_.Number(status.st_dev, status.st_ino, path), directory,
          directory || status.st_nlink <= 1};
}

bool CacheView::Pass(Walk* walk, bool follow) {
  std::string name = std::move(walk->ahead.front());
  walk->ahead.pop_front();
  Place& place = walk->place;
  if (name.empty() || name == ".") return !walk->ahead.empty();
  if (name == "..") {
    if (walk->directories.size() == 1) {
      walk->elsewhere = real_ + "/.." + Joined(walk->ahead);
      place.within = false;
      return false;
    }
    walk->directories.pop_back();
    walk->at.resize(walk->at.find('/') == std::string::npos ? 0 : walk->at.rfind('/'));
    return !walk->ahead.empty();
  }
  const uint64_t directory = walk->directories.back();
  const bool last = std::all_of(walk->ahead.begin(), walk->ahead.end(),
                                [](const std::string& ahead) { return ahead.empty(); });
  const std::string path = walk->at.empty() ? name : walk->at + "/" + name;
  place.passed.push_back({{ObjectKind::kMeta, directory}, AccessMode::kRead});
  place.passed.push_back(
      {{ObjectKind::kEntry, identity_.EntryNumber(directory, name)}, AccessMode::kRead});
  if (!last) {
    const auto known = directories_.find(path);
    if (known != directories_.end()) {
      walk->directories.push_back(known->second);
      walk->at = path;
      return true;
    }
  }
  struct stat status;
  const bool found = Look(path, &status);
  if (found && S_ISLNK(status.st_mode) && (!last || follow) && ++walk->links <= kMostLinks) {
    const std::string content = LinkContent(root_.get(), path).value_or("");
    if (content.starts_with('/')) {
      walk->elsewhere = content + Joined(walk->ahead);
      place.within = false;
      return false;
    }
    PushFront(&walk->ahead, content);
    return true;
  }
  if (last) {
    place.reachable = true;
    place.root = false;
    place.directory = directory;
    place.name = std::move(name);
    place.path = path;
    if (found) place.file = Describe(status, path);
    return false;
  }
  if (!found || !S_ISDIR(status.st_mode)) {
    place.path = path + Joined(walk->ahead);
    place.root = false;
    return false;
  }
  walk->directories.push_back(Describe(status, path).number);
  directories_.emplace(path, walk->directories.back());
  walk->at = path;
  return true;
}

void CacheView::NameAnew(Place* place) const {
  place->passed.back().object.number = identity_.EntryNumber(place->directory, place->name);
}

Place CacheView::Find(std::string_view base, std::string_view path, bool follow) {
  if (!entered() || path.empty()) return {};
  std::string absolute =
      path.starts_with('/') ? std::string(path) : std::string(base) + "/" + std::string(path);
  Footprint passed;
  int links = 0;
  while (links <= kMostLinks) {
    const auto below = Enters(absolute);
    if (!below) {
      // Out again, but entries of the cache have been passed: that counts.
      Place place;
      place.passed = std::move(passed);
      place.within = !place.passed.empty();
      place.path = absolute;
      return place;
    }
    Walk walk;
    walk.links = links + 1;
    PushFront(&walk.ahead, *below);
    walk.directories = {root_file_.number};
    walk.place.within = true;
    walk.place.passed = std::move(passed);
    while (Pass(&walk, follow)) {
    }
    links = walk.links;
    passed = std::move(walk.place.passed);
    if (!walk.elsewhere.empty()) {
      absolute = std::move(walk.elsewhere);
      continue;
    }
    walk.place.passed = std::move(passed);
    if (walk.place.name.empty() && walk.place.path.empty()) {
      // It ends in a directory by dots: the entry of that directory has been passed already.
      walk.place.reachable = true;
      walk.place.root = walk.at.empty();
      walk.place.path = walk.at;
      struct stat status;
      if (Look(walk.at, &status)) walk.place.file = Describe(status, walk.at);
    }
    return std::move(walk.place);
  }
  return {};
}

std::string CacheView::PathToShow(std::string_view path) const {
  if (path.empty()) return ".";
  std::string shown;
  for (const std::string& name : Split(path, '/')) {
    if (!shown.empty()) shown += '/';
    shown += identity_.NameToShow(name);
  }
  return shown;
}

}  // namespace tearproof::trace
