// Asks a user's adapter, once and before a run, what it is.
//
// Purpose: a run should not begin with an adapter that does not start, and reports should name what
// was really loaded. The adapter is asked on a directory that is thrown away.
// Thread and process safety: starts and ends one process; see adapter_process.h.
// Errors: kUsage, with what the adapter said and what to do; kEnvironment of the machine.
#ifndef TEARPROOF_HARNESS_ADAPTER_PROBE_H_
#define TEARPROOF_HARNESS_ADAPTER_PROBE_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/adapter/protocol.h"
#include "harness/api/backend.h"
#include "harness/api/backend_description.h"
#include "harness/core/clock.h"
#include "harness/core/result.h"

namespace tearproof::adapter {

// Interpreters that load a framework from a cold disk take their time.
inline constexpr int64_t kProbePatience = 30 * kNanosPerSecond;

// `patience` is how long its answer to init may take; `interrupted`, if any, ends the wait.
Result<Introduction> Probe(const std::vector<std::string>& command, const BackendOptions& options,
                           const std::string& parent_directory, int64_t patience = kProbePatience,
                           const std::atomic<bool>* interrupted = nullptr);

// Fills what `description` leaves open. Errors: kUsage where neither names operations.
Result<void> Complete(const Introduction& introduction, BackendDescription* description);

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_PROBE_H_
