#include <algorithm>
#include <array>

#include "harness/core/text.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kColumns = 7;
constexpr size_t kWidestName = 26;
using Row = std::array<std::string, kColumns>;
constexpr std::array<const char*, kColumns> kTitles = {"cache", "scenario", "operation", "ops/s",
                                                       "p50",   "p99",      "max"};
constexpr size_t kFirstNumber = 3;

std::vector<Row> SpeedRows(const Page& page) {
  std::vector<Row> rows;
  for (const MatrixRow& backend : page.rows) {
    for (const CellRecord& cell : page.record.cells) {
      if (cell.backend != backend.backend) continue;
      for (const auto& [kind, speed] : cell.speeds) {
        if (kind == OpKind::kInit) continue;  // Once a process and round: nobody's throughput.
        rows.push_back({SafeName(backend.display_name), SafeName(cell.scenario),
                        std::string(OpKindName(kind)), FormatRounded(speed.per_second),
                        FormatDuration(speed.p50), FormatDuration(speed.p99),
                        FormatDuration(speed.max)});
      }
    }
  }
  return rows;
}

std::array<size_t, kColumns> Widths(const std::vector<Row>& rows, size_t columns) {
  std::array<size_t, kColumns> widths;
  for (size_t i = 0; i < kColumns; ++i) {
    widths[i] = DisplayWidth(kTitles[i]);
    for (const Row& row : rows) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  widths[0] = std::min(widths[0], kWidestName);
  widths[1] = std::min(widths[1], kWidestName);
  // Names give way to numbers: the wider of the two first.
  size_t total = 2 + 2 * (kColumns - 1);
  for (const size_t width : widths) total += width;
  for (; total > columns && std::max(widths[0], widths[1]) > 6; --total) {
    --widths[widths[0] >= widths[1] ? 0 : 1];
  }
  return widths;
}

}  // namespace

std::string SpeedSection(const Page& page) {
  const std::vector<Row> rows = SpeedRows(page);
  if (rows.empty()) return "";
  const std::array<size_t, kColumns> widths = Widths(rows, page.columns);
  const auto line = [&](const auto& cells) {
    std::string text = " ";
    for (size_t i = 0; i < kColumns; ++i) {
      const std::string cell = Shorten(cells[i], widths[i]);
      text += i > 0 ? "  " : " ";
      text += i < kFirstNumber ? PadRight(cell, widths[i]) : PadLeft(cell, widths[i]);
    }
    return text;
  };
  std::string section = Heading(page.style, "Throughput and latency, all processes together");
  section += "\n" + page.style.Dim(line(kTitles)) + "\n";
  const Row* before = nullptr;
  for (const Row& row : rows) {
    Row shown = row;
    if (before != nullptr && (*before)[0] == row[0]) {
      shown[0].clear();
      if ((*before)[1] == row[1]) shown[1].clear();
    } else if (before != nullptr) {
      section += "\n";
    }
    section += line(shown) + "\n";
    before = &row;
  }
  return section;
}

}  // namespace tearproof::reports::console
