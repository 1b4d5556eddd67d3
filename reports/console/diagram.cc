#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/core/text.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

constexpr size_t kMostOps = 12;
constexpr size_t kIndent = 4;
constexpr size_t kLongestOp = 30;

struct Lane {
  const EvidenceOp* evidence;
  char letter;
  std::string what;
  std::string when;
  std::string part;
};

std::vector<Lane> MakeLanes(const std::vector<OpText>& ops) {
  size_t from_width = 0;
  size_t to_width = 0;
  for (const OpText& op : ops) {
    from_width = std::max(from_width, DisplayWidth(op.from));
    to_width = std::max(to_width, DisplayWidth(op.to));
  }
  std::vector<Lane> lanes;
  for (const OpText& op : ops) {
    lanes.push_back(
        {op.evidence, static_cast<char>('A' + lanes.size()), Shorten(op.what, kLongestOp),
         fmt::format("{} – {} {}", PadLeft(op.from, from_width), PadLeft(op.to, to_width), op.unit),
         op.part});
  }
  return lanes;
}

// What each letter stands for, when it was, and what it has to do with the matter.
std::string OpTable(const Page& page, const std::vector<Lane>& lanes) {
  size_t what_width = 0;
  size_t when_width = 0;
  for (const Lane& lane : lanes) {
    what_width = std::max(what_width, DisplayWidth(lane.what));
    when_width = std::max(when_width, DisplayWidth(lane.when));
  }
  std::string table;
  for (const Lane& lane : lanes) {
    const bool deciding = lane.evidence->deciding;
    const std::string first =
        fmt::format("{}{}{}  {}  {}  ", std::string(kIndent - 2, ' '), deciding ? "→ " : "  ",
                    lane.letter, PadRight(lane.what, what_width), PadLeft(lane.when, when_width));
    std::string block = Block(first, lane.part, page.columns);
    if (block.empty()) {
      block = first.substr(0, first.find_last_not_of(' ') + 1) + "\n";
    }
    table += block;
  }
  return table;
}

// Every beginning and end gets a column of its own, in order: which operations overlapped is what
// decides, and on a true scale a short one between two long ones would vanish.
std::map<int64_t, size_t> TimeColumns(const std::vector<Lane>& lanes, size_t width) {
  std::map<int64_t, size_t> columns;
  for (const Lane& lane : lanes) {
    columns[lane.evidence->op.invoke] = 0;
    columns[lane.evidence->op.ret] = 0;  // kNever is the last.
  }
  size_t rank = 0;
  const size_t steps = std::max<size_t>(columns.size() - 1, 1);
  for (auto& [time, column] : columns) column = rank++ * (width - 1) / steps;
  return columns;
}

std::string Bar(const Lane& lane, size_t length) {
  const Op& op = lane.evidence->op;
  const std::string_view stroke = lane.evidence->deciding ? "━" : "─";
  std::string bar(1, lane.letter);
  if (length == 0) return bar;
  bar += Repeat(stroke, length - 1);
  if (op.ret == kNever) return bar + "→";
  return bar + (lane.evidence->deciding ? "┫" : "┤");
}

std::string LaneLines(const Page& page, const std::vector<Lane>& lanes) {
  std::map<uint16_t, std::vector<const Lane*>> by_process;
  size_t label_width = 0;
  for (const Lane& lane : lanes) {
    const uint16_t process = lane.evidence->op.process;
    by_process[process].push_back(&lane);
    label_width = std::max(label_width, fmt::format("process {}", process).size());
  }
  const size_t used = kIndent + label_width + 2;
  const size_t width = std::clamp<size_t>(page.columns - std::min(page.columns, used), 20, 60);
  const std::map<int64_t, size_t> columns = TimeColumns(lanes, width);
  std::string lines;
  for (const auto& [process, list] : by_process) {
    std::string line = std::string(kIndent, ' ') +
                       PadRight(fmt::format("process {}", process), label_width) + "  ";
    size_t next = 0;  // The first free column of the line.
    for (const Lane* lane : list) {
      const size_t begin = columns.at(lane->evidence->op.invoke);
      const size_t end = columns.at(lane->evidence->op.ret);
      if (begin < next) {
        lines += line + "\n";
        line = std::string(used, ' ');
        next = 0;
      }
      const std::string bar = Bar(*lane, end - begin);
      line += std::string(begin - next, ' ');
      line += lane->evidence->deciding ? page.style.Bold(bar) : bar;
      next = end + 1;
    }
    lines += line + "\n";
  }
  return lines;
}

}  // namespace

std::string TimeDiagram(const Page& page, const std::vector<EvidenceOp>& evidence,
                        const std::string& engine) {
  const std::vector<Lane> lanes = MakeLanes(DescribeOps(evidence, engine, kMostOps));
  if (lanes.empty()) return "";
  std::string diagram = OpTable(page, lanes);
  if (lanes.size() < evidence.size()) {
    diagram += fmt::format("{}and {} more, in the report\n", std::string(kIndent, ' '),
                           evidence.size() - lanes.size());
  }
  diagram += "\n" + LaneLines(page, lanes);
  return diagram;
}

}  // namespace tearproof::reports::console
