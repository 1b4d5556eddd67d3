// What a benchmark was of, and what it counted: part of a run record.
//
// Purpose: speed without what was paid for it says little: how durable a set is, how many system
// calls and bytes it takes, what lies on disk. Thread safety: plain data. Units: nanoseconds,
// bytes.
#ifndef TEARPROOF_HARNESS_API_BENCH_RECORD_H_
#define TEARPROOF_HARNESS_API_BENCH_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>

namespace tearproof {

// Counted on one process alone, which set every key again and then got every key.
struct BenchCounts {
  double calls_a_get = 0;  // System calls.
  double calls_a_set = 0;
  double syncs_a_set = 0;          // Of those: fsync, fdatasync, msync, sync_file_range.
  double bytes_written_a_set = 0;  // By write(2) and its kin.
  uint64_t entries = 0;
  uint64_t files = 0;
  uint64_t disk_bytes = 0;  // Blocks that the files take.

  friend bool operator==(const BenchCounts&, const BenchCounts&) = default;
};

struct BenchRecord {
  uint64_t value_size = 0;
  uint32_t processes = 0;
  std::string mix;        // Gets and sets, in hundredths: "90/10".
  std::string directory;  // As named.
  std::string file_system;
  std::string durability;  // What a set that has returned survives, by backend.toml: "none".
  double rate = 0;  // Open loop: operations a second that were asked for; 0: as fast as can be.
  int64_t sync_time = 0;         // Of one fsync of a small file there; the median.
  std::string unrepresentative;  // Why what durability costs here says nothing; may be empty.
  std::optional<BenchCounts> counts;
  std::optional<double> of_naive;  // Operations a second, as a share of naive's beside it.

  // Bytes written for each byte of value that was set; 0 if it was not counted.
  double WriteAmplification() const {
    return counts && value_size > 0 ? counts->bytes_written_a_set / static_cast<double>(value_size)
                                    : 0;
  }
  friend bool operator==(const BenchRecord&, const BenchRecord&) = default;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_BENCH_RECORD_H_
