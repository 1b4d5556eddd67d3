#include "reports/interval_diagram.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/core/text.h"
#include "reports/operation_words.h"

namespace tearproof::reports {
namespace {

constexpr size_t kMostOps = 12;
constexpr size_t kLongestLabel = 40;
constexpr size_t kShortestStep = 4;
constexpr size_t kNarrowest = 2 * kMostOps;  // Columns; each moment has one.
constexpr size_t kWidest = 100;

// One unit for all moments, so that they line up.
struct Unit {
  const char* name;
  double nanos;
  int decimals;
};

Unit UnitFor(double span, bool steps) {
  if (steps) return {" steps", 1, 0};
  if (span < 1e4) return {" ns", 1, 0};
  if (span < 1e8) return {" µs", 1e3, 1};
  if (span < 1e10) return {" ms", 1e6, 1};
  return {" s", 1e9, 1};
}

// An operation with all that is drawn of it.
struct Bar : NamedOperation {
  size_t begin = 0;  // Columns of its call and its return.
  size_t end = 0;
  size_t row = 0;  // Of its lane.
};

// A bar that has room for its label: the letter, a stroke, a space, and the same behind it.
size_t RoomyLength(const Bar& bar) { return DisplayWidth(bar.label) + 5; }

// The columns of `ranks` moments, at least `step` apart, such that each of `roomy` has its length.
std::vector<size_t> SpaceOut(size_t ranks, size_t step, const std::vector<const Bar*>& roomy) {
  std::vector<size_t> columns(ranks);
  for (size_t rank = 1; rank < ranks; ++rank) {
    columns[rank] = columns[rank - 1] + step;
    for (const Bar* bar : roomy) {
      if (bar->end != rank || bar->begin >= rank) continue;
      columns[rank] = std::max(columns[rank], columns[bar->begin] + RoomyLength(*bar));
    }
  }
  return columns;
}

// Each moment gets a column of its own, in order. As many bars as can are made long enough for
// their labels, short labels first; what is left over is spread evenly.
void PlaceInTime(std::vector<Bar>& bars, size_t width) {
  std::map<int64_t, size_t> ranks;
  for (const Bar& bar : bars) {
    ranks[bar.op().invoke] = 0;
    ranks[bar.op().ret] = 0;  // kNever is the last.
  }
  size_t rank = 0;
  for (auto& [time, number] : ranks) number = rank++;
  std::vector<const Bar*> roomy;
  for (Bar& bar : bars) {
    bar.begin = ranks.at(bar.op().invoke);
    bar.end = std::max(bar.begin, ranks.at(bar.op().ret));
    roomy.push_back(&bar);
  }
  std::stable_sort(roomy.begin(), roomy.end(), [](const Bar* a, const Bar* b) {
    return DisplayWidth(a->label) < DisplayWidth(b->label);
  });
  const size_t steps = std::max<size_t>(ranks.size() - 1, 1);
  const size_t step = std::min(kShortestStep, (width - 1) / steps);
  std::vector<size_t> columns = SpaceOut(ranks.size(), step, roomy);
  while (columns.back() > width - 1) {  // Without any label, it fits.
    roomy.pop_back();
    columns = SpaceOut(ranks.size(), step, roomy);
  }
  const size_t spare = width - 1 - columns.back();
  for (size_t i = 0; i < columns.size(); ++i) columns[i] += i * spare / steps;
  for (Bar& bar : bars) {
    bar.begin = columns[bar.begin];
    bar.end = columns[bar.end];
  }
}

// The lines of one process. A cell holds one code point.
class Lane {
 public:
  Lane(size_t width, const Style& style) : width_(width), style_(style) {}

  // A bar's line is the first that has room: there is one, unless operations of a process overlap.
  void Draw(Bar& bar) {
    while (!IsFree(bar.row, bar.begin, bar.end - bar.begin + 1)) ++bar.row;
    const bool heavy = bar.deciding();
    const size_t length = bar.end - bar.begin;
    std::string text(1, bar.letter);
    if (length > 0) {
      text += Repeat(heavy ? "━" : "─", length - 1);
      const bool open = bar.op().outcome == Outcome::kOpen;
      text += open && bar.op().ret == kNever ? "▶" : open ? "╳" : heavy ? "┫" : "┤";
    }
    Put(bar.row, bar.begin, text, heavy);
  }

  // Within the bar, behind it, before it, or on a line below. REQUIRES: all bars are drawn.
  void Label(const Bar& bar) {
    const size_t size = DisplayWidth(bar.label);
    if (bar.end - bar.begin >= RoomyLength(bar)) {
      Put(bar.row, bar.begin + 2, " " + bar.label + " ", bar.deciding());
    } else if (bar.end + 2 + size <= width_ && IsFree(bar.row, bar.end + 1, size + 4)) {
      Put(bar.row, bar.end + 2, bar.label, bar.deciding());
    } else if (bar.begin >= size + 1 && IsFree(bar.row, bar.begin - size - 1, size + 1, 3)) {
      Put(bar.row, bar.begin - size - 1, bar.label, bar.deciding());
    } else {
      const std::string text = fmt::format("{} {}", bar.letter, bar.label);
      const size_t begin = std::min(bar.begin, width_ - std::min(width_, size + 2));
      size_t row = bar.row + 1;
      while (!IsFree(row, begin, size + 3, 2)) ++row;
      Put(row, begin, text, bar.deciding());
    }
  }

  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const std::vector<Cell>& row : rows_) lines.push_back(Line(row));
    return lines;
  }

