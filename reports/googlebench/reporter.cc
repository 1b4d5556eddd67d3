// The JSON of Google Benchmark's --benchmark_format=json, for the tools that compare such files.

#include "harness/api/reporter.h"

#include <fmt/format.h>

#include "harness/api/json_reader.h"
#include "harness/core/text.h"

namespace tearproof::reports::googlebench {
namespace {

std::string Safe(std::string_view text) { return EscapeForTerminal(text, 400); }

// Of one kind of operation: the time is that from one to the next, all processes together.
Json BenchmarkOf(const CellRecord& cell, OpKind kind, const OperationSpeed& speed) {
  const std::string name =
      fmt::format("{}/{}/{}", Safe(cell.backend), Safe(cell.scenario), OpKindName(kind));
  const double time = speed.per_second > 0 ? 1e9 / speed.per_second : 0;
  Json json = {{"name", name},
               {"run_name", name},
               {"run_type", "iteration"},
               {"repetitions", 1},
               {"repetition_index", 0},
               {"threads", 1},
               {"iterations", speed.count},
               {"real_time", time},
               {"cpu_time", time},
               {"time_unit", "ns"},
               {"items_per_second", Finite(speed.per_second)}};
  for (const auto& [fraction, latency] : PercentilesOf(speed)) {
    json[fmt::format("p{:g}_ns", 100 * fraction)] = latency;
  }
  return json;
}

class GoogleBenchmarkReporter : public Reporter {
 public:
  std::string_view name() const override { return "googlebench"; }

  std::string Render(const RunRecord& record, const RenderOptions&) const override {
    Json json;
    json["context"] = {{"date", Safe(record.started)},
                       {"executable", "tearproof"},
                       {"num_cpus", record.machine.cores},
                       {"command_line", EscapeForTerminal(record.command_line, 8192)},
                       {"file_system", Safe(record.machine.file_system)}};
    json["benchmarks"] = Json::array();
    for (const CellRecord& cell : record.cells) {
      for (const auto& [kind, speed] : cell.speeds) {
        if (kind != OpKind::kInit) json["benchmarks"].push_back(BenchmarkOf(cell, kind, speed));
      }
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<GoogleBenchmarkReporter>(); }

}  // namespace tearproof::reports::googlebench
