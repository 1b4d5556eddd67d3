#include "harness/cli/bench_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "harness/cli/fresh_file_system.h"
#include "harness/cli/option_values.h"
#include "harness/cli/stress_options.h"
#include "harness/core/clock.h"
#include "harness/core/random.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

// A measurement has so many, of 50 ms at least: what compares runs needs a sample from each.
constexpr int64_t kBenchRounds = 10;
constexpr uint64_t kLargestValue = 16 << 20;
constexpr uint32_t kMostBenchProcesses = 1000;
constexpr double kFastestProcess = 1e6;  // Operations a second in an open loop.

Result<std::vector<uint64_t>> ParseSizes(const std::string& text) {
  std::vector<uint64_t> sizes;
  for (const std::string& each : Split(text, ',')) {
    TEARPROOF_ASSIGN_OR_RETURN(const uint64_t size, OfOption("--value-size", ParseSize(each)));
    if (size == 0 || size > kLargestValue) {
      return UsageError("--value-size takes 1 byte to 16 MiB, not " + EscapeForTerminal(each, 60));
    }
    sizes.push_back(size);
  }
  return sizes;
}

Result<std::vector<uint32_t>> ParseProcessCounts(const std::string& text) {
  if (text.empty()) return std::vector<uint32_t>{std::max(std::thread::hardware_concurrency(), 2u)};
  std::vector<uint32_t> counts;
  for (const std::string& each : Split(text, ',')) {
    TEARPROOF_ASSIGN_OR_RETURN(const uint32_t count, ParseNumber<uint32_t>("--processes", each));
    if (count == 0 || count > kMostBenchProcesses) {
      return UsageError(fmt::format("--processes takes 1 to {}", kMostBenchProcesses));
    }
    counts.push_back(count);
  }
  return counts;
}

// "90/10"
Result<uint32_t> ParseMix(const std::string& text) {
  const std::vector<std::string> parts = Split(text, '/');
  uint32_t sum = 0;
  uint32_t gets = 0;
  if (parts.size() == 2) {
    TEARPROOF_ASSIGN_OR_RETURN(gets, ParseNumber<uint32_t>("--mix", parts[0]));
    TEARPROOF_ASSIGN_OR_RETURN(const uint32_t sets, ParseNumber<uint32_t>("--mix", parts[1]));
    sum = gets <= 100 && sets <= 100 ? gets + sets : 0;
  }
  if (sum == 100) return gets;
  return UsageError("--mix takes gets and sets that are 100 together, like 90/10, not '" +
                    EscapeForTerminal(text, 60) + "'");
}

Result<double> ParseRate(const std::string& text) {
  const std::string number = text.ends_with("/s") ? text.substr(0, text.size() - 2) : text;
  TEARPROOF_ASSIGN_OR_RETURN(const double rate, ParseNumber<double>("--rate", number));
  if (rate > 0 && rate <= 1e9) return rate;
  return UsageError("--rate takes operations a second, like 5000/s");
}

}  // namespace

std::vector<Option> BenchOptions(BenchArguments* a) {
  std::vector<Option> options = {
      {"--backend", "NAME,...",
       "caches (`tearproof list backends`), with options as NAME:option=value; naive runs beside "
       "them, to compare with; all unless given",
       &a->backends},
      {"--value-size", "SIZE,...", "sizes of the values, one after another", &a->value_sizes},
      {"--processes", "N,...", "how many at once, one after another; as many as cores unless given",
       &a->processes},
      {"--mix", "GET/SET", "of a hundred operations, gets and sets", &a->mix},
      {"--dir", "PATH",
       "where the caches lie; may be given often, to compare file systems; /dev/shm if it can be "
       "used",
       &a->directories},
      {"--file-system", "NAME,...",
       "on a fresh one of each, in a file under --dir ($TMPDIR or /tmp unless given): ext4, xfs, "
       "btrfs, tmpfs, overlayfs; takes root and loop devices",
       &a->file_systems},
      {"--rate", "N/s",
       "an open loop: so many operations a second, all processes together, whether the cache keeps "
       "up or not; as fast as can be unless given",
       &a->rate},
      {"--duration", "TIME", "of each measurement", &a->duration},
      {"--seed", "NUMBER", "draws the same operations again", &a->seed},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config}};
  std::ranges::move(a->reports.Options(), std::back_inserter(options));
  return options;
}

