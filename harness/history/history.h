// What happened in one run of processes on one cache directory: validated, ordered, immutable.
//
// Purpose: the only input of the checkers. A History is complete: it holds every operation that
// touched the directory since it was made, setup and audit included; a checker may conclude from
// what is not there. (So a history is never cut to a window and judged again.)
//
// Thread and process safety: immutable after Build; any number of readers. Ownership: owns all.
// Units: the header's time base. Errors: Build rejects, with the reason, what no run can yield.
#ifndef TEARPROOF_HARNESS_HISTORY_HISTORY_H_
#define TEARPROOF_HARNESS_HISTORY_HISTORY_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/history/op.h"
#include "harness/history/value.h"

namespace tearproof {

inline constexpr uint32_t kHistoryVersion = 1;

enum class TimeBase : uint8_t { kMonotonicNanos, kStep };

struct HistoryHeader {
  uint32_t version = kHistoryVersion;
  TimeBase time_base = TimeBase::kMonotonicNanos;
  int64_t clock_uncertainty = 0;      // Two processes' stamps order events only beyond this.
  int64_t realtime_offset_begin = 0;  // CLOCK_REALTIME - CLOCK_MONOTONIC when the run began
  int64_t realtime_offset_end = 0;    // and when it ended: caches expire by the wall clock.
  int64_t coarse_clock_lag = 0;       // How far coarse clocks lag (CoarseClockLagNanos).
  int64_t advanced_at = 0;            // Steps tell no time, but before this one
  int64_t advanced = 0;               // so many nanoseconds had passed at once; 0: none.
  // Of a history that a power cut ended: when it came. What had returned by `synced` was on the
  // disk for good. Only reads, and what tidies up, come after it.
  int64_t power_cut = kNever;
  int64_t synced = kNever;
  uint64_t seed = 0;
  uint64_t round = 0;
  std::string backend;
  std::string scenario;
  std::vector<std::string> keys;  // The key of Op::key = i, as the cache was given it.
};

// A process that took part. A killed worker's replacement is a new process.
struct ProcessInfo {
  enum class End : uint8_t {
    kLived,   // To the end of the history.
    kKilled,  // By us, or by another signal from without (SIGTERM, want of memory).
    kDied,    // By itself: a crash or an exit in the middle.
  };
  uint16_t number = 0;
  std::string role;  // The scenario's role, or "setup", "audit".
  End end = End::kLived;
  int end_signal = 0;  // For kDied: the signal, or 0 with `end_status`.
  int end_status = 0;
  int64_t reaped = kNever;  // Where it did not live: when waitpid(2) had returned it.
};

// What is known of an operation beyond its record: the damaged bytes, the text of an error.
struct Evidence {
  uint16_t process = 0;
  uint64_t sequence = 0;
  std::string text;  // The error's text, as captured: escape before printing.
  std::vector<DamageRun> damage;
};

// An operation that did not return within the deadline; all other processes were stopped then.
struct Stall {
  uint16_t process = 0;
  uint64_t sequence = 0;
  int64_t waited = 0;           // In company, until the deadline; 0: it never had company.
  int64_t waited_alone = 0;     // After the others had stopped; 0: all that is left waits.
  bool returned_alone = false;  // It returned once it was alone.
};

// An operation one of whose system calls was made to fail: it may report that.
struct Struck {
  uint16_t process = 0;
  uint64_t sequence = 0;
  std::string fault;  // "ENOSPC"
};

// What lay on the disk after everybody had left.
struct Survey {
  bool tidied = false;              // A fresh process ran init, cull, clear (or deleted all).
  std::vector<std::string> litter;  // Files beyond what one process alone leaves.
  bool watched = false;             // Foreign files were planted and looked at again.
  std::vector<std::string>
      trespasses;            // "deleted: cwd/1f/keep"; what was not the cache's to touch.
  uint64_t cache_files = 0;  // Files under the directory before tidying.
  // Of processes that meet faults: "writer 0: k0.entry", where more is open than before.
  std::vector<std::string> left_open;
};

class History {
 public:
  struct Parts {
    HistoryHeader header;
    std::vector<ProcessInfo> processes;
    std::vector<Op> ops;  // In any order.
    std::vector<Evidence> evidence;
    std::vector<Stall> stalls;
    std::vector<Struck> struck;
    Survey survey;
    uint64_t unreadable_records = 0;  // Slots whose checksum failed: torn by a crash of the host.
  };

  // Sorts, indexes and validates. Open operations get their `ret` here: the reaping of their
  // process, or kNever. Rejected: a return before its invocation or after the reaping, two of one
  // process and sequence, overlapping ones of a process unless both are uncertain, a key or process
  // that is not declared, numbers out of range. Safe for hostile input.
  static Result<History> Build(Parts parts);

  const HistoryHeader& header() const { return parts_.header; }
  const std::vector<ProcessInfo>& processes() const { return parts_.processes; }
  const std::vector<Stall>& stalls() const { return parts_.stalls; }
  const std::vector<Struck>& struck() const { return parts_.struck; }
  bool WasStruck(const Op& op) const;
  const Survey& survey() const { return parts_.survey; }
  uint64_t unreadable_records() const { return parts_.unreadable_records; }

  // All operations, by invocation.
  std::span<const Op> ops() const { return parts_.ops; }
  size_t key_count() const { return parts_.header.keys.size(); }
  // Indices into ops() of the operations on `key`, by invocation.
  std::span<const uint32_t> OpsOfKey(uint32_t key) const;
  // Indices into ops() of init, clear and cull, by invocation.
  std::span<const uint32_t> KeylessOps() const;

  // The operation with that process and sequence, or nullptr.
  const Op* Find(ValueId id) const;
  // Has what Find(id) reads first brought from memory, where it will be called soon.
  void Prefetch(ValueId id) const;
  const ProcessInfo* FindProcess(uint16_t number) const;
  // What else is known of `op`, or nullptr.
  const Evidence* FindEvidence(const Op& op) const;

  // The only order, used by every checker: a had returned before b was invoked, beyond the clocks'
  // uncertainty. Within one process program order holds, whatever the clocks say.
  bool Precedes(const Op& a, const Op& b) const {
    if (a.process == b.process) return a.sequence < b.sequence && a.ret != kNever;
    return a.ret < kNever - parts_.header.clock_uncertainty &&
           a.ret + parts_.header.clock_uncertainty < b.invoke;
  }
  // Neither precedes the other.
  bool Overlaps(const Op& a, const Op& b) const { return !Precedes(a, b) && !Precedes(b, a); }

  // The end of the last completed operation; the history covers nothing after it.
  int64_t end_time() const { return end_time_; }

 private:
  struct ProcessIndex {
    uint64_t first_sequence = 0;
    std::vector<uint32_t> ops;  // Index into ops() + 1 by sequence - first_sequence; 0 is none.
  };

  History() = default;
  Result<void> ValidateHeader() const;
  Result<void> ValidateOps();
  void Index();
  void IndexProcesses(const std::vector<size_t>& bounds);
  // Where the index of the operation stands, or nullptr.
  const uint32_t* SlotOf(ValueId id) const;

  Parts parts_;
  int64_t end_time_ = 0;
  std::vector<uint32_t> by_key_;          // Indices into ops(), grouped by key, keyless ones last.
  std::vector<uint32_t> key_begin_;       // key_count() + 2 bounds into by_key_.
  std::vector<ProcessIndex> by_process_;  // By process number.
  std::map<uint64_t, size_t> evidence_of_;  // By packed (process, sequence).
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_HISTORY_HISTORY_H_
