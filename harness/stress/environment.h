// What the machine did to a round: its disk ran full, its directory was taken away.
//
// Purpose: a round that the machine spoiled proves nothing against a cache, and is not judged. Some
// caches swallow ENOSPC, so that the disk itself is looked at and not only what they report.
// Thread safety: none. Ownership: borrows the directory. Units: bytes. Errors: kEnvironment.
#ifndef TEARPROOF_HARNESS_STRESS_ENVIRONMENT_H_
#define TEARPROOF_HARNESS_STRESS_ENVIRONMENT_H_

#include <cstdint>
#include <string>

#include "harness/core/owned_directory.h"
#include "harness/core/result.h"
#include "harness/stress/round_directory.h"

namespace tearproof::stress {

class Environment {
 public:
  // REQUIRES: `work` outlives it. `largest_value` is the size of what the workers set.
  Environment(const OwnedDirectory* work, uint64_t largest_value);

  void BeginRound(RoundPaths paths);
  // Notes how full the disk is now. To be called often: what filled it may be gone in the end.
  void Look();
  // Whether the round since BeginRound counts. `reported` is an errno by which an operation said
  // that the machine failed it, or 0: "disk full" is believed only where the disk was about full.
  Result<void> CheckRound(int reported);
  // Whether the directories are still those that were made.
  Result<void> CheckDirectories() const;

 private:
  const OwnedDirectory* work_;
  uint64_t spare_bytes_;  // With less than this left, a write may have failed.
  uint64_t least_free_;   // Since BeginRound.
  RoundPaths paths_;      // Empty before the first round.
};

// Whether the disk of `directory` has room for `bytes` of the run's record.
Result<void> CheckRecordDisk(const std::string& directory, uint64_t bytes);

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_ENVIRONMENT_H_
