#include <fmt/format.h>

#include <algorithm>

#include "harness/core/text.h"
#include "reports/console/sections.h"
#include "reports/findings.h"
#include "reports/verdict_words.h"

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

// Cells that did not run to their end, those of one backend and one reason together.
std::string Skipped(const Page& page) {
  std::vector<std::pair<const CellRecord*, std::vector<std::string>>> groups;
  for (const CellRecord& cell : page.record.cells) {
    if (cell.state == CellState::kDone) continue;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& each) {
      const CellRecord& first = *each.first;
      return first.backend == cell.backend && first.state == cell.state &&
             first.reason == cell.reason;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), {&cell, {}});
    group->second.push_back(SafeName(cell.scenario));
  }
  if (groups.empty()) return "";
  std::string text = Heading(page.style, "Did not run to the end") + "\n";
  for (const auto& [cell, scenarios] : groups) {
    std::string line = fmt::format("{} {} {}", SafeName(cell->backend), CellStateName(cell->state),
                                   Join(scenarios, ", "));
    if (!cell->reason.empty() && cell->reason != CellStateName(cell->state)) {
      line += ": " + EscapeForTerminal(cell->reason);
    }
    text += Block("  - ", line, page.columns);
  }
  return text;
}

// Cells that the run did not come to, those of one backend together.
std::string NotRun(const Page& page) {
  std::string text;
  for (const auto& [backend, scenarios] : NotRunByBackend(page.record)) {
    text += Block("  - ", backend + ": " + Join(scenarios, ", "), page.columns);
  }
  return text.empty() ? "" : Heading(page.style, "Not run, as the run was cut short") + "\n" + text;
}

std::string Survival(const Page& page) {
  std::string text;
  for (const CellRecord& cell : page.record.cells) {
    const std::string sentence = SurvivalSentence(cell);
    if (sentence.empty()) continue;
    text +=
        Block("  - ", SafeName(cell.backend) + " in " + SafeName(cell.scenario) + ": " + sentence,
              page.columns);
  }
  return text.empty() ? "" : Heading(page.style, "Which keys a full cache kept") + "\n" + text;
}

// How many races the verdicts rest on.
std::string Races(const Page& page) {
  uint64_t read_write = 0;
  uint64_t write_write = 0;
  for (const CellRecord& cell : page.record.cells) {
    read_write += ReadWritePairs(cell.overlaps);
    write_write += WriteWritePairs(cell.overlaps);
  }
  if (read_write + write_write == 0) return "";
  return "\n" + Block("  ",
                      fmt::format("On one key {} overlapped, and {}.",
                                  ShortCounted(read_write, "pairs of a read and a change"),
                                  ShortCounted(write_write, "pairs of two changes")),
                      page.columns);
}

std::string Scope(const Page& page) {
  bool held = false;
  std::vector<std::pair<std::string, std::string>> scopes;  // Scenario, scope.
  for (const CellRecord& cell : page.record.cells) {
    // Of explorations, ExploredSection says more.
    if (cell.state == CellState::kSkipped || cell.explored || cell.crashed) continue;
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
  std::string text = Heading(page.style, "What “held” means") + "\n";
  text += Block("  ",
                "Not seen broken in this run, under the load below. It does not prove that the "
                "promise cannot be broken. Of n cases judged and found whole, fewer than 3 in n "
                "would break it under the same load (95 % confidence, the rule of three).",
                page.columns);
  size_t width = 0;
  for (const auto& [scenario, scope] : scopes) width = std::max(width, DisplayWidth(scenario));
  width = std::min<size_t>(width, 28);
  if (!scopes.empty()) text += "\n";
  for (const auto& [scenario, scope] : scopes) {
    text += Block("  " + PadRight(Shorten(scenario, width), width) + "  ", scope, page.columns);
  }
  return text + Races(page);
}

}  // namespace

std::string LoadedSection(const Page& page) {
  std::string text;
  for (const MatrixRow& row : page.rows) {
    if (row.loaded.empty()) continue;
    text +=
        Block("  ", SafeName(row.backend) + ": " + EscapeForTerminal(row.loaded.Describe(), 2000),
              page.columns);
  }
  return text.empty() ? "" : Heading(page.style, "What was judged") + "\n" + text;
}

std::string RemarksSection(const Page& page) {
  return Survival(page) + Notes(page) + Skipped(page) + NotRun(page) + Scope(page);
}

std::string VerdictSection(const Page& page) {
  const VerdictWords words = PutIntoWords(page.record, page.rows);
  std::string section = "\n";
  if (!page.record.directory.empty()) {
    section += "Report   " + EscapeForTerminal(page.record.directory, 4096) + "\n";
  }
  for (const std::string& line : WrapWords(words.sentence, page.columns)) {
    section += (words.exit_code == 0   ? page.style.Green(line)
                : words.exit_code == 1 ? page.style.Red(line)
                                       : page.style.Yellow(line)) +
               "\n";
  }
  if (!words.rerun.empty()) section += CopyLine(page, words.rerun);
  return section;
}

}  // namespace tearproof::reports::console
