#include "harness/cli/compare_speeds.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/api/speed_comparison.h"
#include "harness/cli/option_values.h"
#include "harness/cli/output.h"
#include "harness/cli/terminal.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr double kLeastChange = 0.05;

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

void PrintSpeed(const ComparedSpeed& speed) {
  Print("  {}{}{}{} → {}  {:+.1f} %, p {:.1g}, effect {:+.2f}, {} and {} rounds\n",
        PadRight(SpeedChangeName(speed.verdict), 11),
        PadRight(EscapeForTerminal(speed.backend + " " + speed.scenario, 44), 36),
        PadRight(speed.metric, 9), ValueOf(speed, speed.base), ValueOf(speed, speed.patch),
        100 * (speed.patch - speed.base) / std::max(speed.base, 1e-9), speed.p, speed.effect,
        speed.base_rounds, speed.patch_rounds);
}

}  // namespace

Result<int> CompareAndPrintSpeeds(const RunRecord& base, const RunRecord& patch,
                                  const SpeedArguments& arguments) {
  double least = kLeastChange;
  if (!arguments.fail_on.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(least, ParseShare(arguments.fail_on));
  }
  const std::vector<ComparedSpeed> speeds = CompareSpeeds(base, patch, least);
  if (speeds.empty()) return 0;
  const std::string why = WhyIncomparable(base, patch);
  if (!why.empty() && !arguments.force) {
    if (!arguments.fail_on.empty()) {
      return UsageError("the speeds of these runs do not compare: " + EscapeForTerminal(why),
                        "--force compares them all the same");
    }
    PrintText(Block("\nSpeeds are not compared: ",
                    EscapeForTerminal(why) + "; --force compares them all the same",
                    TerminalColumns()));
    return 0;
  }
  std::map<SpeedChange, size_t> counts;
  Print("\nSpeed (Mann-Whitney U over rounds; a change is improbable, large, and above {:g} %)\n",
        100 * least);
  for (const ComparedSpeed& speed : speeds) {
    ++counts[speed.verdict];
    if (speed.verdict == SpeedChange::kSlower || speed.verdict == SpeedChange::kFaster) {
      PrintSpeed(speed);
    }
  }
  Print("  {} slower, {} faster, {} unchanged, {} with too few rounds to say\n",
        counts[SpeedChange::kSlower], counts[SpeedChange::kFaster], counts[SpeedChange::kUnchanged],
        counts[SpeedChange::kUndecided]);
  return !arguments.fail_on.empty() && counts[SpeedChange::kSlower] > 0 ? kExitSlower : 0;
}

}  // namespace tearproof::cli
