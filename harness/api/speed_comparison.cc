#include "harness/api/speed_comparison.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <tuple>

#include "harness/core/mann_whitney.h"

namespace tearproof {
namespace {

constexpr double kFalseAlarm = 0.001;
constexpr double kLargeEffect = 0.5;

using MetricKey = std::tuple<std::string, std::string, std::string>;  // Backend, scenario, metric.
using Samples = std::map<MetricKey, std::vector<double>>;

// Where more is better, the name says so.
constexpr std::string_view kRate = "ops/s";

// A value for each round that ran, and for each kind of operation that it had enough of.
Samples SamplesOf(const RunRecord& record) {
  constexpr uint64_t kFewestOperations = 100;
  Samples samples;
  for (const CellRecord& cell : record.cells) {
    // Rounds with kills in them are of another kind.
    for (const SpeedSample& round : cell.timeline) {
      if (round.kills > 0 || round.Count() < kFewestOperations) continue;
      const auto add = [&](const std::string& metric, double value) {
        samples[{cell.backend, cell.scenario, metric}].push_back(value);
      };
      add(std::string(kRate), round.PerSecond());
      for (const auto& [kind, latency] : round.operations) {
        if (kind == OpKind::kInit || latency.count < kFewestOperations) continue;
        add(fmt::format("{} p50", OpKindName(kind)), static_cast<double>(latency.p50));
        add(fmt::format("{} p99", OpKindName(kind)), static_cast<double>(latency.p99));
      }
    }
  }
  return samples;
}

SpeedChange Judge(const ComparedSpeed& speed, double minimum, double chance) {
  if (speed.base_rounds < kFewestRounds || speed.patch_rounds < kFewestRounds) {
    return SpeedChange::kUndecided;
  }
  const bool differs = speed.p < chance && std::abs(speed.effect) >= kLargeEffect &&
                       std::abs(speed.change) >= minimum;
  if (!differs) return SpeedChange::kUnchanged;
  return speed.effect > 0 ? SpeedChange::kSlower : SpeedChange::kFaster;
}

}  // namespace

std::string_view SpeedChangeName(SpeedChange change) {
  constexpr std::array<std::string_view, 4> kNames = {"undecided", "unchanged", "faster", "slower"};
  return kNames[static_cast<size_t>(change)];
}

std::vector<ComparedSpeed> CompareSpeeds(const RunRecord& base, const RunRecord& patch,
                                         double minimum) {
  const Samples before = SamplesOf(base);
  const Samples after = SamplesOf(patch);
  std::vector<ComparedSpeed> compared;
  for (const auto& [key, values] : before) {
    const auto other = after.find(key);
    if (other == after.end()) continue;
    ComparedSpeed speed;
    std::tie(speed.backend, speed.scenario, speed.metric) = key;
    speed.base = MedianOf(values);
    speed.patch = MedianOf(other->second);
    speed.base_rounds = values.size();
    speed.patch_rounds = other->second.size();
    const RankComparison ranks = CompareRanks(other->second, values);
    const double sign = speed.metric == kRate ? -1 : 1;
    speed.p = ranks.p;
    speed.effect = sign * ranks.effect;
    speed.change = speed.base > 0 ? sign * (speed.patch - speed.base) / speed.base : 0;
    compared.push_back(std::move(speed));
  }
  for (ComparedSpeed& speed : compared) {
    speed.verdict = Judge(speed, minimum, kFalseAlarm / static_cast<double>(compared.size()));
  }
  return compared;
}

std::string WhyIncomparable(const RunRecord& base, const RunRecord& patch) {
  const Machine& a = base.machine;
  const Machine& b = patch.machine;
  const auto differ = [](std::string_view what, const auto& first, const auto& second) {
    return fmt::format("{} differ: {} and {}", what, first, second);
  };
  if (a.host_cpu != b.host_cpu) return differ("the processors", a.host_cpu, b.host_cpu);
  if (a.cores != b.cores) return differ("the numbers of cores", a.cores, b.cores);
  if (a.kernel != b.kernel) return differ("the kernels", a.kernel, b.kernel);
  if (a.file_system != b.file_system) {
    return differ("the file systems", a.file_system, b.file_system);
  }
  if (a.memory_bytes != b.memory_bytes) {
    return differ("the sizes of memory", a.memory_bytes, b.memory_bytes);
  }
  return "";
}

}  // namespace tearproof
