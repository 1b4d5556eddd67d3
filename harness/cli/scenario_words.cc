#include "harness/cli/scenario_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/machine.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

std::string_view DistributionWords(KeyDistribution distribution) {
  switch (distribution) {
    case KeyDistribution::kSingle:
      return "always the first";
    case KeyDistribution::kUniform:
      return "all equally often";
    case KeyDistribution::kZipf:
      return "a few of them most often (Zipf)";
    case KeyDistribution::kOwn:
      return "each writer its own";
  }
  return "";
}

}  // namespace

std::string DescribeRoles(const Scenario& scenario) {
  std::vector<std::string> parts;
  for (const Role& role : scenario.roles) {
    if (!role.stress) continue;
    std::vector<std::string> kinds;
    for (const auto& [kind, weight] : role.stress->mix) kinds.emplace_back(OpKindName(kind));
    for (const Step& step : role.stress->sequence) {
      const std::string name(OpKindName(step.kind));
      if (std::find(kinds.begin(), kinds.end(), name) == kinds.end()) kinds.push_back(name);
    }
    if (role.stress->every_nanos > 0) {
      kinds.push_back(fmt::format("one every {}", FormatDuration(role.stress->every_nanos)));
    }
    if (role.stress->pause_nanos > 0) {
      kinds.push_back(fmt::format("{} between", FormatDuration(role.stress->pause_nanos)));
    }
    parts.push_back(fmt::format("{} ({})", Counted(role.stress->processes, role.name + "s"),
                                Join(kinds, ", ")));
  }
  return Join(parts, ", ");
}

std::string DescribeScope(const Scenario& scenario, const Machine& machine) {
  std::string scope = DescribeRoles(scenario) + ", " + Counted(scenario.keys.count, "keys");
  if (!scenario.counters) scope += fmt::format(", values of {}", scenario.value_sizes.Describe());
  if (scenario.kills_per_second > 0) {
    scope += fmt::format(", {:g} kills/s", scenario.kills_per_second);
  }
  return scope + fmt::format(", {}, {}, one host{}", machine.file_system, machine.kernel,
                             IsNetworkFileSystem(machine.file_system)
                                 ? ", one client: what others see is not covered"
                                 : "");
}

std::string DescribeKeys(const KeyOptions& keys) {
  std::string words = Counted(keys.count, "keys");
  if (keys.count > 1) words += fmt::format(", {}", DistributionWords(keys.distribution));
  if (keys.style == KeyStyle::kColliding) words += "; all in one bucket of a two-level layout";
  if (keys.style == KeyStyle::kOdd) words += "; odd names: separators, \"..\", NUL, long, Unicode";
  return words;
}

}  // namespace tearproof::cli
