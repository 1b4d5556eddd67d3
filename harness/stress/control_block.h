// The memory that coordinator and workers share: barrier, progress, latencies.
//
// Purpose: a command to all workers is one word and one wake; progress is one store an operation.
// Whatever a killed worker leaves here is whole: each field is written by one process only.
//
// Protocol: the coordinator sets `command` and `round`, then adds one to `phase` and wakes. A
// worker of the commanded class does it and stores the phase into its slot's `finished`, adds one
// to `events` and wakes. Thread and process safety: as said at each field.
#ifndef TEARPROOF_HARNESS_STRESS_CONTROL_BLOCK_H_
#define TEARPROOF_HARNESS_STRESS_CONTROL_BLOCK_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "harness/core/histogram.h"
#include "harness/core/mapped_file.h"
#include "harness/core/result.h"
#include "harness/history/op.h"

namespace tearproof::stress {

enum class Command : uint32_t {
  kNone,
  kSetup,     // The setup process: open the cache, init, the scenario's `before`.
  kPrepare,   // The workers: open the cache, init.
  kRun,       // The workers: their role, until `stop`.
  kAudit,     // The audit process: open the cache, get every key, tidy.
  kBaseline,  // The audit process, alone on a directory: set every key once, tidy.
  kExit,      // All.
};

enum class SlotRole : uint32_t { kWorker, kSetup, kAudit };

struct alignas(128) WorkerSlot {
  // Written by the coordinator before the process starts.
  uint32_t process = 0;  // Number in the history.
  SlotRole kind = SlotRole::kWorker;
  uint32_t role = 0;   // Index of the scenario's role, for kWorker.
  uint32_t index = 0;  // 0.. within the role.

  // Written by the process in the slot.
  std::atomic<uint32_t> finished = 0;           // The last phase that it completed.
  std::atomic<uint64_t> operations = 0;         // Completed by this process.
  std::atomic<uint32_t> in_operation = 0;       // 1 from before an operation's call until after it.
  std::atomic<uint32_t> environment_errno = 0;  // The machine failed it: ENOSPC and the like.
  std::atomic<int32_t> adapter = 0;  // The system's number of its adapter process, if it has one.
  std::array<LatencyHistogram, kOpKindCount> latencies;
  std::array<LatencyHistogram, kOpKindCount> recording;  // What a sample took besides.
};

struct ControlHeader {
  uint64_t magic = 0;
  uint32_t slot_count = 0;
  std::atomic<uint32_t> phase = 0;                // Coordinator. Futex.
  std::atomic<uint32_t> events = 0;               // Everyone. Futex.
  std::atomic<uint32_t> stop = 0;                 // Coordinator: end the round.
  std::atomic<Command> command = Command::kNone;  // Coordinator.
  std::atomic<uint64_t> round = 0;                // Coordinator.
};

class ControlBlock {
 public:
  // REQUIRES: `path` does not exist.
  static Result<ControlBlock> Create(const std::string& path, uint32_t slots);
  static Result<ControlBlock> Open(const std::string& path);

  // A handle on shared memory: its constness is not the memory's.
  ControlHeader& header() const { return *reinterpret_cast<ControlHeader*>(Base()); }
  // REQUIRES: index < header().slot_count.
  WorkerSlot& slot(uint32_t index) const;

 private:
  char* Base() const { return const_cast<char*>(file_.data()); }

  MappedFile file_;
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_CONTROL_BLOCK_H_
