// What the calls of one run did to files, as parts that a disk may have or lack.
//
// Purpose: the ground of all persistence models. It knows no file system: it says which bytes went
// where, which names came and went, what was synced, and in which order; a model says what that
// means for a disk (persistence.h).
// Thread safety: immutable once built. Units: bytes; histories' steps.
#ifndef TEARPROOF_HARNESS_CRASH_WRITE_LOG_H_
#define TEARPROOF_HARNESS_CRASH_WRITE_LOG_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/crash/tree.h"
#include "harness/explore/traced_cache.h"

namespace tearproof::crash {

enum class EffectKind : uint8_t {
  kEntry,   // `name` in the directory `node` leads to `target`, or to nothing.
  kData,    // `bytes` at `offset`.
  kGrowth,  // A write ended behind the end of the file.
  kSize,    // The file was cut or extended by a call that says so.
  kMode,
  kAttribute,  // `name` has the value `bytes`, or none.
};

struct Effect {
  EffectKind kind = EffectKind::kData;
  uint32_t call = 0;  // Index into WriteLog::calls.
  NodeId node = kNoNode;
  std::string name;
  std::string shown;  // The path, as printed.
  NodeId target = kNoNode;
  NodeId former = kNoNode;  // What the name led to before.
  uint64_t offset = 0;
  std::string bytes;
  uint64_t size = 0;         // kGrowth, kSize: from then on,
  uint64_t former_size = 0;  // and before.
  mode_t mode = 0;
  bool gone = false;  // kAttribute: there is none any more.
};

enum class SyncKind : uint8_t { kFile, kData, kRange, kFileSystem, kSystem, kClose };

// A call that may force something to the disk: all before it, as the model says.
struct Sync {
  uint32_t call = 0;
  SyncKind kind = SyncKind::kFile;
  NodeId node = kNoNode;
};

struct LogCall {
  int64_t step = 0;
  uint32_t process = 0;
  std::string name;     // "openat"
  std::string label;    // `openat("k0", O_CREAT)`
  std::string outcome;  // "→ 3"
  std::string effect;   // "creates k0"
};

struct WriteLog {
  Tree base;                            // On the disk before the first call; and all nodes that
                                        // calls made, empty and without a name.
  std::vector<std::string> node_names;  // As printed, the first name of each.
  std::vector<LogCall> calls;
  std::vector<Effect> effects;  // By call.
  std::vector<Sync> syncs;      // By call.
  std::string unseen;           // What no log shows, so that nothing is sure; "" if nothing.
};

struct LogSource {
  Tree base;
  std::unordered_map<ino_t, NodeId> inodes;  // Of `base`.
  std::span<const explore::LoggedCall> calls;
  std::span<const trace::Change> before;  // What the processes did before the first call.
  // Names of files that a crash takes away whole, as their owner makes them anew: what is mapped
  // and holds locks or an index. They are in no state.
  std::vector<std::string> forgotten;
};
WriteLog BuildWriteLog(LogSource source);
// Takes the names of `forgotten` out of all directories; returns what they led to.
std::vector<NodeId> Forget(const std::vector<std::string>& forgotten, Tree* tree);

// The same, nothing said of times: a disk has those of all files, and a log those that were set.
WriteLog WithoutTimes(WriteLog log);

// The same with one more call: a sync of `node` by the process of `after`, behind it.
WriteLog WithSync(const WriteLog& log, uint32_t after, NodeId node);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_WRITE_LOG_H_
