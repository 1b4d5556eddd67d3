// The directory of one round: the cache's place, and what is around it that is not the cache's.
//
// Purpose: every round starts on a fresh directory. With foreign files planted, what a cache does
// outside of its entries is seen: files beside its directory, in it, and in the working directory
// under names that a two-level layout uses for its buckets.
//
//     <work>/r<N>/cache     the cache's directory; init makes it, unless foreign files lie in it
//     <work>/r<N>/cwd       the workers' working directory
//     <work>/r<N>/beside    a foreign file
//
// Thread and process safety: none; the coordinator's. Errors: kEnvironment.
#ifndef TEARPROOF_HARNESS_STRESS_ROUND_DIRECTORY_H_
#define TEARPROOF_HARNESS_STRESS_ROUND_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::stress {

struct RoundPaths {
  std::string root;
  std::string working;
  std::string cache;
};
RoundPaths MakeRoundPaths(const std::string& work_directory, uint64_t round);

// What a file looked like: enough to tell that somebody touched it.
struct FileMark {
  char type = 'f';
  uint64_t size = 0;
  uint64_t inode = 0;
  int64_t modified = 0;
  uint64_t digest = 0;  // Of the content, for regular files.
  friend bool operator==(const FileMark&, const FileMark&) = default;
};
// By path relative to `root`; directories included, symbolic links not followed.
std::map<std::string, FileMark> MarkTree(const std::string& root);

class RoundDirectory {
 public:
  // Makes the round's directory; plants foreign files if asked.
  static Result<RoundDirectory> Create(const std::string& work_directory, uint64_t round,
                                       bool foreign_files);

  const RoundPaths& paths() const { return paths_; }
  // Regular files under the cache's directory, foreign ones left out, relative to it.
  std::vector<std::string> CacheFiles() const;
  // What happened to what is not the cache's: "deleted: cwd/1f/keep".
  std::vector<std::string> Trespasses() const;
  // Removes it. REQUIRES: the descriptor is of the work directory that it was created in.
  Result<void> Remove(int work_directory_fd);

 private:
  RoundPaths paths_;
  std::string name_;
  std::map<std::string, FileMark> planted_;  // All under the root after planting.
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_ROUND_DIRECTORY_H_
