// What it costs to stop a process at a system call and to let it go on: the floor of every step
// that is explored, whatever is done between.
//
// Thread safety: of the calling thread, which it moves to one core for as long as it runs.
// Ownership: of the process, which has ended when it returns. Units: nanoseconds.
// Errors: kEnvironment, the machine forbids tracing.
#ifndef TEARPROOF_HARNESS_BENCH_BARE_STOP_H_
#define TEARPROOF_HARNESS_BENCH_BARE_STOP_H_

#include "harness/core/result.h"

namespace tearproof::bench {

// The mean of some thousand stops on one core, the call and its arguments read at each.
Result<double> NanosOfBareStop();

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_BARE_STOP_H_
