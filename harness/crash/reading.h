// What a fresh process finds in a cache: init, a get of each key, and what tidying up leaves.
//
// Thread safety: plain data; RunPlan as the backend. Units: steps, from 1 on.
#ifndef TEARPROOF_HARNESS_CRASH_READING_H_
#define TEARPROOF_HARNESS_CRASH_READING_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/api/backend.h"
#include "harness/history/history.h"

namespace tearproof::crash {

struct ReadingPlan {
  std::vector<std::string> keys;  // As the cache is given them,
  std::set<uint32_t> asked_for;   // and which are.
  bool counters = false;
  bool tidies = false;   // Then cull and clear, or delete each.
  uint16_t process = 0;  // The reader's number in the history.
};

struct Reading {
  std::vector<Op> ops;  // The last one is open where the reader did not come back from it.
  std::vector<Evidence> evidence;
  std::vector<std::string> answers;  // `get k0 → hit, 4096 bytes`, one an operation.
  std::vector<std::string> left;     // Files after tidying up, from the cache's directory.
  bool stalled = false;
};

// `directory`: the cache's.
Reading RunPlan(Backend& cache, const ReadingPlan& plan, const std::string& directory);

// To another process, and back. Nothing: the bytes are no reading.
std::string Encode(const Reading& reading);
std::optional<Reading> DecodeReading(std::string_view bytes);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_READING_H_
