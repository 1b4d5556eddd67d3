// The states that a real file system leaves of a run: images of its disk, mounted and read.
//
// Purpose: images of a recorded disk (disk_images.h), each mounted and read. As file systems write
// by themselves after some seconds, each run is made once for every moment at which that may have
// begun. Thread safety: none. Errors: the machine's: see recorded_disk.h.
#ifndef TEARPROOF_HARNESS_CRASH_REAL_CRASH_H_
#define TEARPROOF_HARNESS_CRASH_REAL_CRASH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/crash/crash_run.h"
#include "harness/crash/disk_images.h"
#include "harness/crash/persistence_model.h"
#include "harness/crash/recorded_disk.h"

namespace tearproof::crash {

struct RealState {
  uint32_t calls = 0;  // So many had happened.
  Tree tree;           // Without times, and without what the run forgets.
};

struct RealRun {
  CrashRun run;
  std::vector<RealState> states;
  uint64_t images = 0;
  uint64_t unmountable = 0;
  DiskImages drawn;  // Without the images.
};

struct RealSetup {
  RealFileSystem system;
  explore::CacheSetup cache;  // Its parent directory is where images lie, best in memory.
  std::vector<std::string> forgotten;
  ImageBudget budget;  // Of a run.
};
// The run whose file system is told to write after `commit_after` calls, as it might by itself.
Result<RealRun> CrashForReal(const RealSetup& setup, uint32_t commit_after);

// The states that the model does not allow: it is wrong, not the kernel.
struct Strangers {
  std::vector<const RealState*> states;
  uint64_t undecided = 0;  // The model allows more states than were drawn.
  uint64_t moments = 0;
};
// `most`: states of the model drawn for each moment.
Strangers FindStrangers(const RealRun& real, const PersistenceModel& model, uint64_t most);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_REAL_CRASH_H_
