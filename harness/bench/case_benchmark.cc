#include "harness/bench/case_benchmark.h"

#include <benchmark/benchmark.h>

#include <algorithm>

#include "harness/bench/run_benchmarks.h"

namespace tearproof::bench {
namespace {

// The record has it all, and our own report shows it.
class Silent : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

void RunCase(benchmark::State& state, const Case& each) {
  for ([[maybe_unused]] auto _ : state) {
    const Result<CaseResult> result = each.run();
    if (!result.ok()) return state.SkipWithError(result.error().Message().c_str());
    state.SetIterationTime(result.value().seconds);
    state.SetItemsProcessed(static_cast<int64_t>(result.value().operations));
    for (const auto& [name, value] : result.value().counters) state.counters[name] = value;
  }
}

}  // namespace

Result<void> RunCases(const std::string& program, const std::vector<std::string>& flags,
                      const std::vector<Case>& cases) {
  const bool prints = std::any_of(flags.begin(), flags.end(), [](const std::string& flag) {
    return flag.starts_with("--benchmark_format") || flag.starts_with("--benchmark_list_tests");
  });
  Silent silent;
  return RunBenchmarks(
      program, flags, "bench",
      [&] {
        for (const Case& each : cases) {
          benchmark::RegisterBenchmark(each.name.c_str(),
                                       [&each](benchmark::State& state) { RunCase(state, each); })
              ->UseManualTime()
              ->Iterations(1)
              ->Unit(benchmark::kMillisecond);
        }
      },
      prints ? nullptr : &silent);
}

}  // namespace tearproof::bench
