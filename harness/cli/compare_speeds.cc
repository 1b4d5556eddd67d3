#include "harness/cli/compare_speeds.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/api/json_reader.h"
#include "harness/cli/option_values.h"
#include "harness/cli/output.h"
#include "harness/cli/terminal.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr size_t kLongestReason = 400;

// "5%" → 0.05
Result<double> ParseShare(const std::string& text) {
  if (!text.ends_with('%')) return UsageError("--fail-on takes a percentage, like 5%");
  TEARPROOF_ASSIGN_OR_RETURN(const double percent,
                             ParseNumber<double>("--fail-on", text.substr(0, text.size() - 1)));
  if (percent > 0 && percent <= 1000) return percent / 100;
  return UsageError("--fail-on takes a percentage above 0, like 5%");
}

std::string ValueOf(const ComparedSpeed& speed, double value) {
  return speed.metric == "ops/s" ? FormatRounded(value)
                                 : FormatDuration(static_cast<int64_t>(value));
}

// One cache in one scenario after another, its metrics below it.
void PrintChanged(const std::vector<ComparedSpeed>& speeds) {
  std::string before;
  for (const ComparedSpeed& speed : speeds) {
    if (speed.verdict != SpeedChange::kSlower && speed.verdict != SpeedChange::kFaster) continue;
    const std::string name = EscapeForTerminal(speed.backend + " in " + speed.scenario, 70);
    if (name != before) {
      Print("\n  {}\n{}{:>10}{:>10}{:>10}{:>8}{:>8}  {}\n", name, std::string(23, ' '), "base",
            "patch", "change", "effect", "p", "rounds");
    }
    before = name;
    const double change = 100 * (speed.patch - speed.base) / std::max(speed.base, 1e-9);
    Print("    {}{}{}{}{:>8.0f} %{:>+8.2f}{:>8.1g}  {}, {}\n",
          PadRight(SpeedChangeName(speed.verdict), 8), PadRight(speed.metric, 11),
          PadLeft(ValueOf(speed, speed.base), 10), PadLeft(ValueOf(speed, speed.patch), 10), change,
          speed.effect, speed.p, speed.base_rounds, speed.patch_rounds);
  }
}

size_t Count(const SpeedFindings& findings, SpeedChange change) {
  return static_cast<size_t>(std::ranges::count(findings.speeds, change, &ComparedSpeed::verdict));
}

}  // namespace

Result<SpeedFindings> FindSpeeds(const RunRecord& base, const RunRecord& patch,
                                 const SpeedArguments& arguments) {
  SpeedFindings findings;
  findings.fails = !arguments.fail_on.empty();
  if (findings.fails) {
    TEARPROOF_ASSIGN_OR_RETURN(findings.least, ParseShare(arguments.fail_on));
  }
  findings.speeds = CompareSpeeds(base, patch, findings.least);
  if (findings.speeds.empty()) return findings;
  findings.differ = WhyIncomparable(base, patch);
  if (findings.differ.empty() || arguments.force) return findings;
  if (findings.fails) {
    return UsageError("the speeds of these runs do not compare: " +
                          EscapeForTerminal(findings.differ, kLongestReason),
                      "--force compares them all the same");
  }
  findings.speeds.clear();
  return findings;
}

void PrintSpeeds(const SpeedFindings& findings) {
  const std::string differ = EscapeForTerminal(findings.differ, kLongestReason);
  if (findings.speeds.empty()) {
    if (differ.empty()) return;
    PrintText(Block("\nSpeeds are not compared: ", differ + "; --force compares them all the same",
                    TerminalColumns()));
    return;
  }
  PrintText(Block("\n",
                  fmt::format("Speed (Mann-Whitney U over rounds; changed: improbable, large, "
                              "above {:g} %)",
                              100 * findings.least),
                  TerminalColumns()));
  if (!differ.empty()) {
    PrintText(Block("  ", "Machines that differ, compared by force: " + differ, TerminalColumns()));
  }
  PrintChanged(findings.speeds);
  Print("\n  {} slower, {} faster, {} unchanged, {} with too few rounds to say\n",
        Count(findings, SpeedChange::kSlower), Count(findings, SpeedChange::kFaster),
        Count(findings, SpeedChange::kUnchanged), Count(findings, SpeedChange::kUndecided));
}

nlohmann::ordered_json SpeedsAsJson(const SpeedFindings& findings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ComparedSpeed& each : findings.speeds) {
    list.push_back({{"backend", each.backend},
                    {"scenario", each.scenario},
                    {"metric", each.metric},
                    {"base", Finite(each.base)},
                    {"patch", Finite(each.patch)},
                    {"slower_by", Finite(each.change)},
                    {"p", Finite(each.p)},
                    {"effect", Finite(each.effect)},
                    {"base_rounds", each.base_rounds},
                    {"patch_rounds", each.patch_rounds},
                    {"change", SpeedChangeName(each.verdict)}});
  }
  return list;
}

int SpeedExitCode(const SpeedFindings& findings) {
  return findings.fails && Count(findings, SpeedChange::kSlower) > 0 ? kExitSlower : 0;
}

}  // namespace tearproof::cli
