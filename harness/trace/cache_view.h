// Where a path leads, seen from the cache directory.
//
// Purpose: between two steps nothing moves, so the kernel itself is asked what each name on the way
// leads to; there is no model of the tree that could be wrong.
// Thread safety: none. Ownership: owns a descriptor of the cache directory.
// REQUIRES: all who may change the tree are stopped, or asleep.
#ifndef TEARPROOF_HARNESS_TRACE_CACHE_VIEW_H_
#define TEARPROOF_HARNESS_TRACE_CACHE_VIEW_H_

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"
#include "harness/trace/file_identity.h"
#include "harness/trace/footprint.h"

namespace tearproof::trace {

struct FoundFile {
  uint64_t number = 0;
  bool directory = false;
  bool last_link = false;  // The name is its only one.
};

struct Place {
  bool within = false;     // The name at its end lies in the cache directory, or is the directory.
  bool root = false;       // It is the cache directory: its own name does not count.
  bool reachable = false;  // All directories on the way are there.
  uint64_t directory = 0;  // In which the name lies, if reachable.
  std::string name;        // The last one.
  std::string path;        // Relative to the cache; "" is the cache itself.
  std::optional<FoundFile> file;
  Footprint passed;  // Every entry on the way, the last one included, and its directories' modes.
};

class CacheView {
 public:
  explicit CacheView(FileIdentity* identity) : identity_(*identity) {}
  // From now on the cache is `directory`. Errors: kEnvironment, it cannot be opened.
  Result<void> Enter(const std::string& directory);
  // The same directory again, with another content. REQUIRES: entered().
  void EnterAgain();
  // Directories within may have been removed, or may have other names now.
  void ForgetDirectories() { directories_.clear(); }
  bool entered() const { return root_.valid(); }
  // The cache lies in memory: on no disk, and on no other machine.
  bool in_memory() const { return in_memory_; }

  // `path` as a process sees it whose relative paths begin at `base`, which is absolute; `follow` a
  // symbolic link at its end. Not `within`: the rest of Place says nothing.
  Place Find(std::string_view base, std::string_view path, bool follow);
  // The last name of `place` has become a temporary one.
  void NameAnew(Place* place) const;
  // `path` can only lead into the cache, whatever is there: nothing has to be looked up to say so.
  bool SurelyWithin(std::string_view path) const;
  // The part of an absolute path without links that lies below the cache directory; "" for itself.
  std::optional<std::string> RelativeTo(std::string_view real_path) const;
  // A file by what fstat says; `path` is where it lies.
  FoundFile Describe(const struct stat& status, std::string_view path);
  // What `path`, relative to the cache, names now, without following a link at its end.
  bool Look(const std::string& path, struct stat* status) const;
  // `path` with temporary names replaced: what is printed. "." for the cache itself.
  std::string PathToShow(std::string_view path) const;

 private:
  struct Walk;

  std::optional<std::string> Enters(const std::string& path);
  // One name further. False: the walk is over.
  bool Pass(Walk* walk, bool follow);

  FileIdentity& identity_;
  UniqueFd root_;
  struct stat root_status_ = {};
  FoundFile root_file_;
  bool in_memory_ = false;
  std::string given_;  // As Enter got it, which a process may use as well, and without links.
  std::string real_;
  // What lies at these paths within was found to be a directory, and is one still: the kernel is
  // not asked again.
  std::unordered_map<std::string, uint64_t> directories_;
  // Directories outside: they are taken for unchanging.
  std::unordered_map<std::string, std::string> outside_;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_CACHE_VIEW_H_
