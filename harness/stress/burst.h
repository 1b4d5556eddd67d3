// How many operations are asked for ahead, where an adapter takes them.
//
// Purpose: as many as share the switches between two processes well, and as few as keep a worker
// from running on when it is to stop, or leave many operations in the dark when it dies.
// Thread safety: none. Units: nanoseconds.
#ifndef TEARPROOF_HARNESS_STRESS_BURST_H_
#define TEARPROOF_HARNESS_STRESS_BURST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "harness/core/clock.h"

namespace tearproof::stress {

class Burst {
 public:
  // Of at most `most` operations, which is not 0.
  size_t Length(size_t most) const { return std::min(length_, most); }
  // The cache took so long for the last one, of Length(most): without what it had to wait for a
  // processor, or else there would be the fewer ahead, the more processes there are.
  void Took(int64_t nanos, size_t most) {
    if (nanos > kLongest) {
      length_ = std::max<size_t>(1, Length(most) / 2);
    } else if (nanos < kLongest / 2) {
      length_ = std::min(most, length_ * 2);
    }
  }

 private:
  static constexpr int64_t kLongest = kNanosPerMilli;

  size_t length_ = 1;
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_BURST_H_
