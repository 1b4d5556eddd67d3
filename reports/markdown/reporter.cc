// Markdown for $GITHUB_STEP_SUMMARY and for files: matrix, evidence, the lines that run it again.

#include "harness/api/reporter.h"

#include <fmt/format.h>

#include "harness/api/anomaly.h"
#include "harness/core/text.h"
#include "reports/bench_words.h"
#include "reports/crash_words.h"
#include "reports/exploration_words.h"
#include "reports/findings.h"
#include "reports/interval_diagram.h"
#include "reports/mark.h"
#include "reports/verdict_words.h"

namespace tearproof::reports::markdown {
namespace {

constexpr size_t kLongestText = 4000;
constexpr size_t kPlainColumns = 80;

// Captured text as Markdown shows it: literally, in a paragraph and in a table's cell.
std::string Literal(std::string_view text) {
  constexpr std::string_view kBackslashed = "\\`*_[]#~$!";
  std::string literal;
  for (const char c : EscapeForTerminal(text, kLongestText)) {
    if (c == '&') {
      literal += "&amp;";
    } else if (c == '<') {
      literal += "&lt;";
    } else if (c == '>') {
      literal += "&gt;";
    } else if (c == '|' || c == '@') {
      literal += fmt::format("&#{};", static_cast<int>(c));
    } else {
      if (kBackslashed.find(c) != std::string_view::npos) literal += '\\';
      literal += c;
    }
  }
  return literal;
}

// A fence that is longer than any run of backticks within.
std::string CodeBlock(std::string_view text, std::string_view language) {
  size_t longest = 2;
  size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + std::string(language) + "\n" + std::string(text) + "\n" + fence + "\n";
}

std::string CellMarkdown(const RunRecord& record, const MatrixRow& row, Promise promise) {
  const Mark mark = MarkOf(record, row, promise);
  const std::string text = CellText(record, row, promise);
  switch (mark) {
    case Mark::kBrokenCounted:
    case Mark::kHeldUnexpected:
    case Mark::kUnsureCounted:
    case Mark::kIdleCounted:
      return "**" + text + "**";
    default:
      return text;
  }
}

std::string Matrix(const RunRecord& record, const std::vector<MatrixRow>& rows) {
  std::vector<Promise> promises;
  for (const PromiseInfo& info : AllPromises()) {
    for (const MatrixRow& row : rows) {
      if (!row.cells.contains(info.promise)) continue;
      promises.push_back(info.promise);
      break;
    }
  }
  std::string head = "| cache |";
  std::string rule = "|---|";
  for (const Promise promise : promises) {
    head += " " + std::string(PromiseName(promise)) + " |";
    rule += "--:|";
  }
  std::string table = head + "\n" + rule + "\n";
  std::map<Mark, std::string> legend;
  for (const MatrixRow& row : rows) {
    table += "| " + Literal(SafeName(row.display_name));
    if (row.all_skipped) table += " (skipped)";
    table += " |";
    for (const Promise promise : promises) {
      table += " " + CellMarkdown(record, row, promise) + " |";
      legend.try_emplace(MarkOf(record, row, promise), CellMarkdown(record, row, promise));
    }
    table += "\n";
  }
  table += "\n";
  for (const auto& [mark, text] : legend) {
    table += fmt::format("- {}: {}\n", text, MarkMeaning(record, mark));
  }
  return table;
}

std::string Evidence(const RunRecord& record, const Break& each) {
  const CellResult& source = each.source;
  std::string text = "#### " + Literal(BreakTitle(each)) + "\n\n";
  text += Literal(BreakAmount(record, each)) + "\n\n";
  if (!source.result->known_issue.empty()) {
    text += "Known: " + Literal(source.result->known_issue) + "\n\n";
  }
  const Verdict& verdict = source.result->verdict;
  if (!verdict.sentence.empty()) text += "> " + Literal(verdict.sentence) + "\n\n";
  const std::string still_held = StillHeldLine(verdict);
  if (!still_held.empty()) text += Literal(still_held) + "\n\n";
  if (const Anomaly* anomaly = FindAnomaly(verdict.anomaly)) {
    text += fmt::format("- Cause: {}\n- Remedy: {}\n\n", Literal(anomaly->cause),
                        Literal(anomaly->remedy));
  }
  if (const Counterexample* example = CounterexampleOf(*source.cell, verdict.promise)) {
    text += CodeBlock(Lanes(*source.cell->explored, *example, Style{}, 2) + "\n  " +
                          SwitchesLine(*example),
                      "text") +
            "\n" + CodeBlock(EscapeForTerminal(example->replay, 8192), "sh") + "\n";
    return text;
  }
  if (const CrashStory* story = StoryOf(*source.cell, verdict.promise)) {
    return text + CodeBlock(TellStory(*source.cell, *story, Style{}, 2), "text") + "\n" +
           CodeBlock(EscapeForTerminal(story->replay, 8192), "sh") + "\n";
  }
  const std::string diagram =
      IntervalDiagram(verdict.evidence, source.cell->engine, Style{}, 2, kPlainColumns);
  if (!diagram.empty()) text += CodeBlock(diagram.substr(0, diagram.size() - 1), "text") + "\n";
  if (!source.cell->rerun.empty()) {
    text += CodeBlock(EscapeForTerminal(source.cell->rerun, 8192), "sh") + "\n";
  }
  return text;
}

std::string Explored(const RunRecord& record) {
  std::string text;
  for (const CellRecord& cell : record.cells) {
    if (!cell.explored) continue;
    text += fmt::format("- {} in {}: {}\n", Literal(SafeName(cell.backend)),
                        Literal(SafeName(cell.scenario)), Literal(ExploredSentence(cell)));
  }
  return text.empty() ? "" : "### What was explored\n\n" + text + "\n";
}

std::string LoadedCaches(const std::vector<MatrixRow>& rows) {
  std::string text;
  for (const MatrixRow& row : rows) {
    if (row.loaded.empty()) continue;
    text += fmt::format("- {}: {}\n", Literal(SafeName(row.backend)),
                        Literal(EscapeForTerminal(row.loaded.Describe(), 2000)));
  }
  return text.empty() ? "" : "### What was judged\n\n" + text + "\n";
}

std::string Line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string Benchmarks(const RunRecord& record) {
  std::string text;
  for (const BenchTable& table : BenchTables(record)) {
    std::vector<std::string> titles;
    std::string rule = "|";
    for (const BenchColumn& column : table.columns) {
      titles.push_back(column.title);
      rule += column.words ? "---|" : "--:|";
    }
    text += "### " + table.title + "\n\n" + Line(titles) + rule + "\n";
    for (const BenchGroup& group : table.groups) {
      std::vector<std::string> title(table.columns.size());
      title[0] = "**" + Literal(group.durability) + "**";
      text += Line(title);
      for (std::vector<std::string> row : group.rows) {
        for (std::string& cell : row) cell = Literal(cell);
        text += Line(row);
      }
    }
    text += "\n";
  }
  for (const std::string& note : BenchNotes(record)) text += "- " + Literal(note) + "\n";
  return text.empty() ? "" : text + "\n";
}

std::string Crashed(const RunRecord& record) {
  std::string text;
  for (const CellRecord& cell : record.cells) {
    if (!cell.crashed) continue;
    text += fmt::format("- {} in {} {}\n", Literal(SafeName(cell.backend)),
                        Literal(SafeName(cell.scenario)), Literal(CrashedSentence(cell)));
    for (const CrashStory& story : cell.crashed->stories) {
      text += fmt::format("  - {} broken {}\n", PromiseName(story.promise),
                          Literal(StoryInShort(story)));
    }
  }
  return text.empty() ? "" : "### What was crashed\n\n" + text + "\n";
}

std::string Remarks(const RunRecord& record) {
  std::string text;
  for (const CellRecord& cell : record.cells) {
    if (cell.state == CellState::kDone) continue;
    text += fmt::format("- {} in {} {}", Literal(SafeName(cell.backend)),
                        Literal(SafeName(cell.scenario)), CellStateName(cell.state));
    text += cell.reason.empty() ? "\n" : ": " + Literal(cell.reason) + "\n";
  }
  for (const auto& [backend, scenarios] : NotRunByBackend(record)) {
    text += "- not run, as the run was cut short: " + Literal(backend) + " in " +
            Literal(Join(scenarios, ", ")) + "\n";
  }
  for (const CellRecord& cell : record.cells) {
    const std::string sentence = SurvivalSentence(cell);
    if (sentence.empty()) continue;
    text += fmt::format("- {} in {}: {}\n", Literal(SafeName(cell.backend)),
                        Literal(SafeName(cell.scenario)), Literal(sentence));
  }
  for (const std::string& note : record.notes) text += "- " + Literal(note) + "\n";
  return text.empty() ? "" : "### Notes\n\n" + text + "\n";
}

class MarkdownReporter : public Reporter {
 public:
  std::string_view name() const override { return "markdown"; }

