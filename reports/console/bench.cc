#include "harness/core/text.h"
#include "reports/bench_words.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

std::string TableLine(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string line = "  ";
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    const bool text = i < 2 || (last && cells.size() > 10);
    line += text ? (last ? cells[i] : PadRight(cells[i], widths[i])) : PadLeft(cells[i], widths[i]);
    if (!last) line += "  ";
  }
  return line;
}

std::string OneTable(const Page& page, const BenchTable& table) {
  std::vector<size_t> widths(table.columns.size());
  for (size_t i = 0; i < widths.size(); ++i) {
    widths[i] = DisplayWidth(table.columns[i]);
    for (const BenchGroup& group : table.groups) {
      for (const auto& row : group.rows) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string text = Heading(page.style, table.title);
  for (const BenchGroup& group : table.groups) {
    text += "\n  " + page.style.Bold(group.durability) + "\n";
    text += page.style.Dim(TableLine(table.columns, widths)) + "\n";
    for (const auto& row : group.rows) text += TableLine(row, widths) + "\n";
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
