#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "harness/core/text.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kGap = 2;
constexpr size_t kLongestName = 30;

// What a cell shows. Capitals are what counts against the run.
enum class Mark : uint8_t {
  kHeld,
  kBrokenCounted,
  kBroken,
  kKnown,
  kHeldUnexpected,
  kUnsureCounted,
  kUnsure,
  kIdleCounted,
  kIdle,
  kAbsent,
};
constexpr size_t kMarkCount = 10;

Mark CountedMark(Judgement judgement) {
  switch (judgement) {
    case Judgement::kHeld:
      return Mark::kHeldUnexpected;
    case Judgement::kBroken:
      return Mark::kBrokenCounted;
    case Judgement::kInconclusive:
      return Mark::kUnsureCounted;
    case Judgement::kNotExercised:
      return Mark::kIdleCounted;
  }
  return Mark::kAbsent;
}

// If any scenario counts against the run, the mark is of the worst of them; else of all as one.
Mark MarkOf(const Page& page, const MatrixRow& row, Promise promise) {
  const auto found = row.cells.find(promise);
  if (found == row.cells.end()) return Mark::kAbsent;
  const MatrixCell& cell = found->second;
  if (cell.standing == Standing::kFails || cell.standing == Standing::kOpen) {
    for (const CellResult& each : ResultsOf(page.record, row, promise)) {
      if (each.standing == cell.standing) return CountedMark(each.result->verdict.judgement);
    }
  }
  switch (cell.verdict.judgement) {
    case Judgement::kHeld:
      return Mark::kHeld;
    case Judgement::kBroken:
      return cell.known_issue.empty() ? Mark::kBroken : Mark::kKnown;
    case Judgement::kInconclusive:
      return Mark::kUnsure;
    case Judgement::kNotExercised:
      return Mark::kIdle;
  }
  return Mark::kAbsent;
}

std::string_view MarkText(Mark mark) {
  constexpr std::array<std::string_view, kMarkCount> kTexts = {
      "", "BROKEN", "broken", "known", "HELD", "UNSURE", "unsure", "IDLE", "idle", "·"};
  return kTexts[static_cast<size_t>(mark)];
}

std::string_view MarkMeaning(const RunRecord& record, Mark mark) {
  switch (mark) {
    case Mark::kHeld:
      return "held: judged that many times, never seen broken";
    case Mark::kBrokenCounted:
      return record.expect ? "broken, and expected to hold"
                           : "a promise was broken; the evidence is below";
    case Mark::kBroken:
      return record.expect ? "broken, as it must or may"
                           : "broken, but this cache never promised it";
    case Mark::kKnown:
      return "broken, and listed as known";
    case Mark::kHeldUnexpected:
      return "held, but it was expected to break";
    case Mark::kUnsureCounted:
      return "inconclusive: the judge could not decide";
    case Mark::kUnsure:
      return "inconclusive, and not promised";
    case Mark::kIdleCounted:
      return "promised, but this run never put it to the test";
    case Mark::kIdle:
      return "not exercised";
    case Mark::kAbsent:
      return "no scenario of this run asks for it";
  }
  return "";
}

std::string CellText(const Page& page, const MatrixRow& row, Promise promise) {
  const Mark mark = MarkOf(page, row, promise);
  return mark == Mark::kHeld ? ShortCount(row.cells.at(promise).verdict.exercised)
                             : std::string(MarkText(mark));
}

std::string PaintMark(const Style& style, Mark mark, const std::string& text) {
  switch (mark) {
    case Mark::kHeld:
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
      width = std::max(width, DisplayWidth(CellText(page, row, info.promise)));
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
  table += "\n";
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
        table +=
            std::string(kGap, ' ') + PaintMark(page.style, MarkOf(page, row, promise),
                                               PadLeft(CellText(page, row, promise), column.width));
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
      used.try_emplace(MarkOf(page, row, promise), CellText(page, row, promise));
    }
  }
  std::string legend;
  for (const auto& [mark, text] : used) {
    legend += std::string(kIndent, ' ') + PaintMark(page.style, mark, PadLeft(text, 6)) + "  " +
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
