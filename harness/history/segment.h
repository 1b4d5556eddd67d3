// The record file of one process: fixed slots in a shared mapping, no system call an operation.
//
// Purpose: nothing is lost when a worker or the coordinator is killed. The invoke half of a slot is
// stored before the call and the return half after it; whatever instruction a SIGKILL falls on, a
// reader sees a whole half or none. A slot takes 48 bytes. The header counts the slots in use, so
// what an earlier round left behind it is never read; checksums tell the pages that a crash of
// the host lost.
//
// Layout (all little endian, version 1):
//   page 0          SegmentHeader
//   slots           capacity × Slot
//   side area       details of damaged values and texts of errors, appended (SideRecord)
//
// Thread and process safety: one writer (one thread of one process), any number of readers in any
// process; a reader of a live segment sees a prefix. Ownership: writer and reader own mappings.
#ifndef TEARPROOF_HARNESS_HISTORY_SEGMENT_H_
#define TEARPROOF_HARNESS_HISTORY_SEGMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/mapped_file.h"
#include "harness/core/result.h"
#include "harness/history/history.h"
#include "harness/history/op.h"

namespace tearproof {

struct Slot {
  int64_t invoke;
  uint32_t key;
  uint32_t length;  // set, add: bytes of the value; incr: the delta.
  uint32_t ttl_millis;
  uint8_t kind;
  uint8_t counter;
  uint16_t invoke_check;

  int64_t ret;
  uint64_t observed;
  uint32_t observed_length;
  uint8_t outcome;
  uint8_t observation;
  uint16_t return_check;
};
static_assert(sizeof(Slot) == 48, "the promise is at most 48 bytes a recorded operation");

struct SegmentHeader {
  char magic[8];  // "TEARPRF" and NUL
  uint32_t version;
  uint32_t process;
  uint64_t round;
  uint64_t first_sequence;  // The sequence of slot 0.
  uint64_t capacity;        // Slots.
  uint64_t side_bytes;      // Size of the side area.
  uint64_t used;            // Slots whose invoke half is whole. Stored after it.
};

class SegmentWriter {
 public:
  // Creates the file. REQUIRES: capacity > 0.
  static Result<SegmentWriter> Create(const std::string& path, uint16_t process, uint64_t capacity,
                                      uint64_t side_bytes = 256 << 10);

  // Starts a round: the slots are empty again. Sequences go on where they were, or from
  // `first_sequence`, where a process takes turns between segments.
  void BeginRound(uint64_t round) { BeginRound(round, next_sequence()); }
  void BeginRound(uint64_t round, uint64_t first_sequence);

  // Stores the invoke half of the next operation; returns its sequence. REQUIRES: !full().
  uint64_t Invoke(const Op& op);
  // Stores the return half of the first operation that has not returned: they return in order.
  // `op.invoke` may be later than it was said to be: who answers may know better when the operation
  // began. REQUIRES: there is one.
  void Return(const Op& op);

  // Appends what is known of the operation that returns next. Kept while there is room: the first
  // evidence counts. Call before Return, so that a reader that sees the return finds it.
  // REQUIRES: there is one.
  void AddErrorText(std::string_view text);
  void AddDamage(const std::vector<DamageRun>& damage);

  bool full() const { return used_ == capacity_; }
  uint64_t room() const { return capacity_ - used_; }
  uint64_t used() const { return used_; }
  uint64_t next_sequence() const { return first_sequence_ + used_; }

 private:
  void AppendSide(uint8_t kind, const void* bytes, size_t size);

  MappedFile file_;
  SegmentHeader* header_ = nullptr;
  Slot* slots_ = nullptr;
  char* side_ = nullptr;
  uint64_t capacity_ = 0;
  uint64_t side_capacity_ = 0;
  uint64_t side_used_ = 0;
  uint64_t used_ = 0;
  uint64_t returned_ = 0;
  uint64_t first_sequence_ = 0;
  uint64_t salt_ = 0;
};

struct SegmentContents {
  uint16_t process = 0;
  uint64_t round = 0;
  std::vector<Op> ops;
  std::vector<Evidence> evidence;
  // Slots in use that did not survive a crash of the host: not in `ops`.
  uint64_t unreadable_records = 0;
};

// Reads what is whole in the segment. Errors: kUsage for a file that is no segment of this version.
Result<SegmentContents> ReadSegment(const std::string& path);
// Copies a segment without its unused space. `to` must not exist; it is removed again on an error.
Result<void> WriteCompactCopy(const std::string& from, const std::string& to);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_HISTORY_SEGMENT_H_
