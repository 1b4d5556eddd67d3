#include "reports/bench_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "harness/core/text.h"
#include "reports/findings.h"

namespace tearproof::reports {
namespace {

using Row = std::vector<std::string>;

constexpr OpKind kMeasured[] = {OpKind::kGet, OpKind::kSet};

std::string Load(const BenchRecord& bench) {
  return fmt::format("{} × {}", FormatSize(bench.value_size), bench.processes);
}

// "broke intact", or how many promises it was seen to keep.
std::string KeptOrBroke(const CellRecord& cell) {
  std::vector<std::string> broken;
  size_t held = 0;
  for (const PromiseResult& each : cell.promises) {
    if (each.verdict.judgement == Judgement::kBroken) {
      broken.emplace_back(PromiseName(each.verdict.promise));
    }
    if (each.verdict.judgement == Judgement::kHeld) ++held;
  }
  if (!broken.empty()) return "broke " + Join(broken, ", ");
  return held == 0 ? "not put to the test" : fmt::format("kept {}", held);
}

Row SpeedRow(const CellRecord& cell, const BenchRecord& bench) {
  return {SafeName(cell.backend), Load(bench), FormatRounded(OperationsPerSecond(cell)),
          bench.of_naive ? fmt::format("{:.2f}", *bench.of_naive) : "–", KeptOrBroke(cell)};
}

Row LatencyRow(const CellRecord& cell, const BenchRecord& bench, OpKind kind) {
  Row row = {SafeName(cell.backend), Load(bench), std::string(OpKindName(kind))};
  const auto speed = cell.speeds.find(kind);
  for (const auto percentile :
       {&OperationSpeed::p50, &OperationSpeed::p99, &OperationSpeed::p9999}) {
    row.push_back(speed == cell.speeds.end() ? "–" : FormatDuration(speed->second.*percentile));
  }
  return row;
}

// Of `columns` columns, the first two of which say what was counted.
Row CountedRow(const CellRecord& cell, const BenchRecord& bench, size_t columns,
               const std::function<void(const BenchCounts&, Row*)>& count) {
  Row row = {SafeName(cell.backend), FormatSize(bench.value_size)};
  if (bench.counts) count(*bench.counts, &row);
  row.resize(columns, "–");
  return row;
}

Row CostRow(const CellRecord& cell, const BenchRecord& bench) {
  return CountedRow(cell, bench, 6, [](const BenchCounts& counts, Row* row) {
    row->push_back(fmt::format("{:.1f}", counts.calls_a_get));
    row->push_back(fmt::format("{:.1f}", counts.calls_a_set));
    row->push_back(fmt::format("{:.1f}", counts.syncs_a_set));
    row->push_back(fmt::format("{:.0f} B", counts.bytes_written_a_set));
  });
}

Row SpaceRow(const CellRecord& cell, const BenchRecord& bench) {
  return CountedRow(cell, bench, 5, [&](const BenchCounts& counts, Row* row) {
    row->push_back(fmt::format("{:.2f}", bench.WriteAmplification()));
    row->push_back(fmt::format("{} for {}", counts.files, Counted(counts.entries, "entries")));
    row->push_back(FormatSize(counts.disk_bytes));
  });
}

// What measuring cost: the harness itself, beside the operations.
Row HarnessRow(const CellRecord& cell, const BenchRecord& bench, OpKind kind) {
  Row row = {SafeName(cell.backend), Load(bench), std::string(OpKindName(kind))};
  const auto speed = cell.speeds.find(kind);
  const bool known = speed != cell.speeds.end() && speed->second.recording > 0;
  row.push_back(known ? FormatDuration(speed->second.recording) : "–");
  row.push_back(known ? fmt::format("{:.2f}", speed->second.OfBareSpeed()) : "–");
  const bool judged = cell.judging > 0 && cell.operations > 0;
  row.push_back(judged ? FormatDuration(cell.judging / static_cast<int64_t>(cell.operations))
                       : "–");
  return row;
}

bool KnowsHarnessCost(const CellRecord& cell) {
  return cell.bench && std::ranges::any_of(
                           cell.speeds, [](const auto& each) { return each.second.recording > 0; });
}

std::string DurabilityTitle(const BenchRecord& bench) {
  std::string title = "Durability: " + SafeName(bench.durability);
  if (!bench.directory.empty()) title += fmt::format(" ({})", SafeName(bench.file_system));
  return title;
}

using RowMaker = std::function<Row(const CellRecord&, const BenchRecord&)>;

// A row for each of `makers` and cell, those of a maker together. Rows that say the same of the
// same durability, as counts do that do not depend on the load, are one.
std::vector<BenchGroup> Groups(const RunRecord& record, const std::vector<RowMaker>& makers,
                               bool once) {
  std::vector<BenchGroup> groups;
  for (const RowMaker& make : makers) {
    for (const CellRecord& cell : record.cells) {
      if (!cell.bench || cell.state != CellState::kDone) continue;
      const std::string durability = DurabilityTitle(*cell.bench);
      auto group = std::ranges::find(groups, durability, &BenchGroup::durability);
      if (group == groups.end()) group = groups.insert(groups.end(), {durability, {}});
      Row row = make(cell, *cell.bench);
      if (once && std::ranges::find(group->rows, row) != group->rows.end()) continue;
      group->rows.push_back(std::move(row));
    }
  }
  return groups;
}

std::vector<BenchGroup> GroupsByOperation(
    const RunRecord& record,
    const std::function<Row(const CellRecord&, const BenchRecord&, OpKind)>& of) {
  std::vector<RowMaker> makers;
  for (const OpKind kind : kMeasured) {
    makers.push_back([&of, kind](const CellRecord& cell, const BenchRecord& bench) {
      return of(cell, bench, kind);
    });
  }
  return Groups(record, makers, false);
}

}  // namespace

double OperationsPerSecond(const CellRecord& cell) {
  double rate = 0;
  for (const auto& [kind, speed] : cell.speeds) {
    if (kind != OpKind::kInit) rate += speed.per_second;
  }
  return rate;
}

std::string BenchPlace(const BenchRecord& bench) {
  std::string place = SafeName(bench.file_system);
  if (!bench.directory.empty()) place += " (" + SafeName(bench.directory) + ")";
  place += ", " + SafeName(bench.mix) + " gets/sets";
  if (bench.rate > 0) place += fmt::format(", {} ops/s asked for", FormatRounded(bench.rate));
  return place;
}

std::vector<BenchTable> BenchTables(const RunRecord& record) {
  const BenchColumn cache = {"cache", true};
  const BenchColumn load = {"load", true};
  const BenchColumn operation = {"operation", true};
  const BenchColumn value = {"value"};
  std::vector<BenchTable> tables = {{"Speed, all processes together",
                                     {cache, load, {"ops/s"}, {"of naive"}, {"promises", true}},
                                     Groups(record, {SpeedRow}, false)}};
  if (tables[0].groups.empty()) return {};
  tables.push_back({"Latency, all processes together",
                    {cache, load, operation, {"p50"}, {"p99"}, {"p99.99"}},
                    GroupsByOperation(record, LatencyRow)});
  tables.push_back({"Cost, counted on one process alone",
                    {cache, value, {"calls/get"}, {"calls/set"}, {"syncs/set"}, {"written/set"}},
                    Groups(record, {CostRow}, true)});
  tables.push_back({"Space, counted on one process alone",
                    {cache, value, {"written/byte"}, {"files"}, {"on disk"}},
                    Groups(record, {SpaceRow}, true)});
  // Older runs did not measure it.
  if (std::ranges::any_of(record.cells, KnowsHarnessCost)) {
    tables.push_back({"What measuring costs, an operation",
                      {cache, load, operation, {"recording"}, {"of bare"}, {"judging"}},
                      GroupsByOperation(record, HarnessRow)});
  }
  return tables;
}

std::vector<std::string> BenchNotes(const RunRecord& record) {
  std::vector<std::string> notes;
  const auto note = [&](std::string text) {
    if (std::find(notes.begin(), notes.end(), text) == notes.end())
      notes.push_back(std::move(text));
  };
  for (const CellRecord& cell : record.cells) {
    if (!cell.bench || cell.state == CellState::kFailed) continue;
    note(
        "Load: the size of a value × the number of processes. Of naive: as a share of the naive "
        "cache's operations a second under the same load. Written/byte: what a set writes for each "
        "byte of its value.");
    const BenchRecord& bench = *cell.bench;
    if (!bench.unrepresentative.empty()) {
      note(fmt::format("Not representative, of what durability costs in {}: {}.",
                       SafeName(bench.directory), EscapeForTerminal(bench.unrepresentative)));
    } else {
      note(fmt::format("One fsync of 4 KiB in {} ({}) takes {}.", SafeName(bench.directory),
                       SafeName(bench.file_system), FormatDuration(bench.sync_time)));
    }
    if (bench.rate > 0) {
      note(
          fmt::format("An open loop of {} operations a second: an operation that those before it "
                      "held up counts from when it was due.",
                      FormatRounded(bench.rate)));
    }
  }
  if (std::ranges::any_of(record.cells, KnowsHarnessCost)) {
    note(
        "Recording: making and stamping a value, recording the operation, verifying what came "
        "back. It takes place in the worker, outside the latencies; the median of every 13th "
        "operation. Of bare: what it leaves of a bare loop's speed, as medians go. Judging: "
        "processor time, beside the workers.");
  }
  return notes;
}

}  // namespace tearproof::reports
