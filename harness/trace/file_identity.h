// Which file is which: the same number for the same thing, in all executions that agree.
//
// Purpose: inode numbers differ from one execution to the next and are given twice; names change
// hands. A file made by process p is the n-th that p made, one that was there before is named after
// the path at which it was first seen: no interleaving of the others changes either.
// Names with a random or process-dependent part are replaced by temp#n, n counted for each process
// in the same way.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_TRACE_FILE_IDENTITY_H_
#define TEARPROOF_HARNESS_TRACE_FILE_IDENTITY_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tearproof::trace {

class FileIdentity {
 public:
  // `processes`: how many share the count of temporary names.
  explicit FileIdentity(size_t processes) : created_(processes), temporaries_(processes) {}

  // Forgets the files and names of an execution; how temporary names are made is remembered.
  void Renew();

  // A file that is there; `path` is where it was found, relative to the cache.
  uint64_t Number(dev_t device, ino_t inode, std::string_view path);
  // A file that `process` has just made: the inode number may have been another file's.
  uint64_t NumberOfNew(dev_t device, ino_t inode, size_t process);
  // The entry `name` of the directory `directory`.
  uint64_t EntryNumber(uint64_t directory, std::string_view name) const;
  // The next open file description of `process`.
  uint64_t NumberOfDescription(size_t process);

  // `process` (in the system: `id`) is about to make the name `name`, and with `exclusive` fails if
  // it is there: a name that looks random, or contains `id`, is temporary from now on. True: it
  // was not until now. Taking a key's name for a temporary one changes what is printed, never what
  // is said to conflict.
  bool NoteNewName(std::string_view name, size_t process, pid_t id, bool exclusive);
  // "temp#2" for a temporary one, else `name` itself.
  std::string_view NameToShow(std::string_view name) const;
  // A text of a process's in which paths in `directory` begin there, and names are to be shown.
  std::string TextToShow(std::string text, const std::string& directory) const;

  // No name leads to this file any more. It may still be open.
  void NoteNameless(uint64_t file) { nameless_.insert(file); }
  void NoteNamed(uint64_t file) { nameless_.erase(file); }
  bool IsNameless(uint64_t file) const { return nameless_.contains(file); }

 private:
  // How a program makes its random names: what stands around the random part.
  struct Pattern {
    std::string before;
    std::string after;
    size_t length = 0;  // Of the whole.
    friend auto operator<=>(const Pattern&, const Pattern&) = default;
  };

  bool IsRandom(std::string_view name);

  std::map<std::pair<dev_t, ino_t>, uint64_t> numbers_;
  std::vector<uint64_t> created_;  // A process's files and descriptions so far.
  std::vector<uint64_t> temporaries_;
  std::unordered_map<std::string, std::string> shown_;
  std::unordered_set<uint64_t> nameless_;
  std::set<Pattern> patterns_;
};

// The first part of a name that is longer than five characters and mixes digits with letters, or
// upper with lower case, as mkstemp(3) and its like make them; empty: there is none. A digest of
// 32, 40 or 64 hexadecimal digits is made from a key and is not random.
std::string_view FindRandomWord(std::string_view name);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_FILE_IDENTITY_H_
