// Benchmarks whose measuring is done elsewhere: many processes, for a fixed time.
//
// Purpose: Google Benchmark's filters, repetitions, statistics and formats for runs that it does
// not time itself. Thread safety: none. Errors: kUsage for a flag that nobody knows.
#ifndef TEARPROOF_HARNESS_BENCH_CASE_BENCHMARK_H_
#define TEARPROOF_HARNESS_BENCH_CASE_BENCHMARK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::bench {

struct CaseResult {
  double seconds = 0;  // That the processes ran.
  uint64_t operations = 0;
  std::map<std::string, double> counters;  // What else is reported.
};
struct Case {
  std::string name;                         // "naive/4KiB/2-processes/90:10/tmpfs"
  std::function<Result<CaseResult>()> run;  // An error skips it.
};

// Runs each that --benchmark_filter selects, as often as --benchmark_repetitions says. Google
// Benchmark prints only where `flags` ask for it (--benchmark_format, --benchmark_list_tests).
Result<void> RunCases(const std::string& program, const std::vector<std::string>& flags,
                      const std::vector<Case>& cases);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_CASE_BENCHMARK_H_
