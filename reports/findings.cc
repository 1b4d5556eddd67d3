#include "reports/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "harness/api/anomaly.h"
#include "harness/core/text.h"
#include "reports/crash_words.h"
#include "reports/exploration_words.h"
#include "reports/interval_diagram.h"

namespace tearproof::reports {
namespace {

constexpr size_t kLongestText = 4000;
constexpr size_t kPlainColumns = 80;

int Rank(const MatrixRow& row) {
  if (row.all_skipped) return static_cast<int>(Standing::kFails) + 1;
  Standing worst = Standing::kFine;
  for (const auto& [promise, cell] : row.cells) worst = std::max(worst, cell.standing);
  return static_cast<int>(Standing::kFails) - static_cast<int>(worst);
}

// Of "1st", "2nd", "3rd", "4th", "11th".
std::string_view OrdinalEnding(uint64_t number) {
  if (number % 100 >= 11 && number % 100 <= 13) return "th";
  constexpr std::array<std::string_view, 4> kEndings = {"th", "st", "nd", "rd"};
  return kEndings[number % 10 < kEndings.size() ? number % 10 : 0];
}

}  // namespace

std::string_view TitleOf(BreakClass which) {
  switch (which) {
    case BreakClass::kFails:
      return "Broken promises";
    case BreakClass::kExpected:
      return "Broken promises, as expected";
    case BreakClass::kKnown:
      return "Known races";
    case BreakClass::kNotPromised:
      return "Also broken, but never promised";
  }
  return "";
}

std::vector<MatrixRow> SortedMatrix(const RunRecord& record) {
  std::vector<MatrixRow> rows = BuildMatrix(record);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const MatrixRow& a, const MatrixRow& b) { return Rank(a) < Rank(b); });
  return rows;
}

std::vector<CellResult> ResultsOf(const RunRecord& record, const MatrixRow& row, Promise promise) {
  const auto merged = row.cells.find(promise);
  if (merged == row.cells.end()) return {};
  const bool exercised = merged->second.verdict.judgement != Judgement::kNotExercised;
  std::vector<CellResult> results;
  for (const CellRecord& cell : record.cells) {
    if (cell.backend != row.backend) continue;
    const bool ran = cell.state == CellState::kDone || cell.state == CellState::kInterrupted;
    for (const PromiseResult& result : cell.promises) {
      if (result.verdict.promise != promise) continue;
      if (!ran && result.verdict.judgement == Judgement::kNotExercised) continue;
      results.push_back(
          {&cell, &result, StandingOf(record, result, ExercisedElsewhere(cell, exercised))});
    }
  }
  return results;
}

BreakClass ClassOf(const Break& each) {
  if (each.source.standing == Standing::kFails) return BreakClass::kFails;
  if (!each.source.result->known_issue.empty()) return BreakClass::kKnown;
  return each.cell->promised ? BreakClass::kExpected : BreakClass::kNotPromised;
}

std::vector<Break> FindBreaks(const RunRecord& record, const std::vector<MatrixRow>& rows) {
  std::vector<Break> breaks;
  for (const MatrixRow& row : rows) {
    for (const auto& [promise, cell] : row.cells) {
      if (cell.verdict.judgement != Judgement::kBroken) continue;
      for (const CellResult& each : ResultsOf(record, row, promise)) {
        if (each.cell != cell.source || each.result->verdict.judgement != Judgement::kBroken) {
          continue;
        }
        breaks.push_back({&row, &cell, each});
        break;
      }
    }
  }
  return breaks;
}

std::string BreakTitle(const Break& each) {
  const CellRecord& cell = *each.source.cell;
  return fmt::format("{} broke {} in {}{}", SafeName(each.row->display_name),
                     PromiseName(each.cell->verdict.promise), SafeName(cell.scenario),
                     cell.crashed ? " on " + SafeName(cell.crashed->model) : "");
}

std::string BreakAmount(const RunRecord& record, const Break& each) {
  const Verdict& verdict = each.source.result->verdict;
  std::string amount =
      verdict.violations == 1 ? "once" : fmt::format("{} times", FormatCount(verdict.violations));
  if (const Counterexample* example = CounterexampleOf(*each.source.cell, verdict.promise)) {
    amount = fmt::format("in {} of {} explored, first in the {}{}", FormatCount(example->times),
                         Counted(each.source.cell->explored->executions, "executions"),
                         FormatCount(example->execution), OrdinalEnding(example->execution));
  } else if (verdict.exercised > 0) {
    amount += " in " + ShortCounted(verdict.exercised, EscapeForTerminal(verdict.unit));
  }
  std::vector<std::string> scenarios;
  std::vector<std::string> engines;  // That broke it in the same scenario.
  for (const CellResult& other : ResultsOf(record, *each.row, verdict.promise)) {
    if (other.cell == each.source.cell) continue;
    if (other.result->verdict.judgement != Judgement::kBroken) continue;
    const bool same = other.cell->scenario == each.source.cell->scenario;
    std::vector<std::string>& names = same ? engines : scenarios;
    const std::string name = SafeName(same ? other.cell->EngineTitle() : other.cell->scenario);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (!engines.empty()) amount += "; also under " + Join(engines, ", ");
  if (!scenarios.empty()) amount += "; also in " + Join(scenarios, ", ");
  return amount;
}

std::vector<std::pair<std::string, std::vector<std::string>>> NotRunByBackend(
    const RunRecord& record) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const PendingCell& cell : record.not_run) {
    const std::string backend = SafeName(cell.backend);
    if (groups.empty() || groups.back().first != backend) groups.push_back({backend, {}});
    groups.back().second.push_back(SafeName(cell.scenario));
  }
  return groups;
}

