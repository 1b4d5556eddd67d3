// The filter that makes a traced process stop at the calls of the table, and at no others.
//
// Thread safety: pure function. The filter is inherited by fork and kept by exec.
#ifndef TEARPROOF_HARNESS_TRACE_SECCOMP_FILTER_H_
#define TEARPROOF_HARNESS_TRACE_SECCOMP_FILTER_H_

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <vector>

namespace tearproof::trace {

// Stops at `numbers` and at every number that is above all that were known when the table was
// made, but not at writes to descriptors 1 and 2: every answer is one, and nearly none is the
// cache's (while one of them leads into the cache, its process is stopped at all calls). Refuses
// io_uring, aio and the calls of other processor modes (ENOSYS): a library that finds them missing
// falls back to calls that can be seen. REQUIRES: `numbers` ascend.
std::vector<sock_filter> BuildFilter(std::span<const int64_t> numbers);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_SECCOMP_FILTER_H_