Result<BenchSettings> ResolveBench(const BenchArguments& arguments) {
  BenchSettings settings;
  TEARPROOF_ASSIGN_OR_RETURN(settings.value_sizes, ParseSizes(arguments.value_sizes));
  TEARPROOF_ASSIGN_OR_RETURN(settings.processes, ParseProcessCounts(arguments.processes));
  TEARPROOF_ASSIGN_OR_RETURN(settings.gets, ParseMix(arguments.mix));
  TEARPROOF_ASSIGN_OR_RETURN(settings.duration,
                             OfOption("--duration", ParseDuration(arguments.duration)));
  if (settings.duration < 100 * kNanosPerMilli) {
    return UsageError("--duration takes 100ms or more: less measures nothing");
  }
  if (!arguments.rate.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(settings.rate, ParseRate(arguments.rate));
    const uint32_t fewest = *std::ranges::min_element(settings.processes);
    if (settings.rate > kFastestProcess * fewest) {
      return UsageError("--rate asks a process for more than a million operations a second",
                        "lower it, or raise --processes");
    }
  }
  for (const std::string& listed : arguments.file_systems) {
    for (const std::string& each : Split(listed, ',')) {
      TEARPROOF_RETURN_IF_ERROR(CheckFreshFileSystem(each));
      settings.file_systems.push_back(each);
    }
  }
  std::vector<std::string> named = arguments.directories;
  if (!settings.file_systems.empty()) {
    if (named.empty()) named.push_back(DefaultDiskDirectory());
    if (named.size() > 1) {
      return UsageError("--file-system takes one --dir: that in which the file systems are made");
    }
  }
  if (named.empty()) named.emplace_back();
  for (const std::string& each : named) {
    TEARPROOF_ASSIGN_OR_RETURN(std::string directory, ResolveDirectory(each));
    settings.directories.push_back(std::move(directory));
  }
  settings.seed = static_cast<uint64_t>(RealtimeNanos()) % 1'000'000'000;
  if (arguments.seed.empty()) return settings;
  TEARPROOF_ASSIGN_OR_RETURN(settings.seed, ParseNumber<uint64_t>("--seed", arguments.seed));
  return settings;
}

Result<KnownScenario> BenchScenario(const BenchSettings& settings, uint64_t value_size,
                                    uint32_t processes) {
  std::vector<std::string> mix;
  if (settings.gets > 0) mix.push_back(fmt::format("get = {}", settings.gets));
  if (settings.gets < 100) mix.push_back(fmt::format("set = {}", 100 - settings.gets));
  std::string pace;
  if (settings.rate > 0) {
    pace = fmt::format(", every = \"{}us\"",
                       std::max<int64_t>(1, static_cast<int64_t>(processes * 1e6 / settings.rate)));
  }
  KnownScenario known;
  known.toml = fmt::format(
      "version = 1\ntitle = \"{0} processes, values of {1}\"\n"
      "story = \"A benchmark: {2} gets in a hundred operations, the others sets.\"\n"
      "keys = {{ count = {3}, distribution = \"zipf\" }}\nvalues = {{ size = \"{4}B\" }}\n"
      "[roles.client]\nstress = {{ processes = {0}, mix = {{ {5} }}{6} }}\n"
      "[stress]\nbefore = [\"set each\"]\nround = \"{7}ms\"\n",
      processes, FormatSize(value_size), settings.gets, kBenchKeys, value_size, Join(mix, ", "),
      pace, std::clamp<int64_t>(settings.duration / kBenchRounds / kNanosPerMilli, 50, 1'000));
  const std::string id = fmt::format("bench-{}B-{}", value_size, processes);
  TEARPROOF_ASSIGN_OR_RETURN(known.scenario, ParseScenario(known.toml, id, "the benchmark"));
  return known;
}

}  // namespace tearproof::cli
