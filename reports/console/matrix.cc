#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/core/text.h"
#include "reports/console/sections.h"
#include "reports/mark.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kGap = 2;
constexpr size_t kLongestName = 30;

std::string PaintMark(const Style& style, Mark mark, const std::string& text) {
  switch (mark) {
    case Mark::kHeld:
    case Mark::kHeldAll:
    case Mark::kHeldBoth:
      return style.Green(text);
    case Mark::kBrokenCounted:
    case Mark::kHeldUnexpected:
      return style.Red(text);
    case Mark::kKnown:
    case Mark::kBroken:
    case Mark::kUnsureCounted:
    case Mark::kIdleCounted:
      return style.Yellow(text);
    default:
      return style.Dim(text);
  }
}

struct Column {
  const PromiseInfo* info;
  size_t width;
};

std::vector<Column> PresentColumns(const Page& page) {
  std::vector<Column> columns;
  for (const PromiseInfo& info : AllPromises()) {
    size_t width = DisplayWidth(info.column);
    bool present = false;
    for (const MatrixRow& row : page.rows) {
      present = present || row.cells.contains(info.promise);
      width = std::max(width, DisplayWidth(CellText(page.record, row, info.promise)));
    }
    if (present) columns.push_back({&info, width});
  }
  return columns;
}

// Backends × the given columns.
std::string Table(const Page& page, size_t name_width, std::span<const Column> columns) {
  std::string table(kIndent + name_width, ' ');
  for (const Column& column : columns) {
    table += std::string(kGap, ' ') + page.style.Dim(PadLeft(column.info->column, column.width));
  }
  table = columns.empty() ? "" : table + "\n";  // All was skipped.
  for (const MatrixRow& row : page.rows) {
    const std::string name = PadRight(Shorten(SafeName(row.display_name), name_width), name_width);
    table += std::string(kIndent, ' ') + name;
    if (row.all_skipped) {
      const size_t room = page.columns - std::min(page.columns, kIndent + name_width + kGap);
      const std::string reason = EscapeForTerminal(row.skip_reason);
      table +=
          "  " + page.style.Dim(Shorten(reason.empty() ? "skipped" : "skipped: " + reason, room));
    } else {
      for (const Column& column : columns) {
        const Promise promise = column.info->promise;
        table += std::string(kGap, ' ') +
                 PaintMark(page.style, MarkOf(page.record, row, promise),
                           PadLeft(CellText(page.record, row, promise), column.width));
      }
    }
    table += "\n";
  }
  return table;
}

std::string Legend(const Page& page, std::span<const Column> columns) {
  std::map<Mark, std::string> used;
  for (const MatrixRow& row : page.rows) {
    for (const Column& column : columns) {
      if (row.all_skipped) break;
      const Promise promise = column.info->promise;
      used.try_emplace(MarkOf(page.record, row, promise), CellText(page.record, row, promise));
    }
  }
  size_t width = 6;
  for (const auto& [mark, text] : used) width = std::max(width, DisplayWidth(text));
  std::string legend;
  for (const auto& [mark, text] : used) {
    legend += std::string(kIndent, ' ') + PaintMark(page.style, mark, PadLeft(text, width)) + "  " +
              std::string(MarkMeaning(page.record, mark)) + "\n";
  }
  return legend;
}

// How many columns stand side by side: as many as always fit, spread evenly over the tables.
size_t ColumnsATable(const Page& page, size_t name_width, std::span<const Column> columns) {
  size_t widest = 1;
  size_t total = kIndent + name_width;
  for (const Column& column : columns) {
    widest = std::max(widest, column.width);
    total += kGap + column.width;
  }
  if (total <= page.columns) return std::max<size_t>(columns.size(), 1);
  const size_t room = page.columns - std::min(page.columns, kIndent + name_width);
  const size_t most = std::max<size_t>(room / (kGap + widest), 1);
  const size_t tables = (columns.size() + most - 1) / most;
  return (columns.size() + tables - 1) / tables;
}

// Headings are short; what they stand for is said once, where it is not the same word.
std::string ColumnKey(const Page& page, std::span<const Column> columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    if (column.info->column == column.info->name) continue;
    names.push_back(fmt::format("{} = {}", column.info->column, column.info->name));
  }
  std::string key;
  std::string line;
  for (const std::string& name : names) {
    const size_t room = page.columns - std::min(page.columns, 2 * kIndent);
    if (!line.empty() && line.size() + 2 + name.size() > room) {
      key += std::string(kIndent, ' ') + page.style.Dim(line) + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : "  ") + name;
  }
  if (!line.empty()) key += std::string(kIndent, ' ') + page.style.Dim(line) + "\n";
  return key;
}

}  // namespace

std::string MatrixSection(const Page& page) {
  const std::vector<Column> columns = PresentColumns(page);
  size_t name_width = 8;
  for (const MatrixRow& row : page.rows) {
    name_width = std::max(name_width, DisplayWidth(SafeName(row.display_name)));
  }
  name_width = std::min(name_width, kLongestName);

  std::string section = Heading(page.style, "What each cache kept and broke") + "\n";
  std::span<const Column> rest = columns;
  const size_t most = ColumnsATable(page, name_width, columns);
  do {
    const size_t count = std::min(most, rest.size());
    section += Table(page, name_width, rest.first(count));
    rest = rest.subspan(count);
    if (!rest.empty()) section += "\n";
  } while (!rest.empty());
  const std::string legend = Legend(page, columns);
  if (!legend.empty()) section += "\n" + legend;
  const std::string key = ColumnKey(page, columns);
  if (!key.empty()) section += "\n" + key;
  return section;
}

}  // namespace tearproof::reports::console
