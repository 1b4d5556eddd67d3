#include "reports/html/page_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/api/json_reader.h"
#include "harness/core/text.h"
#include "reports/bench_words.h"
#include "reports/exploration_words.h"
#include "reports/mark.h"
#include "reports/verdict_words.h"

namespace tearproof::reports::html {
namespace {

std::string Safe(std::string_view text) { return EscapeForTerminal(text, kLongestSentence); }

std::string_view StandingName(Standing standing) {
  switch (standing) {
    case Standing::kFine:
      return "fine";
    case Standing::kTolerated:
      return "tolerated";
    case Standing::kKnown:
      return "known";
    case Standing::kOpen:
      return "open";
    case Standing::kFails:
      return "fails";
  }
  return "";
}

std::string_view MarkName(Mark mark) {
  switch (mark) {
    case Mark::kHeld:
    case Mark::kHeldAll:
    case Mark::kHeldBoth:
      return "held";
    case Mark::kBrokenCounted:
      return "broken-counted";
    case Mark::kBroken:
      return "broken";
    case Mark::kKnown:
      return "known";
    case Mark::kHeldUnexpected:
      return "held-unexpected";
    case Mark::kUnsureCounted:
    case Mark::kIdleCounted:
      return "open";
    case Mark::kUnsure:
    case Mark::kIdle:
      return "idle";
    case Mark::kAbsent:
      return "absent";
  }
  return "";
}

// A count alone says nothing to who does not know the legend.
std::string WordsOf(const RunRecord& record, const MatrixRow& row, Promise promise) {
  const Mark mark = MarkOf(record, row, promise);
  const std::string text = CellText(record, row, promise);
  return MarkName(mark) == "held" ? "held " + text : text;
}

Json MatrixData(const RunRecord& record, const std::vector<MatrixRow>& rows) {
  std::set<Promise> asked;
  for (const MatrixRow& row : rows) {
    for (const auto& [promise, cell] : row.cells) asked.insert(promise);
  }
  Json json;
  json["promises"] = Json::array();
  for (const Promise promise : asked) {
    json["promises"].push_back(
        {{"name", PromiseName(promise)}, {"broken_when", InfoOf(promise).broken_when}});
  }
  std::map<Mark, std::string> legend;
  json["rows"] = Json::array();
  for (const MatrixRow& row : rows) {
    Json line;
    line["name"] = SafeName(row.display_name);
    line["backend"] = SafeName(row.backend);
    line["skipped"] = row.all_skipped ? Json(Safe(row.skip_reason)) : Json();
    line["cells"] = Json::array();
    for (const Promise promise : asked) {
      const Mark mark = MarkOf(record, row, promise);
      legend.try_emplace(mark, WordsOf(record, row, promise));
      Json cell = {{"mark", MarkName(mark)}, {"text", WordsOf(record, row, promise)}};
      if (mark != Mark::kAbsent) cell["anchor"] = AnchorOf(row, promise);
      line["cells"].push_back(std::move(cell));
    }
    json["rows"].push_back(std::move(line));
  }
  json["legend"] = Json::array();
  for (const auto& [mark, text] : legend) {
    json["legend"].push_back(
        {{"mark", MarkName(mark)}, {"text", text}, {"meaning", MarkMeaning(record, mark)}});
  }
  return json;
}

// What one scenario says of a promise: "held, 3.1 M hits that met a set".
std::string ResultWords(const CellResult& each) {
  const Verdict& verdict = each.result->verdict;
  std::string text(JudgementName(verdict.judgement));
  if (verdict.judgement == Judgement::kBroken && verdict.violations > 0) {
    text += verdict.violations == 1 ? " once"
                                    : fmt::format(" {} times", FormatCount(verdict.violations));
  }
  if (verdict.judgement == Judgement::kHeld && each.cell->Exhausted()) {
    text += " in all " + Counted(each.cell->explored->classes, "interleaving classes");
  } else if (verdict.exercised > 0) {
    text += verdict.judgement == Judgement::kBroken ? " in " : ": ";
    text += Counted(verdict.exercised, Safe(verdict.unit));
  }
  if (!verdict.reason.empty()) text += ": " + Safe(verdict.reason);
  if (verdict.judgement == Judgement::kBroken && !each.result->promised) text += ", not promised";
  return text;
}

// Every verdict, by backend and promise, with the scenario that it comes from as an index.
Json VerdictsData(const RunRecord& record, const std::vector<MatrixRow>& rows) {
  Json list = Json::array();
  for (const MatrixRow& row : rows) {
    Json backend;
    backend["name"] = SafeName(row.display_name);
    backend["promises"] = Json::array();
    for (const auto& [promise, cell] : row.cells) {
      Json results = Json::array();
      for (const CellResult& each : ResultsOf(record, row, promise)) {
        results.push_back(Json::array(
            {each.cell - record.cells.data(), ResultWords(each), StandingName(each.standing)}));
      }
      if (results.empty()) continue;
      backend["promises"].push_back({{"promise", PromiseName(promise)},
                                     {"anchor", AnchorOf(row, promise)},
                                     {"results", std::move(results)}});
    }
    if (!backend["promises"].empty()) list.push_back(std::move(backend));
  }
  return list;
}

// What its charts need.
Json BenchCellData(const CellRecord& cell) {
  const BenchRecord& bench = *cell.bench;
  Json json;
  json["value_size"] = bench.value_size;
  json["processes"] = bench.processes;
  json["place"] = BenchPlace(bench);
  json["durability"] = Safe(bench.durability);
  json["per_second"] = std::round(OperationsPerSecond(cell));
  if (bench.of_naive) json["of_naive"] = Finite(*bench.of_naive);
  return json;
}

Json CellData(const CellRecord& cell) {
  Json json;
  json["backend"] = SafeName(cell.model ? cell.backend + " (model)" : cell.backend);
  json["scenario"] = SafeName(cell.scenario);
  json["engine"] = Safe(cell.engine);
  json["scope"] = Safe(cell.scope);
  json["rerun"] = EscapeForTerminal(cell.rerun, kLongestCommand);
  json["speeds"] = Json::array();
  for (const auto& [kind, speed] : cell.speeds) {
    if (kind == OpKind::kInit) continue;  // Once a process and round: nobody's throughput.
    Json percentiles = Json::array();
    for (const auto& [fraction, latency] : PercentilesOf(speed)) {
      if (latency > 0) percentiles.push_back({fraction, latency});
    }
    json["speeds"].push_back({{"operation", OpKindName(kind)},
                              {"count", speed.count},
                              {"rate", FormatRounded(speed.per_second)},
                              {"percentiles", std::move(percentiles)},
                              {"max", speed.max}});
  }
  // When it began, operations a second, kills, for how many seconds it ran.
  json["timeline"] = Json::array();
  const auto seconds = [](int64_t nanos) {
    const int64_t millis = nanos / 1'000'000;
    return static_cast<double>(millis) / 1e3;
  };
  for (const SpeedSample& sample : cell.timeline) {
    json["timeline"].push_back(
        {seconds(sample.at), std::round(sample.PerSecond()), sample.kills, seconds(sample.ran)});
  }
  if (cell.bench && cell.state == CellState::kDone) json["bench"] = BenchCellData(cell);
  if (cell.explored) json["explored"] = ExploredSentence(cell);
  return json;
}

Json BenchData(const RunRecord& record) {
  Json json;
  json["tables"] = Json::array();
  for (const BenchTable& table : BenchTables(record)) {
    Json groups = Json::array();
    for (const BenchGroup& group : table.groups) {
      groups.push_back({{"title", group.durability}, {"rows", group.rows}});
    }
    Json columns = Json::array();
    for (const BenchColumn& column : table.columns) {
      columns.push_back({{"title", column.title}, {"words", column.words}});
    }
    json["tables"].push_back(
        {{"title", table.title}, {"columns", std::move(columns)}, {"groups", std::move(groups)}});
  }
  json["notes"] = BenchNotes(record);
  return json;
}

// What a reader must know, a sentence each.
Json Notes(const RunRecord& record) {
  Json notes = Json::array();
  for (const CellRecord& cell : record.cells) {
    if (cell.state == CellState::kDone) continue;
    std::string text = fmt::format("{} in {} {}", SafeName(cell.backend), SafeName(cell.scenario),
                                   CellStateName(cell.state));
    if (!cell.reason.empty()) text += ": " + Safe(cell.reason);
    notes.push_back(std::move(text));
  }
  for (const auto& [backend, scenarios] : NotRunByBackend(record)) {
    notes.push_back("Not run, as the run was cut short: " + backend + " in " +
                    Join(scenarios, ", "));
  }
  for (const CellRecord& cell : record.cells) {
    const std::string sentence = SurvivalSentence(cell);
    if (sentence.empty()) continue;
    notes.push_back(SafeName(cell.backend) + " in " + SafeName(cell.scenario) + ": " + sentence);
  }
  for (const std::string& note : record.notes) notes.push_back(Safe(note));
  return notes;
}

// How little of what was recorded the page holds; "" where that is all.
std::string ShownOfRecorded(const RunRecord& record, const std::vector<Break>& breaks) {
  uint64_t recorded = 0;
  for (const CellRecord& cell : record.cells) recorded += cell.operations;
  uint64_t shown = 0;
  uint64_t beside = 0;
  for (const Break& each : breaks) {
    shown += each.source.result->verdict.evidence.size();
    beside += ShownNeighbours(each.source.result->verdict).size();
  }
  if (recorded <= shown + beside) return "";
  return fmt::format(
      "Of {} that were recorded and judged it shows the {} on which its verdicts rest{}; of the "
      "others, percentiles of all and their speed over time, at most {} points a cell. The "
      "operations themselves stay in the run's folder.",
      ShortCounted(recorded, "operations"), FormatCount(shown),
      beside == 0 ? "" : fmt::format(", and {} that ran beside those", FormatCount(beside)),
      kMostSamples);
}

Json RunData(const RunIdentity& run) {
  const Machine& machine = run.machine;
  Json json;
  json["id"] = Safe(run.id);
  json["version"] = Safe(run.version);
  json["started"] = Safe(run.started);
  json["elapsed"] = FormatDuration(run.elapsed);
  json["command"] = EscapeForTerminal(run.command_line, kLongestCommand);
  json["seed"] = run.seed == 0 ? "" : fmt::format("{}", run.seed);
  json["kernel"] = Safe(machine.kernel);
  json["cpu"] = Safe(machine.host_cpu);
  json["cores"] = machine.cores;
  json["memory"] = fmt::format("{:.1f} GiB", static_cast<double>(machine.memory_bytes) / (1 << 30));
  json["file_system"] = Safe(machine.file_system);
  return json;
}

}  // namespace

std::string AnchorOf(const MatrixRow& row, Promise promise) {
  std::string anchor;
  for (const char c : row.backend + "/" + std::string(PromiseName(promise))) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '/';
    // Every byte keeps a form of its own, so that two names never meet.
    anchor += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
  }
  return anchor;
}

