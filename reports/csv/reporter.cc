// Comma-separated values, a line for each operation of each cell: for spreadsheets and scripts.

#include "harness/api/reporter.h"

#include <fmt/format.h>

#include "harness/core/text.h"

namespace tearproof::reports::csv {
namespace {

// Quoted where it must be. A spreadsheet takes what begins with one of these for a formula.
std::string Field(std::string_view text) {
  std::string safe = EscapeForTerminal(text, 4000);
  if (!safe.empty() && std::string_view("=+-@").find(safe[0]) != std::string_view::npos) {
    safe.insert(0, 1, '\'');
  }
  if (safe.find_first_of(",\"") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string PromisesThat(const CellRecord& cell, Judgement judgement) {
  std::vector<std::string> names;
  for (const PromiseResult& each : cell.promises) {
    if (each.verdict.judgement == judgement) names.emplace_back(PromiseName(each.verdict.promise));
  }
  return Join(names, " ");
}

std::string OfCell(const CellRecord& cell) {
  return fmt::format("{},{},{},{},{},{}", Field(cell.backend), Field(cell.scenario),
                     Field(cell.engine), CellStateName(cell.state),
                     PromisesThat(cell, Judgement::kHeld), PromisesThat(cell, Judgement::kBroken));
}

std::string OfBench(const CellRecord& cell) {
  if (!cell.bench) return ",,,,,,,,,";
  const BenchRecord& bench = *cell.bench;
  const std::string counts =
      bench.counts
          ? fmt::format("{},{},{},{}", bench.counts->calls_a_get, bench.counts->calls_a_set,
                        bench.counts->bytes_written_a_set, bench.counts->disk_bytes)
          : ",,,";
  return fmt::format("{},{},{},{},{},{},{}", bench.value_size, bench.processes, Field(bench.mix),
                     Field(bench.file_system), Field(bench.durability),
                     bench.of_naive ? fmt::format("{:.4f}", *bench.of_naive) : "", counts);
}

class CsvReporter : public Reporter {
 public:
  std::string_view name() const override { return "csv"; }

  std::string Render(const RunRecord& record, const RenderOptions&) const override {
    std::string text =
        "cache,scenario,engine,state,held,broken,operation,count,per_second,p50_ns,p90_ns,p99_ns,"
        "p999_ns,p9999_ns,max_ns,value_size,processes,mix,file_system,durability,of_naive,"
        "calls_a_get,calls_a_set,bytes_written_a_set,disk_bytes\n";
    for (const CellRecord& cell : record.cells) {
      for (const auto& [kind, speed] : cell.speeds) {
        text += fmt::format("{},{},{},{:.1f},{},{},{},{},{},{},{}\n", OfCell(cell),
                            OpKindName(kind), speed.count, speed.per_second, speed.p50, speed.p90,
                            speed.p99, speed.p999, speed.p9999, speed.max, OfBench(cell));
      }
      if (cell.speeds.empty()) text += OfCell(cell) + ",,,,,,,,,," + OfBench(cell) + "\n";
    }
    return text;
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<CsvReporter>(); }

}  // namespace tearproof::reports::csv
