#include "harness/bench/run_benchmarks.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace tearproof::bench {

Result<void> RunBenchmarks(const std::string& program, const std::vector<std::string>& flags,
                           const std::string& verb, const std::function<void()>& add,
                           benchmark::BenchmarkReporter* display) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), flags.begin(), flags.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  benchmark::Initialize(&argc, argv.data());
  if (argc > 1) {
    return UsageError(fmt::format("{} does not know '{}'", verb, argv[1]),
                      "it takes Google Benchmark's flags, --benchmark_filter=REGEX and so on");
  }
  add();
  benchmark::RunSpecifiedBenchmarks(display);
  benchmark::Shutdown();
  return {};
}

}  // namespace tearproof::bench
