// Runs operations on a backend and records each: invoke, call, return, judgement of the bytes.
//
// Purpose: the hot path of a worker. No system call, no allocation and no lock an operation beyond
// the backend's own; the clock is read right before and right after the call, so that making and
// verifying values is no part of an operation's interval. A backend that knows when the cache
// itself was called (Response::called) is believed; it answers for that lying in between. Thread
// safety: none; one recorder a process. Ownership: borrows all but its buffers.
#ifndef TEARPROOF_HARNESS_STRESS_RECORDER_H_
#define TEARPROOF_HARNESS_STRESS_RECORDER_H_

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/adapter/ahead_backend.h"
#include "harness/api/request_maker.h"
#include "harness/history/segment.h"
#include "harness/stress/control_block.h"

namespace tearproof::stress {

// One operation of so many is timed with all that the recorder does: what the harness itself costs.
// Prime, so that no program of a role always meets the same of its operations.
inline constexpr uint64_t kRecordingSampled = 13;

class Recorder {
 public:
  // `keys` are the keys as the cache is given them. With `counters`, values are numbers.
  Recorder(WorkerSlot* slot, const std::vector<std::string>* keys, bool counters, VerifyMode verify,
           uint16_t process);

  // Where the operations go to, and where their record. Both must live as long as they are used.
  void Use(Backend* backend, SegmentWriter* segment) {
    backend_ = backend;
    segment_ = segment;
  }
  // REQUIRES: a backend and a segment, !full().
  Outcome Run(const Task& task, std::optional<int64_t> due = std::nullopt);
  // The same for several, which `backend` is asked for before those of the last time are waited
  // for: so it need not wait while its answers are looked at. Without tasks, all are waited for.
  // Returns the nanoseconds that the cache took for what was waited for, by its own clock.
  // REQUIRES: a segment with room for them; no more than AheadBackend::together() each time.
  int64_t RunAhead(std::span<const Task> tasks, adapter::AheadBackend* backend);
  // How many more there is room for in this round.
  uint64_t room() const { return segment_->room(); }
  // No room for another operation in this round.
  bool full() const { return segment_->full(); }
  // Of the process, whatever segments it used.
  uint64_t next_sequence() const { return segment_ == nullptr ? 0 : segment_->next_sequence(); }

 private:
  // What response_ says of `op`.
  void Finish(Op& op, std::optional<int64_t> due);
  void NoteResponse(const Op& op);
  void NoteError();

  SegmentWriter* segment_ = nullptr;
  WorkerSlot* slot_;
  RequestMaker maker_;
  uint16_t process_;
  uint64_t runs_ = 0;
  Backend* backend_ = nullptr;
  Response response_;
  std::deque<Op> ahead_;     // Asked for, and not answered yet.
  int64_t ahead_ended_ = 0;  // When the last of those before had been served.
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_RECORDER_H_