std::string SurvivalSentence(const CellRecord& cell) {
  struct KeySurvival {
    std::string key;
    uint64_t found;
    uint64_t rounds;
    double share;
  };
  std::vector<KeySurvival> keys;
  for (const auto& [key, counts] : cell.survival) {
    const auto& [found, rounds] = counts;
    if (rounds == 0) continue;
    keys.push_back({key, found, rounds, static_cast<double>(found) / static_cast<double>(rounds)});
  }
  if (keys.empty()) return "";
  std::stable_sort(keys.begin(), keys.end(), [](const KeySurvival& a, const KeySurvival& b) {
    return std::tie(a.share, b.rounds) < std::tie(b.share, a.rounds);
  });
  const auto each = [](const KeySurvival& key) {
    return fmt::format("{} ({} of {})", EscapeForTerminal(key.key, 20), key.found,
                       Counted(key.rounds, "rounds"));
  };
  std::string text = fmt::format(
      "the median of {} was still there at the end of {:.0f} % of the rounds that set "
      "it; least often {}, most often {}",
      Counted(keys.size(), "keys"), 100 * keys[keys.size() / 2].share, each(keys.front()),
      each(keys.back()));
  const auto lost = std::count_if(keys.begin(), keys.end(),
                                  [](const KeySurvival& key) { return key.found == 0; });
  if (lost > 1) text += fmt::format("; {} keys never", lost);
  return text;
}

std::string ShortCounted(uint64_t count, std::string_view plural) {
  const std::string noun = count == 1 ? Singular(plural) : std::string(plural);
  return ShortCount(count) + (noun.empty() ? "" : " " + noun);
}

std::string StillHeldLine(const Verdict& verdict) {
  if (verdict.still_held.empty()) return "";
  std::vector<std::string> contracts;
  for (const std::string& contract : verdict.still_held) contracts.push_back(SafeName(contract));
  return "what still held: " + Join(contracts, ", ");
}

std::vector<std::string> EvidenceLines(const CellResult& source) {
  const Verdict& verdict = source.result->verdict;
  std::vector<std::string> lines;
  const auto add = [&](std::string_view label, std::string_view text) {
    if (!text.empty()) lines.push_back(std::string(label) + EscapeForTerminal(text, kLongestText));
  };
  add("", verdict.sentence);
  if (const Anomaly* anomaly = FindAnomaly(verdict.anomaly)) {
    add("Cause: ", anomaly->cause);
    add("Remedy: ", anomaly->remedy);
  }
  if (const Counterexample* example = CounterexampleOf(*source.cell, verdict.promise)) {
    lines.push_back("");
    for (std::string& line : Split(Lanes(*source.cell->explored, *example, Style{}, 2), '\n')) {
      lines.push_back(std::move(line));
    }
    add("", SwitchesLine(*example));
    add("Replay: ", example->replay);
    add("Again: ", source.cell->rerun);
    return lines;
  }
  if (const CrashStory* story = StoryOf(*source.cell, verdict.promise)) {
    lines.push_back("");
    for (std::string& line : Split(TellStory(*source.cell, *story, Style{}, 2), '\n')) {
      lines.push_back(std::move(line));
    }
    add("Replay: ", story->replay);
    add("Again: ", source.cell->rerun);
    return lines;
  }
  const std::string diagram =
      IntervalDiagram(verdict.evidence, source.cell->engine, Style{}, 2, kPlainColumns);
  if (!diagram.empty()) {
    lines.push_back("");
    for (std::string& line : Split(diagram, '\n')) lines.push_back(std::move(line));
    lines.back() = kDiagramLegend;
  }
  add("Again: ", source.cell->rerun);
  return lines;
}

std::string ShortCount(uint64_t count) {
  const double value = static_cast<double>(count);
  if (count < 1'000) return std::to_string(count);
  if (count < 9'950) return fmt::format("{:.1f} k", value / 1e3);
  if (count < 999'500) return fmt::format("{:.0f} k", value / 1e3);
  if (count < 9'950'000) return fmt::format("{:.1f} M", value / 1e6);
  if (count < 999'500'000) return fmt::format("{:.0f} M", value / 1e6);
  if (count < 9'950'000'000) return fmt::format("{:.1f} G", value / 1e9);
  return fmt::format("{:.0f} G", value / 1e9);
}

std::string SafeName(std::string_view name) { return EscapeForTerminal(name, 60); }

}  // namespace tearproof::reports
