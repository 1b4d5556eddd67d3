// Which fsync would have kept a promise: found by trying.
//
// Purpose: a sync is added to the log behind each call of one kind, of the file or directory that
// it changed, and all states are enumerated again. First one kind of sync, then two together.
// Thread safety: none. Errors: the judge's.
#ifndef TEARPROOF_HARNESS_CRASH_REMEDY_H_
#define TEARPROOF_HARNESS_CRASH_REMEDY_H_

#include <optional>
#include <string>
#include <vector>

#include "harness/crash/crash_engine.h"

namespace tearproof::crash {

enum class SyncedThing : uint8_t {
  kFile,       // Whose bytes or length the call changed.
  kDirectory,  // In which it changed a name.
};

// After each call of that name.
struct AddedSync {
  std::string call;
  SyncedThing thing = SyncedThing::kFile;

  friend bool operator==(const AddedSync&, const AddedSync&) = default;
};

// The run with the sync behind each call that it can follow.
CrashRun WithSyncs(const CrashRun& run, const AddedSync& added);

// The fewest syncs with which no state with at most `losses` losses breaks the promise; nothing: no
// one or two kinds do. Leaves the judge at another run.
Result<std::optional<std::vector<AddedSync>>> FindRemedy(const CrashRun& run,
                                                         const PersistenceModel& model,
                                                         StateJudge& judge, Promise promise,
                                                         size_t losses, const CrashBudget& budget);

// `fsync of "cache/temp#1" after write("cache/temp#1", 4096)`: as the run has it first.
std::string Describe(const AddedSync& added, const CrashRun& run);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_REMEDY_H_
