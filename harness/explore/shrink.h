// A broken schedule with as few changes from one process to another as can be found.
//
// Purpose: what a person reads. Within its class the fewest are computed; then all executions with
// fewer are tried, in rising number, within a budget; so what is found first is the least there is.
// Thread safety: none. Ownership: the subject lasts for the call.
#ifndef TEARPROOF_HARNESS_EXPLORE_SHRINK_H_
#define TEARPROOF_HARNESS_EXPLORE_SHRINK_H_

#include <optional>

#include "harness/explore/explorer.h"

namespace tearproof::explore {

struct ShrinkOptions {
  // To look for fewer switches, and so long again for the deciding step; nothing of it where a
  // single execution takes longer.
  uint64_t max_executions = 3000;
  int64_t max_nanos = 2'000'000'000;
  RunnerOptions runner;  // `mishap` is the schedule's own.
  size_t class_limit = size_t{1} << 18;
};

struct Shrunk {
  BrokenSchedule schedule;
  size_t switches = 0;
  // No execution with fewer breaks in the same way: all of them were tried.
  bool fewest = false;
  // The last event, from 0, that another one in its place would have saved: had the process before
  // it gone on as long as it could, or else had the call not failed, nothing would have broken in
  // this way.
  std::optional<size_t> deciding_step;
  uint64_t executions = 0;
};

// Errors: the subject's, the judge's; kEnvironment where the schedule does not break again.
Result<Shrunk> Shrink(Subject& subject, const Judge& judge, const BrokenSchedule& broken,
                      const ShrinkOptions& options);

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_SHRINK_H_
