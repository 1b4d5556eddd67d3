// The states that a real file system leaves of a run: images of its disk, mounted and read.
//
// Purpose: at each moment the disk holds all that was written before its last flush, and any of
// what was written since. As file systems write by themselves after some seconds, each run is made
// once for every moment at which that may have begun.
// Thread safety: none. Errors: the machine's: see recorded_disk.h.
#ifndef TEARPROOF_HARNESS_CRASH_REAL_CRASH_H_
#define TEARPROOF_HARNESS_CRASH_REAL_CRASH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/crash/crash_run.h"
#include "harness/crash/recorded_disk.h"

namespace tearproof::crash {

struct RealState {
  uint32_t calls = 0;  // So many had happened.
  Tree tree;           // Without what the run forgets.
};

// What the disk may hold at one moment.
struct DiskImage {
  uint32_t calls = 0;
  std::vector<uint32_t> records;  // Those of the log that it has, in order.
};

// The images of all moments from record `begin` on, at most `most`, the later moments of an epoch
// first: all records before the last flush, and of those since each prefix and all but each one.
// `calls_at`: how many calls had happened when so many records had been written.
std::vector<DiskImage> ImagesOf(const std::vector<DiskRecord>& records, size_t begin,
                                const std::function<uint32_t(size_t)>& calls_at, size_t most);

struct RealRun {
  CrashRun run;
  std::vector<RealState> states;
  uint64_t images = 0;
  uint64_t unmountable = 0;
};

struct RealSetup {
  RealFileSystem system;
  explore::CacheSetup cache;  // Its parent directory is where images lie, best in memory.
  std::vector<std::string> forgotten;
  size_t images = 60;  // Of a run, at most.
};
// The run whose file system is told to write after `commit_after` calls, as it might by itself.
Result<RealRun> CrashForReal(const RealSetup& setup, uint32_t commit_after);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_REAL_CRASH_H_
