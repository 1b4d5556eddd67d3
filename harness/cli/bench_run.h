// `tearproof bench` without a verb of its own: caches × sizes × processes × directories.
//
// Purpose: each measurement is a cell of the stress engine, judged as any other, run as a benchmark
// of Google Benchmark. Thread safety: none. Errors: kUsage, kEnvironment.
#ifndef TEARPROOF_HARNESS_CLI_BENCH_RUN_H_
#define TEARPROOF_HARNESS_CLI_BENCH_RUN_H_

#include "harness/cli/bench_options.h"
#include "harness/cli/commands.h"

namespace tearproof::cli {

// Returns the exit code.
Result<int> RunBench(const BenchArguments& arguments, const Session& session);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_BENCH_RUN_H_
