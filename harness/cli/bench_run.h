// `tearproof bench` without a verb of its own: caches × sizes × processes × directories.
//
// Purpose: each measurement is a cell of the stress engine, judged as any other, run as a benchmark
// of Google Benchmark. Thread safety: none. Errors: kUsage, kEnvironment.
#ifndef TEARPROOF_HARNESS_CLI_BENCH_RUN_H_
#define TEARPROOF_HARNESS_CLI_BENCH_RUN_H_

#include <string>
#include <utility>

#include "harness/cli/bench_options.h"
#include "harness/cli/commands.h"

namespace tearproof::cli {

// Returns the exit code.
Result<int> RunBench(const BenchArguments& arguments, const Session& session);

// Two caches as named, measured in turns, so that what else the machine does falls on both alike:
// the record of each, with one sample a turn. `arguments.backends` does not matter.
Result<std::pair<RunRecord, RunRecord>> RunInTurns(const BenchArguments& arguments,
                                                   const std::string& first,
                                                   const std::string& second,
                                                   const Session& session);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_BENCH_RUN_H_
