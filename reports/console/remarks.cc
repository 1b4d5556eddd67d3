#include <fmt/format.h>

#include <algorithm>

#include "harness/core/text.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

std::string Notes(const Page& page) {
  if (page.record.notes.empty()) return "";
  std::string text = Heading(page.style, "Notes") + "\n";
  for (const std::string& note : page.record.notes) {
    text += Block("  - ", EscapeForTerminal(note, 2000), page.columns);
  }
  return text;
}

// Cells that did not run, those of one backend and one reason together.
std::string Skipped(const Page& page) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const CellRecord& cell : page.record.cells) {
    if (cell.state == CellState::kDone) continue;
    std::string key = fmt::format("{} {}", SafeName(cell.backend), CellStateName(cell.state));
    if (!cell.reason.empty()) key += ": " + EscapeForTerminal(cell.reason);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& each) { return each.first == key; });
    if (group == groups.end()) group = groups.insert(groups.end(), {key, {}});
    group->second.push_back(SafeName(cell.scenario));
  }
  if (groups.empty()) return "";
  std::string text = Heading(page.style, "Did not run to the end") + "\n";
  for (const auto& [key, scenarios] : groups) {
    text += Block("  - ", key + " (" + Join(scenarios, ", ") + ")", page.columns);
  }
  return text;
}

std::string Scope(const Page& page) {
  bool held = false;
  std::vector<std::pair<std::string, std::string>> scopes;  // Scenario, scope.
  for (const CellRecord& cell : page.record.cells) {
    held = held || std::any_of(cell.promises.begin(), cell.promises.end(), [](const auto& each) {
             return each.verdict.judgement == Judgement::kHeld;
           });
    std::pair<std::string, std::string> scope = {SafeName(cell.scenario),
                                                 EscapeForTerminal(cell.scope)};
    if (scope.second.empty()) continue;
    if (std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) {
      scopes.push_back(std::move(scope));
    }
  }
  if (!held) return "";
  const Machine& machine = page.record.machine;
  std::vector<std::string> where;
  if (!machine.file_system.empty()) where.push_back(EscapeForTerminal(machine.file_system));
  if (!machine.kernel.empty()) where.push_back(EscapeForTerminal(machine.kernel));
  if (machine.cores > 0) where.push_back(fmt::format("{} cores", machine.cores));
  where.push_back("one host");
  std::string text = Heading(page.style, "What “held” means") + "\n";
  text += Block("  ",
                fmt::format("Not seen broken on {}, under the load below. It does not prove that "
                            "the promise cannot be broken.",
                            Join(where, ", ")),
                page.columns);
  size_t width = 0;
  for (const auto& [scenario, scope] : scopes) width = std::max(width, DisplayWidth(scenario));
  width = std::min<size_t>(width, 28);
  if (!scopes.empty()) text += "\n";
  for (const auto& [scenario, scope] : scopes) {
    text += Block("  " + PadRight(Shorten(scenario, width), width) + "  ", scope, page.columns);
  }
  return text;
}

std::string Plural(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

struct Tally {
  size_t judged = 0;
  size_t failing = 0;
  size_t open = 0;
  size_t held = 0;
  size_t known = 0;
  size_t tolerated = 0;
  std::vector<std::string> failing_backends;
  std::vector<std::string> open_backends;
  std::string rerun;  // Of the first that fails, else of the first left open.
};

Tally Count(const Page& page) {
  Tally tally;
  std::string open_rerun;
  for (const MatrixRow& row : page.rows) {
    for (const auto& [promise, cell] : row.cells) {
      if (cell.verdict.judgement == Judgement::kNotExercised && cell.standing == Standing::kFine) {
        continue;
      }
      ++tally.judged;
      if (cell.verdict.judgement == Judgement::kHeld) ++tally.held;
      if (cell.standing == Standing::kKnown) ++tally.known;
      if (cell.standing == Standing::kTolerated) ++tally.tolerated;
      if (cell.standing != Standing::kFails && cell.standing != Standing::kOpen) continue;
      const bool fails = cell.standing == Standing::kFails;
      ++(fails ? tally.failing : tally.open);
      std::vector<std::string>& names = fails ? tally.failing_backends : tally.open_backends;
      const std::string name = SafeName(row.backend);
      if (names.empty() || names.back() != name) names.push_back(name);
      for (const CellResult& each : ResultsOf(page.record, row, promise)) {
        std::string& rerun = fails ? tally.rerun : open_rerun;
        if (each.standing == cell.standing && rerun.empty()) rerun = each.cell->rerun;
      }
    }
  }
  if (tally.rerun.empty()) tally.rerun = open_rerun;
  return tally;
}

std::string VerdictText(const Page& page, const Tally& tally, int code) {
  const RunRecord& record = page.record;
  switch (code) {
    case 0: {
      if (record.expect) {
        return fmt::format("AS EXPECTED: all {} verdicts are what the backends state.",
                           tally.judged);
      }
      std::string text = fmt::format("HELD: no promise was seen broken; {} held.", tally.held);
      if (tally.known > 0) text += fmt::format(" {} known.", Plural(tally.known, "race"));
      if (tally.tolerated > 0) {
        text += fmt::format(" {} not promised did not hold.", tally.tolerated);
      }
      return text;
    }
    case 1:
      if (record.expect) {
        return fmt::format("NOT AS EXPECTED: {} of {} verdicts, of {}.", tally.failing,
                           tally.judged, Join(tally.failing_backends, ", "));
      }
      return fmt::format("BROKEN: {}, by {}.{}", Plural(tally.failing, "promise"),
                         Join(tally.failing_backends, ", "),
                         tally.open == 0 ? "" : fmt::format(" {} left open.", tally.open));
    case 2:
      if (tally.open == 0) return "INCONCLUSIVE: something could not run; see above.";
      return fmt::format(
          "INCONCLUSIVE: nothing that counts was seen broken, but {} of {} left open.",
          Plural(tally.open, "promise"), Join(tally.open_backends, ", "));
    case 4:
      return "NOTHING SELECTED: no scenario ran on any backend.";
    case 77:
      return "CANNOT RUN: this machine cannot run what was asked for; see the reasons above.";
    case 130:
      return "INTERRUPTED: nothing that counts was seen broken until then.";
    default:
      return fmt::format("Exit code {}.", code);
  }
}

}  // namespace

std::string RemarksSection(const Page& page) { return Notes(page) + Skipped(page) + Scope(page); }

std::string VerdictSection(const Page& page) {
  const int code = page.record.ExitCode();
  const Tally tally = Count(page);
  std::string section = "\n";
  if (!page.record.directory.empty()) {
    section += "Report   " + EscapeForTerminal(page.record.directory, 4096) + "\n";
  }
  for (const std::string& line : WrapWords(VerdictText(page, tally, code), page.columns)) {
    section += (code == 0   ? page.style.Green(line)
                : code == 1 ? page.style.Red(line)
                            : page.style.Yellow(line)) +
               "\n";
  }
  std::string copy = tally.rerun;
  if (copy.empty() && code != 0) copy = page.record.command_line;
  if (code != 0 && !copy.empty()) section += CopyLine(page, copy);
  return section;
}

}  // namespace tearproof::reports::console
