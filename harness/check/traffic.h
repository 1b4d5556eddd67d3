// Histories of a correct cache under many overlapping clients, as many operations as one likes.
//
// Purpose: what the judge's speed is measured with, and large histories that must hold. Each client
// calls without pause, each operation takes effect at a moment of its own within it, and any two
// clients' calls overlap. Made at more than ten million operations a second.
//
// Thread safety: pure function. Units: bytes of values; a client's operation lasts some hundred
// units of the time base.
#ifndef TEARPROOF_HARNESS_CHECK_TRAFFIC_H_
#define TEARPROOF_HARNESS_CHECK_TRAFFIC_H_

#include <cstdint>

#include "harness/history/history.h"

namespace tearproof::check {

struct TrafficOptions {
  uint16_t clients = 16;
  uint32_t keys = 1;
  uint64_t operations = 1'000'000;  // Of all clients together.
  uint32_t set_percent = 20;
  uint32_t delete_percent = 0;  // The rest are gets, which miss what is not there.
  uint32_t has_percent = 0;
  int64_t clock_uncertainty = 0;
  uint64_t seed = 1;
};

// REQUIRES: clients > 0, keys > 0, percentages that add up to at most 100. Every key is set first.
History::Parts MakeTraffic(const TrafficOptions& options);

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_TRAFFIC_H_
