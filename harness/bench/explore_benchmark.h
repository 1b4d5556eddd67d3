// `tearproof bench explore`: how many executions a second are explored, and how many it takes.
//
// Purpose: whole executions of two writers and a reader, traced, judged and counted, in processes
// that live on, on one core; beside it two cores, a cache in Python behind its adapter, and
// processes that are started for each execution: side by side in one run, on Google Benchmark (its
// flags work). And the races that are known, with the time and the executions that each takes, and
// with those that each strategy needs. Thread safety: none; runs on the calling thread. Errors:
// kUsage, kEnvironment.
#ifndef TEARPROOF_HARNESS_BENCH_EXPLORE_BENCHMARK_H_
#define TEARPROOF_HARNESS_BENCH_EXPLORE_BENCHMARK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::bench {

// `flags` are Google Benchmark's. The caches lie under `parent_directory`. `executions`: in a
// batch; batches of the ways to compare take turns.
Result<void> RunExploreBenchmark(const std::string& program, const std::vector<std::string>& flags,
                                 const std::string& parent_directory, uint64_t executions);

// Prints two tables in Markdown: all that must break, with the executions until it did; and the
// sound caches on the core scenarios, with the classes or the reason why not all were seen.
// `only`: this backend; "": all.
Result<void> PrintKnownRaces(const std::string& parent_directory, const std::string& only);

// Prints a table in Markdown: a row a race, a column a strategy; of those that draw lots, the
// median of `seeds` seeds. `only`: the races of this backend; "": all.
Result<void> PrintRaces(const std::string& parent_directory, uint32_t seeds,
                        const std::string& only);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_EXPLORE_BENCHMARK_H_