 private:
  struct Cell {
    std::string text;  // Empty: nothing is here.
    bool heavy = false;
  };

  // Whether nothing is in `size` columns from `begin`, nor in `margin` columns before them.
  bool IsFree(size_t row, size_t begin, size_t size, size_t margin = 0) const {
    if (row >= rows_.size()) return true;
    for (size_t at = begin - std::min(begin, margin); at < std::min(begin + size, width_); ++at) {
      if (!rows_[row][at].text.empty()) return false;
    }
    return true;
  }

  void Put(size_t row, size_t column, std::string_view text, bool heavy) {
    while (rows_.size() <= row) rows_.emplace_back(width_);
    size_t at = column;
    for (const char c : text) {
      const bool starts_code_point = (static_cast<unsigned char>(c) & 0xc0) != 0x80;
      if (starts_code_point && at < width_) rows_[row][at++] = {"", heavy};
      if (at > column) rows_[row][at - 1].text += c;
    }
  }

  std::string Line(const std::vector<Cell>& row) const {
    std::string line;
    std::string heavy;
    size_t spaces = 0;
    for (const Cell& cell : row) {
      if (cell.text.empty()) {
        ++spaces;
        continue;
      }
      if (!heavy.empty() && (spaces > 0 || !cell.heavy)) {
        line += style_.Bold(heavy);
        heavy.clear();
      }
      line += std::string(spaces, ' ');
      spaces = 0;
      (cell.heavy ? heavy : line) += cell.text;
    }
    return line + style_.Bold(heavy);
  }

  size_t width_;
  const Style& style_;
  std::vector<std::vector<Cell>> rows_;
};

std::string Lanes(std::vector<Bar>& bars, const Style& style, size_t indent, size_t columns) {
  size_t name_width = 0;
  for (const Bar& bar : bars) {
    name_width = std::max(name_width, fmt::format("process {}", bar.op().process).size());
  }
  const size_t used = indent + name_width + 2;
  const size_t width = std::clamp(columns - std::min(columns, used), kNarrowest, kWidest);
  PlaceInTime(bars, width);
  std::vector<uint16_t> processes;  // In the order in which they come in.
  for (const Bar& bar : bars) {
    if (std::find(processes.begin(), processes.end(), bar.op().process) == processes.end()) {
      processes.push_back(bar.op().process);
    }
  }
  std::string text;
  for (const uint16_t process : processes) {
    Lane lane(width, style);
    for (Bar& bar : bars) {
      if (bar.op().process == process) lane.Draw(bar);
    }
    for (const Bar& bar : bars) {
      if (bar.op().process == process) lane.Label(bar);
    }
    std::string name = PadRight(fmt::format("process {}", process), name_width);
    for (const std::string& line : lane.Lines()) {
      text += std::string(indent, ' ') + name + "  " + line + "\n";
      name = std::string(name_width, ' ');
    }
  }
  return text;
}

// When each began, how long it took, and what it has to do with the matter.
std::string Parts(const std::vector<Bar>& bars, std::string_view engine, size_t indent,
                  size_t columns) {
  const bool steps = CountsSteps(engine);
  const int64_t origin = bars.front().op().invoke;
  const Unit unit = UnitFor(Elapsed(origin, bars.back().op().invoke), steps);
  std::vector<std::string> begins;
  std::vector<std::string> durations;
  size_t begin_width = 0;
  size_t duration_width = 0;
  for (const Bar& bar : bars) {
    begins.push_back(fmt::format("+{:.{}f}{}", Elapsed(origin, bar.op().invoke) / unit.nanos,
                                 unit.decimals, unit.name));
    durations.push_back(DurationText(bar.op(), steps));
    begin_width = std::max(begin_width, DisplayWidth(begins.back()));
    duration_width = std::max(duration_width, DisplayWidth(durations.back()));
  }
  std::string text;
  for (size_t i = 0; i < bars.size(); ++i) {
    const bool deciding = bars[i].deciding();
    const std::string first = fmt::format(
        "{}{} {}  {}, took {}", std::string(indent - 2, ' '), deciding ? "→" : " ", bars[i].letter,
        PadLeft(begins[i], begin_width), PadLeft(durations[i], duration_width));
    std::string part = EscapeForTerminal(bars[i].evidence->part, 200);
    if (deciding) part += part.empty() ? "decides" : " (decides)";
    text += part.empty() ? first + "\n" : Block(first + "  ", part, columns);
  }
  return text;
}

}  // namespace

std::string IntervalDiagram(const std::vector<EvidenceOp>& evidence, std::string_view engine,
                            const Style& style, size_t indent, size_t columns) {
  std::vector<Bar> bars;
  for (NamedOperation& each : NameOperations(evidence, kMostOps)) {
    each.label = Shorten(each.label, kLongestLabel);
    bars.push_back({std::move(each)});
  }
  if (bars.empty()) return "";
  std::string text = Lanes(bars, style, indent, columns) + "\n";
  text += Parts(bars, engine, indent, columns);
  if (bars.size() < evidence.size()) {
    text += fmt::format("{}and {} more, in the record\n", std::string(indent, ' '),
                        evidence.size() - bars.size());
  }
  return text;
}

}  // namespace tearproof::reports
