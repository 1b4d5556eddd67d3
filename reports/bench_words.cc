#include "reports/bench_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "harness/core/text.h"
#include "reports/findings.h"

namespace tearproof::reports {
namespace {

using Row = std::vector<std::string>;

std::string Load(const BenchRecord& bench) {
  return fmt::format("{}, {}", FormatSize(bench.value_size), Counted(bench.processes, "processes"));
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

std::string Latency(const CellRecord& cell, OpKind kind, int64_t OperationSpeed::*percentile) {
  const auto speed = cell.speeds.find(kind);
  return speed == cell.speeds.end() ? "–" : FormatDuration(speed->second.*percentile);
}

Row SpeedRow(const CellRecord& cell, const BenchRecord& bench) {
  Row row = {SafeName(cell.backend), Load(bench), FormatRounded(OperationsPerSecond(cell)),
             bench.of_naive ? fmt::format("{:.2f}", *bench.of_naive) : "–"};
  for (const OpKind kind : {OpKind::kGet, OpKind::kSet}) {
    for (const auto percentile :
         {&OperationSpeed::p50, &OperationSpeed::p99, &OperationSpeed::p9999}) {
      row.push_back(Latency(cell, kind, percentile));
    }
  }
  row.push_back(KeptOrBroke(cell));
  return row;
}

Row CostRow(const CellRecord& cell, const BenchRecord& bench) {
  Row row = {SafeName(cell.backend), FormatSize(bench.value_size)};
  if (bench.counts) {
    const BenchCounts& counts = *bench.counts;
    row.push_back(fmt::format("{:.1f}", counts.calls_a_get));
    row.push_back(fmt::format("{:.1f}", counts.calls_a_set));
    row.push_back(fmt::format("{:.1f}", counts.syncs_a_set));
    row.push_back(fmt::format("{:.0f} B", counts.bytes_written_a_set));
    row.push_back(fmt::format("{:.2f}", bench.WriteAmplification()));
    row.push_back(fmt::format("{} for {}", counts.files, Counted(counts.entries, "entries")));
    row.push_back(FormatSize(counts.disk_bytes));
  } else {
    row.resize(9, "–");
  }
  return row;
}

// What measuring cost: the harness itself, beside the operations.
Row HarnessRow(const CellRecord& cell, const BenchRecord& bench) {
  Row row = {SafeName(cell.backend), Load(bench)};
  for (const OpKind kind : {OpKind::kGet, OpKind::kSet}) {
    const auto speed = cell.speeds.find(kind);
    const bool known = speed != cell.speeds.end() && speed->second.recording > 0;
    row.push_back(Latency(cell, kind, &OperationSpeed::p50));
    row.push_back(known ? FormatDuration(speed->second.recording) : "–");
    row.push_back(known ? fmt::format("{:.2f}", speed->second.OfBareSpeed()) : "–");
  }
  const bool judged = cell.judging > 0 && cell.operations > 0;
  row.push_back(judged ? FormatDuration(cell.judging / static_cast<int64_t>(cell.operations))
                       : "–");
  return row;
}

bool KnowsHarnessCost(const CellRecord& cell) {
  return cell.bench && std::ranges::any_of(
                           cell.speeds, [](const auto& each) { return each.second.recording > 0; });
}

// Cells that differ in nothing that a count depends on have one row.
std::vector<BenchGroup> Groups(const RunRecord& record,
                               const std::function<Row(const CellRecord&, const BenchRecord&)>& of,
                               bool once) {
  std::vector<BenchGroup> groups;
  std::set<Row> seen;
  for (const CellRecord& cell : record.cells) {
    if (!cell.bench || cell.state != CellState::kDone) continue;
    std::string durability = "Durability: " + SafeName(cell.bench->durability);
    if (!cell.bench->directory.empty()) {
      durability += fmt::format(" ({})", SafeName(cell.bench->file_system));
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&](const BenchGroup& each) {
      return each.durability == durability;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), {durability, {}});
    Row row = of(cell, *cell.bench);
    Row key = row;
    key.push_back(durability);
    if (!once || seen.insert(std::move(key)).second) group->rows.push_back(std::move(row));
  }
  return groups;
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
  BenchTable speed = {"Speed, all processes together",
                      {"cache", "load", "ops/s", "of naive", "get p50", "p99", "p99.99", "set p50",
                       "p99", "p99.99", "promises"},
                      Groups(record, SpeedRow, false)};
  if (speed.groups.empty()) return {};
  BenchTable cost = {"Cost, counted on one process alone",
                     {"cache", "value", "calls/get", "calls/set", "syncs/set", "written/set",
                      "for each byte", "files", "on disk"},
                     Groups(record, CostRow, true)};
  if (std::ranges::none_of(record.cells, KnowsHarnessCost)) {  // Written before it was measured.
    return {std::move(speed), std::move(cost)};
  }
  BenchTable harness = {"What measuring costs, an operation",
                        {"cache", "load", "get p50", "recording", "of bare", "set p50", "recording",
                         "of bare", "judging"},
                        Groups(record, HarnessRow, false)};
  return {std::move(speed), std::move(cost), std::move(harness)};
}

std::vector<std::string> BenchNotes(const RunRecord& record) {
  std::vector<std::string> notes;
  const auto note = [&](std::string text) {
    if (std::find(notes.begin(), notes.end(), text) == notes.end())
      notes.push_back(std::move(text));
  };
  for (const CellRecord& cell : record.cells) {
    if (!cell.bench || cell.state == CellState::kFailed) continue;
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