  std::string Render(const RunRecord& record, const RenderOptions& options) const override {
    const std::vector<MatrixRow> rows = SortedMatrix(record);
    std::string text = "## tearproof: " + Literal(PutIntoWords(record, rows).sentence) + "\n\n";
    if (!rows.empty() && !options.quiet) text += Matrix(record, rows) + "\n";
    const std::vector<Break> breaks = FindBreaks(record, rows);
    bool legend_shown = false;
    for (const BreakClass which : {BreakClass::kFails, BreakClass::kExpected, BreakClass::kKnown,
                                   BreakClass::kNotPromised}) {
      if (options.quiet && which != BreakClass::kFails) continue;
      bool titled = false;
      for (const Break& each : breaks) {
        if (ClassOf(each) != which) continue;
        if (!titled) text += fmt::format("### {}\n\n", TitleOf(which));
        if (!legend_shown) text += Literal(kDiagramLegend) + "\n\n";
        titled = legend_shown = true;
        text += Evidence(record, each);
      }
    }
    if (options.quiet) return text;
    return text + Benchmarks(record) + Explored(record) + Crashed(record) + LoadedCaches(rows) +
           Remarks(record) +
           "A promise that held was not seen broken under this load on this machine; that does not "
           "prove that it cannot be broken. “All”: in every interleaving of the programs that were "
           "explored, and of no others.\n";
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<MarkdownReporter>(); }

}  // namespace tearproof::reports::markdown
