#include <fmt/format.h>

#include "harness/core/text.h"
#include "reports/console/sections.h"
#include "reports/crash_words.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kLaneColumns = 16;
constexpr size_t kStoryColumns = 13;

std::string CrashWord(const CellResult& each) {
  const Verdict& verdict = each.result->verdict;
  if (verdict.judgement != Judgement::kBroken) return std::string(JudgementName(verdict.judgement));
  return each.standing == Standing::kFails ? "BROKEN" : "broken";
}

std::string CrashDetail(const CellResult& each) {
  const Verdict& verdict = each.result->verdict;
  const CrashStory* story = StoryOf(*each.cell, verdict.promise);
  std::string text = ShortCounted(verdict.exercised, EscapeForTerminal(verdict.unit));
  if (!verdict.reason.empty()) text = EscapeForTerminal(verdict.reason);
  if (story != nullptr) text = StoryInShort(*story);
  return text + (each.result->promised ? "" : " (not promised)");
}

}  // namespace

std::string CrashedSection(const Page& page) {
  std::string section;
  for (const MatrixRow& row : page.rows) {
    for (const CellRecord& cell : page.record.cells) {
      if (!cell.crashed || cell.backend != row.backend) continue;
      section += "\n" + Block("  ",
                              fmt::format("{} in {} {}", SafeName(cell.backend),
                                          SafeName(cell.scenario), CrashedSentence(cell)),
                              page.columns);
      for (const auto& [promise, merged] : row.cells) {
        for (const CellResult& each : ResultsOf(page.record, row, promise)) {
          if (each.cell != &cell) continue;
          section += Block(fmt::format("    {} {} ", PadRight(PromiseName(promise), kLaneColumns),
                                       PadRight(CrashWord(each), kStoryColumns)),
                           CrashDetail(each), page.columns);
          const CrashStory* story = StoryOf(cell, promise);
          if (story != nullptr) section += "  " + CopyLine(page, story->replay);
        }
      }
    }
  }
  if (section.empty()) return "";
  return Heading(page.style, "What was crashed") + section;
}

}  // namespace tearproof::reports::console