Json PageData(const RunRecord& record) {
  const std::vector<MatrixRow> rows = SortedMatrix(record);
  const VerdictWords words = PutIntoWords(record, rows);
  Json json;
  json["exit_code"] = words.exit_code;
  json["verdict"] = words.sentence;
  json["rerun"] = EscapeForTerminal(words.rerun, kLongestCommand);
  json["runs"] = Json::array();
  if (record.combined.empty()) json["runs"].push_back(RunData(record));
  for (const RunIdentity& run : record.combined) json["runs"].push_back(RunData(run));
  json["matrix"] = MatrixData(record, rows);
  json["breaks"] = Json::array();
  const std::vector<Break> breaks = FindBreaks(record, rows);
  json["groups"] = Json::array();
  for (const BreakClass which :
       {BreakClass::kFails, BreakClass::kExpected, BreakClass::kKnown, BreakClass::kNotPromised}) {
    Json members = Json::array();
    for (const Break& each : breaks) {
      if (ClassOf(each) != which) continue;
      members.push_back(json["breaks"].size());
      json["breaks"].push_back(BreakData(record, each));
    }
    if (!members.empty()) {
      json["groups"].push_back({{"title", TitleOf(which)}, {"breaks", std::move(members)}});
    }
  }
  json["shown"] = ShownOfRecorded(record, breaks);
  json["verdicts"] = VerdictsData(record, rows);
  json["cells"] = Json::array();
  for (const CellRecord& cell : record.cells) json["cells"].push_back(CellData(cell));
  json["bench"] = BenchData(record);
  json["notes"] = Notes(record);
  return json;
}

}  // namespace tearproof::reports::html
