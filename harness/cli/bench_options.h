// The options of `tearproof bench`, as typed and as meant.
//
// Thread safety: plain data. Units: bytes, operations a second. Errors: kUsage.
#ifndef TEARPROOF_HARNESS_CLI_BENCH_OPTIONS_H_
#define TEARPROOF_HARNESS_CLI_BENCH_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/cli/catalogue.h"
#include "harness/cli/run_in_progress.h"
#include "harness/cli/verb.h"
#include "harness/core/result.h"

namespace tearproof::cli {

// As typed.
struct BenchArguments {
  std::vector<std::string> backends;
  std::string value_sizes = "4KiB";
  std::string processes;
  std::string mix = "90/10";
  std::vector<std::string> directories;
  std::vector<std::string> file_systems;
  std::string rate;
  std::string duration = "1s";
  std::string seed;
  std::string config;
  ReportArguments reports;
  std::vector<std::string> flags;  // Google Benchmark's.
};
std::vector<Option> BenchOptions(BenchArguments* arguments);

struct BenchSettings {
  std::vector<uint64_t> value_sizes;
  std::vector<uint32_t> processes;
  uint32_t gets = 0;  // In a hundred operations; the others are sets.
  std::vector<std::string> directories;
  std::vector<std::string> file_systems;  // Made in the one directory; if empty, none.
  double rate = 0;                        // 0: a closed loop.
  int64_t duration = 0;
  uint64_t seed = 0;
};
Result<BenchSettings> ResolveBench(const BenchArguments& arguments);

inline constexpr uint32_t kBenchKeys = 64;
// What so many processes do to so big values, as a scenario of its own.
Result<KnownScenario> BenchScenario(const BenchSettings& settings, uint64_t value_size,
                                    uint32_t processes);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_BENCH_OPTIONS_H_
