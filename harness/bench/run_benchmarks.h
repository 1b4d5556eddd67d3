// Running the benchmarks of one `tearproof bench` verb under Google Benchmark.
//
// Thread safety: none; runs on the calling thread. Errors: kUsage for a flag that nobody knows.
#ifndef TEARPROOF_HARNESS_BENCH_RUN_BENCHMARKS_H_
#define TEARPROOF_HARNESS_BENCH_RUN_BENCHMARKS_H_

#include <functional>
#include <string>
#include <vector>

#include "harness/core/result.h"

namespace benchmark {
class BenchmarkReporter;
}

namespace tearproof::bench {

// Hands `flags` to Google Benchmark, lets `add` register the benchmarks, runs them and prints.
// `verb` names them in errors: "bench self". `display` prints, if it is not null.
Result<void> RunBenchmarks(const std::string& program, const std::vector<std::string>& flags,
                           const std::string& verb, const std::function<void()>& add,
                           benchmark::BenchmarkReporter* display = nullptr);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_RUN_BENCHMARKS_H_
