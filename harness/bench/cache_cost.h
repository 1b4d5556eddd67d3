// What a cache's operations cost beside time, on one process alone: calls, bytes, files.
//
// Purpose: exact counts to put beside the speeds of `tearproof bench`. Thread safety: none; see
// call_counter.h. Units: bytes, nanoseconds. Errors: kUsage, kEnvironment.
#ifndef TEARPROOF_HARNESS_BENCH_CACHE_COST_H_
#define TEARPROOF_HARNESS_BENCH_CACHE_COST_H_

#include <string>

#include "harness/api/backend.h"
#include "harness/api/bench_record.h"
#include "harness/core/result.h"

namespace tearproof::bench {

struct CostRequest {
  std::string backend;  // Registered: an adapter's process is not traced.
  BackendOptions options;
  std::string parent_directory;  // A tearproof-XXXXXX is made in it.
  uint64_t value_size = 0;
  uint32_t keys = 0;
};
// Sets every key, then counts setting every key again and getting every key.
Result<BenchCounts> CountCost(const CostRequest& request);

// How long one fsync of four kilobytes takes in that directory: the median of some.
Result<int64_t> ProbeSync(const std::string& parent_directory);
// Why durability costs that little there says nothing, or "". `file_system` as in a record.
std::string WhyUnrepresentative(const std::string& file_system, int64_t sync_time);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_CACHE_COST_H_
