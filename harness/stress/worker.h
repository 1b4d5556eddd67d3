// A worker process: waits for commands, runs its role, records.
//
// Purpose: the other side of control_block.h. `tearproof worker` is this function. A worker ends
// when it is told to, when its coordinator is gone (prctl(2), PR_SET_PDEATHSIG: also after a
// SIGKILL), or when it is killed; it ignores Ctrl-C, which is the coordinator's business.
// Process safety: one process a slot, or a group of slots (worker_pool.h). Errors: printed to
// stderr; the exit code is 64, 70 or 77.
#ifndef TEARPROOF_HARNESS_STRESS_WORKER_H_
#define TEARPROOF_HARNESS_STRESS_WORKER_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tearproof::stress {

// Returns the process's exit code. Several slots are threads that share one adapter.
// REQUIRES: a slot.
int RunWorker(const std::string& cell_directory, const std::vector<uint32_t>& slots);

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_WORKER_H_
