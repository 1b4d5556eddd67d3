// `tearproof bench judge`: how fast a history is judged.
//
// Purpose: operations a second of the checker of `fresh`, on histories of 16 overlapping clients of
// a correct cache, by the number of keys and operations, with sets and hits alone and with misses
// and deletes; and what indexing the history costs, which comes before any checker. On Google
// Benchmark (its flags work). One thread. Errors: kUsage.
#ifndef TEARPROOF_HARNESS_BENCH_JUDGE_BENCHMARK_H_
#define TEARPROOF_HARNESS_BENCH_JUDGE_BENCHMARK_H_

#include <string>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::bench {

// `flags` are Google Benchmark's.
Result<void> RunJudgeBenchmark(const std::string& program, const std::vector<std::string>& flags);

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_JUDGE_BENCHMARK_H_
