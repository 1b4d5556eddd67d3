#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/api/anomaly.h"
#include "harness/core/text.h"
#include "reports/console/sections.h"
#include "reports/crash_words.h"
#include "reports/exploration_words.h"
#include "reports/interval_diagram.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kDiagramIndent = 4;

std::string CauseAndRemedy(const Page& page, const std::string& name,
                           std::set<std::string>* explained) {
  if (name.empty()) return "";
  const std::string safe = SafeName(name);
  const Anomaly* anomaly = FindAnomaly(name);
  if (anomaly == nullptr) return Block("    kind    ", safe, page.columns);
  if (!explained->insert(name).second) {
    return Block("    kind    ", safe + ": cause and remedy as above", page.columns);
  }
  return Block("    kind    ", safe + ": `tearproof explain " + safe + "` tells more",
               page.columns) +
         Block("    cause   ", anomaly->cause, page.columns) +
         Block("    remedy  ", anomaly->remedy, page.columns);
}

std::string Title(const Page& page, const Break& each) {
  const std::string shown = Shorten(BreakTitle(each), page.columns - 2);
  const bool fails = ClassOf(each) == BreakClass::kFails;
  return "  " + (fails ? page.style.Red(shown) : page.style.Bold(shown)) + "\n";
}

// Verdicts are escaped where they are made, but a record may also have been read from a file.
std::string Sentence(const Page& page, const Verdict& verdict) {
  return Block("    ", EscapeForTerminal(verdict.sentence, 4000), page.columns) +
         Block("    ", StillHeldLine(verdict), page.columns);
}

// What was done, in which order: the schedule that breaks it, or the operations that show it.
std::string Course(const Page& page, const Break& each) {
  const CellRecord& cell = *each.source.cell;
  const Verdict& verdict = each.source.result->verdict;
  const Counterexample* example = CounterexampleOf(cell, verdict.promise);
  if (const CrashStory* story = StoryOf(cell, verdict.promise)) {
    return TellStory(cell, *story, page.style, 2);
  }
  if (example == nullptr) {
    return IntervalDiagram(verdict.evidence, cell.engine, page.style, kDiagramIndent, page.columns);
  }
  return Lanes(*cell.explored, *example, page.style, 2) + "\n" +
         Block("    ", SwitchesLine(*example) + ".", page.columns);
}

std::string Again(const Page& page, const Break& each) {
  const CellRecord& cell = *each.source.cell;
  if (const auto* example = CounterexampleOf(cell, each.source.result->verdict.promise)) {
    return "  See it again, every time:\n" + CopyLine(page, example->replay);
  }
  if (const CrashStory* story = StoryOf(cell, each.source.result->verdict.promise)) {
    return "  See it again, every time:\n" + CopyLine(page, story->replay);
  }
  return cell.rerun.empty() ? "" : "  Run it again:\n" + CopyLine(page, cell.rerun);
}

std::string Full(const Page& page, const Break& each, std::set<std::string>* explained) {
  const Verdict& verdict = each.source.result->verdict;
  std::string text = Title(page, each) + Block("  ", BreakAmount(page.record, each), page.columns);
  for (const std::string& part :
       {Sentence(page, verdict), CauseAndRemedy(page, verdict.anomaly, explained),
        Course(page, each), Again(page, each)}) {
    if (!part.empty()) text += "\n" + part;
  }
  return text;
}

std::string Brief(const Page& page, const Break& each) {
  std::string text = Title(page, each) + Block("  ", BreakAmount(page.record, each), page.columns);
  if (!each.source.result->known_issue.empty()) {
    text += Block("    known: ", EscapeForTerminal(each.source.result->known_issue), page.columns);
  }
  text += Sentence(page, each.source.result->verdict);
  const auto* example = CounterexampleOf(*each.source.cell, each.source.result->verdict.promise);
  const std::string& line = example != nullptr ? example->replay : each.source.cell->rerun;
  if (!line.empty()) text += CopyLine(page, line);
  return text;
}

}  // namespace

std::string EvidenceSection(const Page& page, bool only_failing) {
  const std::vector<Break> breaks = FindBreaks(page.record, page.rows);
  std::string section;
  std::set<std::string> explained;
  bool key_shown = false;
  for (const BreakClass which :
       {BreakClass::kFails, BreakClass::kExpected, BreakClass::kKnown, BreakClass::kNotPromised}) {
    if (only_failing && which != BreakClass::kFails) continue;
    const bool full = which == BreakClass::kFails || which == BreakClass::kExpected;
    bool titled = false;
    for (const Break& each : breaks) {
      if (ClassOf(each) != which) continue;
      if (!titled) section += Heading(page.style, TitleOf(which));
      const bool drawn =
          CounterexampleOf(*each.source.cell, each.source.result->verdict.promise) == nullptr;
      if (full && drawn && !key_shown) {
        section += (titled ? "\n" : "") + Block("  ", kDiagramLegend, page.columns);
        key_shown = true;
      }
      titled = true;
      section += "\n" + (full ? Full(page, each, &explained) : Brief(page, each));
    }
  }
  return section;
}

std::string OpenSection(const Page& page) {
  std::string section;
  for (const MatrixRow& row : page.rows) {
    for (const auto& [promise, merged] : row.cells) {
      for (const CellResult& each : ResultsOf(page.record, row, promise)) {
        const Judgement judgement = each.result->verdict.judgement;
        const bool counts = each.standing == Standing::kOpen || each.standing == Standing::kFails;
        if (!counts || judgement == Judgement::kBroken) continue;
        std::string line =
            fmt::format("{}: {} {} in {}", SafeName(row.display_name), PromiseName(promise),
                        JudgementName(judgement), SafeName(each.cell->scenario));
        if (page.record.expect) {
          line += fmt::format(", though it {}", each.result->expectation == Expectation::kMustBreak
                                                    ? "must break"
                                                    : "must hold");
        }
        const std::string reason = EscapeForTerminal(each.result->verdict.reason);
        if (!reason.empty()) line += ": " + reason;
        section += Block("  ", line, page.columns);
      }
    }
  }
  if (section.empty()) return "";
  return Heading(page.style, page.record.expect ? "Not as expected" : "Left open") + "\n" + section;
}

}  // namespace tearproof::reports::console
