// Runs operations on a backend and records each: invoke, call, return, judgement of the bytes.
//
// Purpose: the hot path of a worker. No system call, no allocation and no lock an operation beyond
// the backend's own; the clock is read right before and right after the call, so that making and
// verifying values is no part of an operation's interval.
// Thread safety: none; one recorder a process. Ownership: borrows all but its buffers.
#ifndef TEARPROOF_HARNESS_STRESS_RECORDER_H_
#define TEARPROOF_HARNESS_STRESS_RECORDER_H_

#include <string>
#include <vector>

#include "harness/api/backend.h"
#include "harness/history/segment.h"
#include "harness/history/value.h"
#include "harness/stress/control_block.h"

namespace tearproof::stress {

// An operation to be done. Value and key are made from it.
struct Task {
  OpKind kind = OpKind::kGet;
  uint32_t key = kNoKey;
  uint32_t length = 0;  // set, add: bytes; incr: the delta.
  uint32_t ttl_millis = kNoTtl;
};

class Recorder {
 public:
  // `keys` are the keys as the cache is given them. With `counters`, values are numbers.
  Recorder(SegmentWriter* segment, WorkerSlot* slot, const std::vector<std::string>* keys,
           bool counters, VerifyMode verify, uint16_t process);

  void UseBackend(Backend* backend) { backend_ = backend; }
  // REQUIRES: a backend, !full().
  Outcome Run(const Task& task);
  // No room for another operation in this round.
  bool full() const { return segment_->full(); }

 private:
  void PrepareRequest(const Task& task, Op* op);
  void JudgeResponse(Op* op);
  void NoteError();

  SegmentWriter* segment_;
  WorkerSlot* slot_;
  const std::vector<std::string>* keys_;
  bool counters_;
  VerifyMode verify_;
  uint16_t process_;
  Backend* backend_ = nullptr;
  Request request_;
  Response response_;
  std::string value_;  // Of the set in flight.
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_RECORDER_H_
