#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/core/text.h"
#include "reports/console/sections.h"
#include "reports/exploration_words.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kNameColumns = 16;
constexpr size_t kWordColumns = 16;

// "held (all 24)", "BROKEN", "inconclusive".
std::string Word(const CellResult& each) {
  const Verdict& verdict = each.result->verdict;
  switch (verdict.judgement) {
    case Judgement::kHeld:
      return each.cell->Exhausted()
                 ? fmt::format("held (all {})", FormatCount(each.cell->explored->classes))
                 : "held so far";
    case Judgement::kBroken:
      return each.standing == Standing::kFails ? "BROKEN" : "broken";
    default:
      break;
  }
  const bool counts = each.standing == Standing::kOpen || each.standing == Standing::kFails;
  std::string word(JudgementName(verdict.judgement));
  if (counts) {
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  }
  return word;
}

std::string What(const CellResult& each) {
  const Verdict& verdict = each.result->verdict;
  std::string text = EscapeForTerminal(verdict.reason);
  const bool judged =
      verdict.judgement == Judgement::kHeld || verdict.judgement == Judgement::kBroken;
  if (judged || text.empty()) {
    text = ShortCounted(verdict.exercised, EscapeForTerminal(verdict.unit));
  }
  if (!each.result->promised) text += " (not promised)";
  return text;
}

bool HeldInAll(const CellRecord& cell) {
  return cell.Exhausted() &&
         std::any_of(cell.promises.begin(), cell.promises.end(), [](const PromiseResult& each) {
           return each.verdict.judgement == Judgement::kHeld;
         });
}

}  // namespace

bool IsOneExploration(const Page& page) {
  return page.record.cells.size() == 1 && page.record.not_run.empty() &&
         page.record.cells.front().explored.has_value();
}

std::string PromiseSection(const Page& page) {
  std::string section = Heading(page.style, "Promise by promise") + "\n";
  const MatrixRow& row = page.rows.front();
  for (const auto& [promise, merged] : row.cells) {
    for (const CellResult& each : ResultsOf(page.record, row, promise)) {
      section += Block(fmt::format("  {} {} ", PadRight(PromiseName(promise), kNameColumns),
                                   PadRight(Word(each), kWordColumns)),
                       What(each), page.columns);
    }
  }
  return section;
}

std::string ExploredSection(const Page& page) {
  std::string section;
  bool held_in_all = false;
  const bool one = IsOneExploration(page);
  for (const CellRecord& cell : page.record.cells) {
    if (!cell.explored) continue;
    held_in_all = held_in_all || HeldInAll(cell);
    const std::string name =
        one ? "  " : fmt::format("  {} in {}: ", SafeName(cell.backend), SafeName(cell.scenario));
    section += Block("  ", name.substr(2) + ExploredSentence(cell), page.columns);
    if (!cell.explored->go_on.empty()) section += CopyLine(page, cell.explored->go_on);
  }
  if (section.empty()) return "";
  section = Heading(page.style, "What was explored") + "\n" + section;
  if (held_in_all) {
    section += "\n" + Block("  ",
                            "“All”: every interleaving of the system calls of these programs was "
                            "run, or is equal to one that was. Nothing is said of other programs, "
                            "of more processes, or of crashes.",
                            page.columns);
  }
  return section;
}

}  // namespace tearproof::reports::console
