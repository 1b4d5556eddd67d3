// What the operations of an execution take where nobody looks: the same processes on one core,
// asked one request after the other.
//
// Purpose: with the stops of bare_stop.h it is the floor of an explored execution, whatever the
// explorer does. Thread safety: of the calling thread, which it moves to one core for as long as it
// runs. Ownership: of the processes, which have ended when it returns. Units: nanoseconds.
// Errors: kUsage, a program that cannot be executed; kEnvironment.
#ifndef TEARPROOF_HARNESS_BENCH_UNTRACED_EXECUTION_H_
#define TEARPROOF_HARNESS_BENCH_UNTRACED_EXECUTION_H_

#include <string>
#include <vector>

#include "harness/api/scenario.h"
#include "harness/core/result.h"

namespace tearproof::bench {

// The mean of some hundred: the directory is emptied, a process of its own does what comes before,
// then each process opens the cache and does its program. `command` starts an adapter.
Result<double> NanosOfUntracedExecution(const Scenario& scenario,
                                        const std::vector<std::string>& command,
                                        const std::string& parent_directory);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_UNTRACED_EXECUTION_H_
