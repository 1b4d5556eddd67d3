// `tearproof bench self`: is the harness the bottleneck?
//
// Purpose: one worker with recording and judging, against a bare loop over the same backend, side
// by side in one run, on Google Benchmark (its flags work: --benchmark_filter, ...). Beside it,
// what the parts cost alone, and how soon the naive cache is caught. Thread safety: none; runs
// benchmarks on the calling thread. Errors: kUsage, kEnvironment.
#ifndef TEARPROOF_HARNESS_BENCH_SELF_BENCHMARK_H_
#define TEARPROOF_HARNESS_BENCH_SELF_BENCHMARK_H_

#include <string>
#include <vector>

#include "harness/bench/adapter_benchmark.h"
#include "harness/core/result.h"

namespace tearproof::bench {

// `flags` are Google Benchmark's. The caches lie under `parent_directory`. Prints the benchmarks,
// then the ratios that the documentation quotes. `adapters`: those that are there.
Result<void> RunSelfBenchmark(const std::string& program, const std::vector<std::string>& flags,
                              const std::string& parent_directory,
                              const std::vector<PythonAdapter>& adapters);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_SELF_BENCHMARK_H_
