#include "harness/cli/as_seen.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr size_t kMostOperations = 6;
constexpr size_t kMostShown = 4;

std::string StepText(const Op& op) {
  std::string text(OpKindName(op.kind));
  if (op.key != kNoKey) text += fmt::format(" k{}", op.key);
  const bool timed =
      op.kind == OpKind::kSet || op.kind == OpKind::kAdd || op.kind == OpKind::kTouch;
  if (timed && op.ttl_millis != kNoTtl) text += fmt::format(" ttl={}ms", op.ttl_millis);
  return text;
}

std::string StyleName(KeyStyle style) {
  switch (style) {
    case KeyStyle::kPlain:
      return "plain";
    case KeyStyle::kColliding:
      return "colliding";
    case KeyStyle::kOdd:
      return "odd";
  }
  return "plain";
}

std::string List(const std::vector<std::string>& steps) {
  std::vector<std::string> quoted;
  for (const std::string& step : steps) quoted.push_back(fmt::format("\"{}\"", step));
  return "[" + Join(quoted, ", ") + "]";
}

}  // namespace

std::optional<std::string> AsSeen(const Scenario& scenario, const Verdict& verdict) {
  std::map<uint32_t, std::vector<std::string>> programs;
  std::set<uint32_t> keys;
  uint64_t longest = 0;
  for (const EvidenceOp& each : verdict.evidence) {
    if (each.op.kind == OpKind::kInit) continue;
    programs[each.op.process].push_back(StepText(each.op));
    if (each.op.key != kNoKey) keys.insert(each.op.key);
    if (each.op.kind == OpKind::kSet) longest = std::max<uint64_t>(longest, each.op.length);
  }
  if (programs.size() < 2 || programs.size() > kMostShown ||
      verdict.evidence.size() > kMostOperations) {
    return std::nullopt;
  }
  std::string toml = fmt::format(
      "version = 1\ntitle = \"{} in {}, as stress saw it\"\n"
      "story = \"The operations that met. A schedule of them was looked for.\"\n",
      verdict.anomaly, scenario.id);
  if (scenario.counters) toml += "counters = true\n";
  toml += fmt::format("keys = {{ count = {}, style = \"{}\" }}\n", scenario.keys.count,
                      StyleName(scenario.keys.style));
  if (!scenario.counters && longest > 0)
    toml += fmt::format("values = {{ size = \"{}B\" }}\n", longest);
  if (!scenario.backend_options.empty()) {
    std::vector<std::string> options;
    for (const auto& [name, value] : scenario.backend_options) {
      options.push_back(fmt::format("{} = \"{}\"", name, value));
    }
    toml += fmt::format("backend_options = {{ {} }}\n", Join(options, ", "));
  }
  for (const auto& [process, steps] : programs) {
    toml += fmt::format("[roles.process{}]\nexplore = {{ processes = 1, program = {} }}\n", process,
                        List(steps));
  }
  std::vector<std::string> before;
  for (const uint32_t key : keys) before.push_back(fmt::format("set k{}", key));
  const bool filled = !scenario.before.empty() || !scenario.explore_before.empty();
  if (filled && !before.empty()) toml += fmt::format("[explore]\nbefore = {}\n", List(before));
  return toml;
}

}  // namespace tearproof::cli
