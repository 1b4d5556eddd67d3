// What calls returned, told by the kernel without a second stop.
//
// Purpose: a call stops its thread at its entry, where it is decided upon; to see what it returned
// costs a second stop, which is most of what a step costs. Where the machine lets us, a program of
// a dozen instructions in the kernel (BPF, at the tracepoint of returning calls) writes the result
// of a watched thread's call into memory that is shared with us. Results are the same either way.
// Needs CAP_BPF and CAP_PERFMON, and no process namespace of its own; every system call on the
// machine takes a tenth of a microsecond longer while a tap is open.
//
// Thread safety: Shared and ResultSeat's making and end, any thread; the rest by one thread a seat.
// Ownership: one tap for all sessions, which ends with the last.
#ifndef TEARPROOF_HARNESS_TRACE_RESULT_TAP_H_
#define TEARPROOF_HARNESS_TRACE_RESULT_TAP_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "harness/core/unique_fd.h"

namespace tearproof::trace {

class ResultTap {
 public:
  // nullptr: this machine does not let us.
  static std::shared_ptr<ResultTap> Shared();
  ~ResultTap();
  ResultTap(const ResultTap&) = delete;
  ResultTap& operator=(const ResultTap&) = delete;

 private:
  friend class ResultSeat;
  // As the program in the kernel has it.
  struct Seat {
    int64_t result = 0;
    uint32_t armed = 0;  // The next call that returns is the one.
    uint32_t unused = 0;
  };
  static constexpr uint32_t kSeats = 256;

  ResultTap() = default;
  bool Open();
  bool Works();
  std::optional<uint32_t> Watch(pid_t thread);
  void Forget(pid_t thread, uint32_t seat);

  UniqueFd seats_of_threads_;
  UniqueFd seats_fd_;
  UniqueFd program_;
  UniqueFd attached_;
  Seat* seats_ = nullptr;
  std::mutex mutex_;  // Guards `free_`.
  std::vector<uint32_t> free_;
};

// A thread that is watched.
class ResultSeat {
 public:
  // Nothing where there is no tap, or no seat left.
  static std::optional<ResultSeat> Take(std::shared_ptr<ResultTap> tap, pid_t thread);
  ~ResultSeat();
  ResultSeat(ResultSeat&&) = default;
  ResultSeat& operator=(ResultSeat&& other) noexcept {
    std::swap(tap_, other.tap_);
    std::swap(thread_, other.thread_);
    std::swap(seat_, other.seat_);
    return *this;
  }

  // From now on the first call that returns counts. REQUIRES: the thread has stopped.
  void Arm();
  // As the kernel gave it; nothing: none has returned yet.
  std::optional<int64_t> Result() const;

 private:
  ResultSeat(std::shared_ptr<ResultTap> tap, pid_t thread, uint32_t seat)
      : tap_(std::move(tap)), thread_(thread), seat_(seat) {}

  std::shared_ptr<ResultTap> tap_;
  pid_t thread_;
  uint32_t seat_;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_RESULT_TAP_H_
