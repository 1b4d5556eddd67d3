// A process's descriptors of files of the cache, and the locks held through them.
//
// Purpose: a call that names a descriptor says nothing about the file; which one it is was seen
// when it was opened. Descriptors of other files are not kept: what is not here is not of the
// cache.
// Thread safety: none. Ownership: descriptions are shared by the numbers that lead to them, in
// several processes after a fork.
#ifndef TEARPROOF_HARNESS_TRACE_OPEN_FILES_H_
#define TEARPROOF_HARNESS_TRACE_OPEN_FILES_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/trace/footprint.h"
#include "harness/trace/lock_table.h"

namespace tearproof::trace {

// An open file description (open(2)).
struct Description {
  uint64_t number = 0;
  uint64_t file = 0;
  ino_t inode = 0;
  std::string path;  // Relative to the cache, when it was opened.
  bool directory = false;
  size_t numbers = 0;  // How many descriptors lead here: OpenFiles counts them.
};

// Which files are open anywhere.
class Openings {
 public:
  void Note(const std::shared_ptr<Description>& description);
  bool IsOpen(uint64_t file) const;
  void Clear() { descriptions_.clear(); }

 private:
  std::vector<std::weak_ptr<Description>> descriptions_;
};

class OpenFiles {
 public:
  // `locks` is shared by all, and outlives them.
  explicit OpenFiles(LockTable* locks) : locks_(*locks), owner_(locks->NewOwner()) {}
  ~OpenFiles() { Clear(); }
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;

  // Standard output or error: see BuildFilter.
  static bool IsOutput(int descriptor) { return descriptor == 1 || descriptor == 2; }
  bool OutputIsCache() const {
    const auto first = slots_.lower_bound(1);
    return first != slots_.end() && IsOutput(first->first);
  }
  // nullptr: no file of the cache.
  std::shared_ptr<Description> Find(int descriptor) const;
  void Open(int descriptor, std::shared_ptr<Description> description, bool close_on_exec);
  void SetCloseOnExec(int descriptor, bool close_on_exec);
  // The locks that become free, written where they were exclusive and updated where shared, when
  // `descriptor` is closed: those of its description, if this is the last number that leads to it,
  // and all record locks of the process on the file (fcntl(2)).
  Footprint FreedByClose(int descriptor) const;
  // ...when the process ends.
  Footprint FreedByExit() const;
  // The files that nobody has open by these descriptions any more, likewise.
  Footprint OpeningsEndedByClose(int descriptor) const;
  Footprint OpeningsEndedByExit() const;
  // How each descriptor's file was called when it was opened.
  std::vector<std::string> Paths() const;
  void Close(int descriptor);
  // Numbers from `first` to `last`, where `first` <= number <= `last`.
  std::set<int> Between(uint64_t first, uint64_t last) const;
  // Closes what is closed on exec; the locks that became free.
  Footprint Exec();
  void Clear();

  // Whose a process's record locks are in the table of locks; a description's are its number's.
  uint64_t owner() const { return owner_; }
  // For a child of fork: descriptors are shared, record locks are not inherited.
  std::shared_ptr<OpenFiles> Forked() const;

 private:
  struct Slot {
    std::shared_ptr<Description> description;
    bool close_on_exec = false;
  };

  std::map<int, Slot> slots_;
  LockTable& locks_;
  const uint64_t owner_;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_OPEN_FILES_H_
