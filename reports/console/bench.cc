#include <algorithm>
#include <numeric>

#include "harness/core/text.h"
#include "reports/bench_words.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kBetween = 2;          // Before each column.
constexpr size_t kNarrowestWords = 12;  // Of the last column, before it is broken into lines.

using ColumnWidths = std::vector<size_t>;

size_t Sum(const ColumnWidths& widths) {
  return std::accumulate(widths.begin(), widths.end(), kBetween * widths.size());
}

// As wide as what is in them; where that is too much, words in the last column are broken, and a
// cache whose name is too long has a line above its numbers.
ColumnWidths Fit(const BenchTable& table, size_t columns) {
  ColumnWidths widths;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    size_t width = DisplayWidth(table.columns[i].title);
    for (const BenchGroup& group : table.groups) {
      for (const auto& row : group.rows) width = std::max(width, DisplayWidth(row[i]));
    }
    widths.push_back(width);
  }
  const auto shrink = [&](size_t* width, size_t least) {
    const size_t total = Sum(widths);
    if (total > columns) *width -= std::min(total - columns, *width - std::min(*width, least));
  };
  if (table.columns.back().words) shrink(&widths.back(), kNarrowestWords);
  shrink(&widths.front(), DisplayWidth(table.columns.front().title));
  return widths;
}

std::string CellLine(const BenchTable& table, const ColumnWidths& widths,
                     const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    line += Repeat(" ", kBetween);
    const bool last = i + 1 == cells.size();
    if (!table.columns[i].words) {
      line += PadLeft(cells[i], widths[i]);
    } else {
      line += last ? cells[i] : PadRight(cells[i], widths[i]);
    }
  }
  return line + "\n";
}

std::string RowLines(const BenchTable& table, const ColumnWidths& widths,
                     std::vector<std::string> cells) {
  std::string text;
  if (DisplayWidth(cells.front()) > widths.front()) {
    text += Repeat(" ", kBetween) + cells.front() + "\n";
    cells.front().clear();
  }
  if (!table.columns.back().words) return text + CellLine(table, widths, cells);
  for (const std::string& words : WrapWords(cells.back(), widths.back())) {
    cells.back() = words;
    text += CellLine(table, widths, cells);
    cells.assign(cells.size(), "");
  }
  return text;
}

std::string OneTable(const Page& page, const BenchTable& table) {
  const ColumnWidths widths = Fit(table, page.columns);
  std::vector<std::string> titles;
  for (const BenchColumn& column : table.columns) titles.push_back(column.title);
  std::string head = CellLine(table, widths, titles);
  head.pop_back();
  std::string text = Heading(page.style, table.title);
  for (const BenchGroup& group : table.groups) {
    text += "\n";
    for (const std::string& line : WrapWords(group.durability, page.columns - kBetween)) {
      text += Repeat(" ", kBetween) + page.style.Bold(line) + "\n";
    }
    text += page.style.Dim(head) + "\n";
    for (const auto& row : group.rows) text += RowLines(table, widths, row);
  }
  return text;
}

}  // namespace

std::string BenchSection(const Page& page) {
  std::string text;
  for (const BenchTable& table : BenchTables(page.record)) text += OneTable(page, table);
  if (text.empty()) return "";
  text += "\n";
  for (const std::string& note : BenchNotes(page.record)) text += Block("  ", note, page.columns);
  return text;
}

}  // namespace tearproof::reports::console
