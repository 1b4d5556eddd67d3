// The evidence of broken promises as a trace, for chrome://tracing and Perfetto: each break a
// process of the trace, each of its processes a thread. A step of an exploration is a microsecond.

#include "harness/api/reporter.h"

#include "harness/api/json_reader.h"
#include "harness/core/text.h"
#include "reports/exploration_words.h"
#include "reports/findings.h"
#include "reports/operation_words.h"

namespace tearproof::reports::chrome_trace {
namespace {

constexpr size_t kMostOperations = 26;

Json NameEvent(const char* what, size_t process, size_t thread, const std::string& name) {
  return {
      {"ph", "M"}, {"name", what}, {"pid", process}, {"tid", thread}, {"args", {{"name", name}}}};
}

Json Slice(size_t process, size_t thread, double begin, double length, const std::string& name,
           const std::string& part, bool deciding) {
  Json json = {{"ph", "X"},   {"name", name},  {"pid", process},          {"tid", thread},
               {"ts", begin}, {"dur", length}, {"args", {{"part", part}}}};
  if (deciding) {
    json["args"]["decides"] = true;
    json["cname"] = "terrible";
  }
  return json;
}

void AddCalls(Json& events, size_t process, const ExplorationRecord& explored,
              const Counterexample& example) {
  for (size_t lane = 0; lane < explored.lanes.size(); ++lane) {
    events.push_back(
        NameEvent("thread_name", process, lane, EscapeForTerminal(explored.lanes[lane])));
  }
  for (size_t i = 0; i < example.steps.size(); ++i) {
    const ExploredStep& step = example.steps[i];
    events.push_back(Slice(process, step.process, static_cast<double>(i), 1,
                           EscapeForTerminal(ShortenNames(step.call) + " " + step.result),
                           EscapeForTerminal(step.effect), example.deciding == i));
  }
}

void AddOperations(Json& events, size_t process, const CellResult& source) {
  const std::vector<NamedOperation> operations =
      NameOperations(source.result->verdict.evidence, kMostOperations);
  const double unit = CountsSteps(source.cell->engine) ? 1 : 1e3;
  for (const NamedOperation& each : operations) {
    const Op& op = each.op();
    const double begin = Elapsed(operations.front().op().invoke, op.invoke);
    const double length = op.ret == kNever ? 0 : Elapsed(op.invoke, op.ret);
    events.push_back(Slice(process, op.process, begin / unit, length / unit, each.label,
                           EscapeForTerminal(each.evidence->part), each.deciding()));
  }
}

class ChromeTraceReporter : public Reporter {
 public:
  std::string_view name() const override { return "chrome-trace"; }

  std::string Render(const RunRecord& record, const RenderOptions&) const override {
    Json events = Json::array();
    const std::vector<MatrixRow> rows = SortedMatrix(record);
    size_t process = 0;
    for (const Break& each : FindBreaks(record, rows)) {
      events.push_back(NameEvent("process_name", ++process, 0, BreakTitle(each)));
      const CellRecord& cell = *each.source.cell;
      const Promise promise = each.source.result->verdict.promise;
      if (const Counterexample* example = CounterexampleOf(cell, promise)) {
        AddCalls(events, process, *cell.explored, *example);
      } else {
        AddOperations(events, process, each.source);
      }
    }
    const Json json = {{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<ChromeTraceReporter>(); }

}  // namespace tearproof::reports::chrome_trace
