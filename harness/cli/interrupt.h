// Ctrl-C, or a terminal that is closed: the first ends the run in order, the second ends it at
// once.
//
// Thread safety: the flag may be read anywhere.
#ifndef TEARPROOF_HARNESS_CLI_INTERRUPT_H_
#define TEARPROOF_HARNESS_CLI_INTERRUPT_H_

#include <atomic>

namespace tearproof::cli {

// Handles SIGINT, SIGTERM and SIGHUP from now on; the flag becomes true at the first.
const std::atomic<bool>& CatchInterrupts();

// Says so on stderr. Returns the exit code.
int InterruptedBeforeAnythingRan();

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_INTERRUPT_H_
