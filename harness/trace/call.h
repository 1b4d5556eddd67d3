// A system call at its entry, taken apart by its row of the table.
//
// Purpose: from registers to the files of the cache that the call names; from there to what it will
// touch (PredictFootprint), how it is printed (PrintCall), and, once it has happened, to what
// became of the process's descriptors and of the files (ApplyCall).
// Thread safety: none; the thread that traces. REQUIRES: all traced processes are quiet.
#ifndef TEARPROOF_HARNESS_TRACE_CALL_H_
#define TEARPROOF_HARNESS_TRACE_CALL_H_

#include <fcntl.h>
#include <sys/types.h>

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/trace/cache_view.h"
#include "harness/trace/change.h"
#include "harness/trace/event.h"
#include "harness/trace/open_files.h"
#include "harness/trace/ownership.h"
#include "harness/trace/registers.h"
#include "harness/trace/result_tap.h"
#include "harness/trace/system_call_table.h"
#include "harness/trace/virtual_clock.h"

namespace tearproof::trace {

// Who makes the call.
struct Caller {
  size_t process = 0;  // The subject's number.
  pid_t thread = 0;    // In the system.
  pid_t id = 0;        // Of the thread's process, in the system.
  OpenFiles* files = nullptr;
  const std::vector<KnownText>* texts = nullptr;  // What has been read of its memory.
  int64_t now = 0;                                // By the clock that it sees, if that is ours.
};

// What all callers share in one execution.
struct Scene {
  explicit Scene(size_t processes) : identity(processes), view(&identity) {}

  FileIdentity identity;
  CacheView view;
  LockTable locks;
  VirtualClock clock;
  bool owns_clock = false;  // `clock` is what processes see.
  bool records_changes = false;
  // As Windows does: what is open cannot be renamed, replaced or removed.
  bool refuses_sharing = false;
  Openings openings;                 // Kept where that is so.
  std::map<pid_t, size_t> programs;  // Whose process number it is, or was: the subject's.
  std::set<uint64_t> mapped;         // Files that are read through memory.
  Ownership ownership;
  std::vector<std::string> trespasses;  // "unlink of cache/notes.txt": what `ownership` forbids.
  std::shared_ptr<ResultTap> tap;       // nullptr: calls stop once more when they return.
  uint64_t steps = 0;  // Calls that happened: a prediction is good for one number of them.
};

// A path or a descriptor that a call names.
struct Target {
  ArgumentKind kind = ArgumentKind::kHidden;
  int descriptor = -1;
  std::shared_ptr<Description> description;  // Of a descriptor of the cache.
  Place place;                               // Of a path.

  bool concerns() const { return description != nullptr || place.within; }
  std::optional<FoundFile> file() const;
  const std::string& path() const { return description ? description->path : place.path; }
};

struct Call {
  const Row* row = nullptr;
  std::array<uint64_t, 6> arguments = {};
  std::array<Target, 2> targets;
  size_t target_count = 0;
  uint64_t flags = 0;             // Of open, renameat2, and the like: what decides.
  std::string text;               // Of kText.
  struct flock record_lock = {};  // Of fcntl's locks.
  bool has_paths = false;         // What it names may change while it waits.
  bool concerns = false;          // It names a file of the cache, or frees a lock on one.

  bool LocksAndWaits() const;  // flock and fcntl, where they would sleep.
  // The lock that flock or fcntl asks for, or gives back; nothing: it is another call.
  struct Lock {
    LockRequest request;
    bool frees = false;
  };
  std::optional<Lock> AsLock(const Caller& caller) const;
};

// The paths and other strings that the call names.
void ReadTexts(const Row& row, const Registers& registers, pid_t thread,
               std::vector<KnownText>* texts);
// The first path that the call names is one of the cache, as its text alone says: it may be decoded
// when that is needed.
bool SurelyConcerns(const Row& row, const Registers& registers, const Caller& caller,
                    const Scene& scene);
Call DecodeCall(const Row& row, const Registers& registers, const Caller& caller, Scene* scene);
// Of utimensat and its like: it says which times, and not "now".
bool GivesTimes(const Call& call);
// A call that the table does not have, and may name what it likes.
Call DecodeUnknownCall(const Registers& registers, const Caller& caller, Scene* scene);

// REQUIRES: nothing has happened since the call was decoded.
Footprint PredictFootprint(const Call& call, const Caller& caller, const Scene& scene);
LockRole PredictLockRole(const Call& call, const Caller& caller, const Scene& scene);
// It asks for a lock that a traced process holds, and would sleep until that is free.
bool WouldWait(const Call& call, const Caller& caller, const Scene& scene);
Unseen PredictUnseen(const Call& call, const Scene& scene);
// `openat("k0", O_CREAT|O_WRONLY)`. The caller's process number is printed as "pid".
std::string PrintCall(const Call& call, const Caller& caller, const Scene& scene);
// Whether ApplyCall takes note of anything but what the call says of itself: whether anybody has to
// see its result.
bool LeavesTraces(const Call& call);
// It will return 0, whatever others do before: nobody has to see it return.
bool CannotFail(const Call& call, const Scene& scene);
// The faults of those asked for that may strike the call as things stand.
FaultSet PossibleFaults(const Call& call, const Caller& caller, FaultSet asked);
// How many bytes the call transfers if it is cut short; 0: it cannot be.
uint64_t HalfOfTransfer(const Call& call, const Caller& caller);
// It renames, replaces or removes a file that somebody has open.
bool IsRefusedBySharing(const Call& call, const Scene& scene);
// Takes note of what has happened: `result` as the kernel gave it. Returns Event::effect.
std::string ApplyCall(const Call& call, int64_t result, const Caller& caller, Scene* scene);
// What it did to files. REQUIRES: nothing has happened since, and the call was decoded before it.
std::vector<Change> DescribeChanges(const Call& call, int64_t result, const Caller& caller,
                                    const Scene& scene);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_CALL_H_
