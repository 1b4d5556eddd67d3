#include "harness/api/run_record_json.h"

#include <fmt/format.h>

#include <array>

#include "harness/api/bench_record_json.h"
#include "harness/api/crash_record_json.h"
#include "harness/api/exploration_record_json.h"
#include "harness/api/json_reader.h"
#include "harness/api/speed_record_json.h"
#include "harness/core/text.h"

namespace tearproof {
namespace {

constexpr std::array<std::string_view, 3> kExpectations = {"must-hold", "must-break", "may-break"};
constexpr std::array<std::string_view, 5> kObservations = {"nothing", "intact", "short", "number",
                                                           "damaged"};
constexpr size_t kJudgementCount = 4;
constexpr size_t kStateCount = 4;

// Readers that keep numbers as doubles would round these.
Json WideNumber(uint64_t number) { return std::to_string(number); }

Json WriteEvidence(const EvidenceOp& evidence) {
  const Op& op = evidence.op;
  Json json;
  json["process"] = op.process;
  json["sequence"] = op.sequence;
  json["kind"] = OpKindName(op.kind);
  json["outcome"] = OutcomeName(op.outcome);
  json["invoke_ns"] = op.invoke;
  json["return_ns"] = op.ret == kNever ? Json() : Json(op.ret);
  json["key"] = evidence.key;
  json["key_index"] = op.key == kNoKey ? Json() : Json(op.key);
  json["length"] = op.length;
  json["ttl_ms"] = op.ttl_millis == kNoTtl ? Json() : Json(op.ttl_millis);
  json["observation"] = kObservations[static_cast<size_t>(op.observation)];
  json["observed"] = WideNumber(op.observed);
  json["counter"] = op.counter;
  json["part"] = evidence.part;
  json["deciding"] = evidence.deciding;
  return json;
}

Json WritePromise(const PromiseResult& result) {
  const Verdict& verdict = result.verdict;
  Json json;
  json["promise"] = PromiseName(verdict.promise);
  json["judgement"] = JudgementName(verdict.judgement);
  json["promised"] = result.promised;
  json["expectation"] = kExpectations[static_cast<size_t>(result.expectation)];
  json["as_expected"] = result.AsExpected();
  json["known_issue"] = result.known_issue;
  if (result.unfinished) json["unfinished"] = true;
  json["violations"] = verdict.violations;
  json["exercised"] = verdict.exercised;
  json["unit"] = verdict.unit;
  json["reason"] = verdict.reason;
  json["anomaly"] = verdict.anomaly;
  json["sentence"] = verdict.sentence;
  if (!verdict.still_held.empty()) json["still_held"] = verdict.still_held;
  json["round"] = verdict.round;
  json["evidence"] = Json::array();
  for (const EvidenceOp& each : verdict.evidence) json["evidence"].push_back(WriteEvidence(each));
  if (verdict.neighbour_count > 0) {
    json["neighbour_count"] = verdict.neighbour_count;
    for (const EvidenceOp& each : verdict.neighbours) {
      json["neighbours"].push_back(WriteEvidence(each));
    }
  }
  return json;
}

Json WriteOverlaps(const OverlapCounts& overlaps) {
  Json json;
  json["read_write"] = ReadWritePairs(overlaps);
  json["write_write"] = WriteWritePairs(overlaps);
  json["pairs"] = Json::array();
  for (const auto& [kinds, count] : overlaps) {
    json["pairs"].push_back(
        {{"kinds", {OpKindName(kinds.first), OpKindName(kinds.second)}}, {"count", count}});
  }
  return json;
}

Json WriteCell(const CellRecord& cell) {
  Json json;
  json["backend"] = cell.backend;
  json["backend_title"] = cell.backend_title;
  json["model"] = cell.model;
  if (!cell.loaded.empty()) {
    json["loaded"] = {{"version", cell.loaded.version},
                      {"runtime", cell.loaded.runtime},
                      {"source", cell.loaded.source},
                      {"revision", cell.loaded.revision}};
  }
  json["scenario"] = cell.scenario;
  json["scenario_title"] = cell.scenario_title;
  json["engine"] = cell.engine;
  json["state"] = CellStateName(cell.state);
  json["reason"] = cell.reason;
  json["seed"] = WideNumber(cell.seed);
  json["scope"] = cell.scope;
  json["operations"] = cell.operations;
  json["overlaps"] = WriteOverlaps(cell.overlaps);
  json["rounds"] = cell.rounds;
  json["kills"] = cell.kills;
  json["elapsed_ns"] = cell.elapsed;
  if (cell.judging > 0) json["judging_ns"] = cell.judging;
  json["rerun"] = cell.rerun;
  json["history"] = cell.history;
  json["promises"] = Json::array();
  for (const PromiseResult& each : cell.promises) json["promises"].push_back(WritePromise(each));
  json["speeds"] = WriteSpeeds(cell.speeds);
  if (!cell.timeline.empty()) json["timeline"] = WriteTimeline(cell.timeline);
  // A list, as two keys may look the same once bytes have been replaced.
  json["survival"] = Json::array();
  for (const auto& [key, counts] : cell.survival) {
    Json entry;
    entry["key"] = key;
    entry["found"] = counts.first;
    entry["rounds"] = counts.second;
    json["survival"].push_back(std::move(entry));
  }
  if (cell.explored) json["explored"] = WriteExploration(*cell.explored);
  if (cell.bench) json["bench"] = WriteBench(*cell.bench);
  if (cell.crashed) json["crashed"] = WriteCrash(*cell.crashed);
  return json;
}

Json WriteMachine(const Machine& machine) {
  Json json;
  json["kernel"] = machine.kernel;
  json["host_cpu"] = machine.host_cpu;
  json["cores"] = machine.cores;
  json["memory_bytes"] = machine.memory_bytes;
  json["file_system"] = machine.file_system;
  return json;
}

Json WriteRecord(const RunRecord& record) {
  Json json;
  json["schema"] = record.schema;
  json["id"] = record.id;
  json["version"] = record.version;
  json["started"] = record.started;
  json["elapsed_ns"] = record.elapsed;
  json["command_line"] = record.command_line;
  json["seed"] = WideNumber(record.seed);
  json["strict"] = record.strict;
  json["expect"] = record.expect;
  json["interrupted"] = record.interrupted;
  json["exit_code"] = record.ExitCode();
  json["machine"] = WriteMachine(record.machine);
  json["directory"] = record.directory;
  json["notes"] = record.notes;
  json["cells"] = Json::array();
  for (const CellRecord& cell : record.cells) json["cells"].push_back(WriteCell(cell));
  json["not_run"] = Json::array();
  for (const PendingCell& cell : record.not_run) {
    Json entry;
    entry["backend"] = cell.backend;
    entry["scenario"] = cell.scenario;
    entry["engine"] = cell.engine;
    json["not_run"].push_back(std::move(entry));
  }
  return json;
}

EvidenceOp ReadEvidence(JsonReader reader) {
  EvidenceOp evidence;
  Op& op = evidence.op;
  // Bit-fields of Op cannot be referred to.
  OpKind kind = op.kind;
  Outcome outcome = op.outcome;
  Observed observation = op.observation;
  bool counter = op.counter;
  reader.Read("process", op.process);
  reader.Read("sequence", op.sequence);
  reader.ReadEnum("kind", kOpKindCount, OpKindName, kind);
  reader.ReadEnum("outcome", kOutcomeCount, OutcomeName, outcome);
  reader.Read("invoke_ns", op.invoke);
  reader.ReadOr("return_ns", kNever, op.ret);
  reader.Read("key", evidence.key);
  reader.ReadOr("key_index", kNoKey, op.key);
  reader.Read("length", op.length);
  reader.ReadOr("ttl_ms", kNoTtl, op.ttl_millis);
  reader.ReadEnum(
      "observation", kObservations.size(),
      [](Observed observed) { return kObservations[static_cast<size_t>(observed)]; }, observation);
  reader.Read("observed", op.observed);
  reader.Read("counter", counter);
  op.kind = kind;
  op.outcome = outcome;
  op.observation = observation;
  op.counter = counter;
  reader.Read("part", evidence.part);
  reader.Read("deciding", evidence.deciding);
  return evidence;
}

PromiseResult ReadPromise(JsonReader reader) {
  PromiseResult result;
  Verdict& verdict = result.verdict;
  reader.ReadEnum("promise", kPromiseCount, PromiseName, verdict.promise);
  reader.ReadEnum("judgement", kJudgementCount, JudgementName, verdict.judgement);
  reader.Read("promised", result.promised);
  reader.ReadEnum(
      "expectation", kExpectations.size(),
      [](Expectation expected) { return kExpectations[static_cast<size_t>(expected)]; },
      result.expectation);
  reader.Read("known_issue", result.known_issue);
  reader.Read("unfinished", result.unfinished);
  reader.Read("violations", verdict.violations);
  reader.Read("exercised", verdict.exercised);
  reader.Read("unit", verdict.unit);
  reader.Read("reason", verdict.reason);
  reader.Read("anomaly", verdict.anomaly);
  reader.Read("sentence", verdict.sentence);
  reader.ReadStrings("still_held", verdict.still_held);
  reader.Read("round", verdict.round);
  reader.Each("evidence", false, [&](JsonReader each, const std::string&) {
    verdict.evidence.push_back(ReadEvidence(std::move(each)));
  });
  reader.Read("neighbour_count", verdict.neighbour_count);
  reader.Each("neighbours", false, [&](JsonReader each, const std::string&) {
    verdict.neighbours.push_back(ReadEvidence(std::move(each)));
  });
  return result;
}

void ReadOverlaps(JsonReader& reader, OverlapCounts& overlaps) {
  reader.Each("pairs", false, [&](JsonReader each, const std::string&) {
    std::vector<std::string> names;
    each.ReadStrings("kinds", names);
    const auto first = names.size() == 2 ? ParseOpKind(names[0]) : std::nullopt;
    const auto second = names.size() == 2 ? ParseOpKind(names[1]) : std::nullopt;
    if (!first || !second) return each.Fail("kinds", "are not two operations");
    each.Read("count", overlaps[{*first, *second}]);
  });
}

CellRecord ReadCell(JsonReader reader) {
  CellRecord cell;
  reader.Read("backend", cell.backend);
  reader.Read("backend_title", cell.backend_title);
  reader.Read("model", cell.model);
  reader.Sub("loaded", [&](JsonReader loaded) {
    loaded.Read("version", cell.loaded.version);
    loaded.Read("runtime", cell.loaded.runtime);
    loaded.Read("source", cell.loaded.source);
    loaded.Read("revision", cell.loaded.revision);
  });
  reader.Read("scenario", cell.scenario);
  reader.Read("scenario_title", cell.scenario_title);
  reader.Read("engine", cell.engine);
  reader.ReadEnum("state", kStateCount, CellStateName, cell.state);
  reader.Read("reason", cell.reason);
  reader.Read("seed", cell.seed);
  reader.Read("scope", cell.scope);
  reader.Read("operations", cell.operations);
  reader.Sub("overlaps", [&](JsonReader overlaps) { ReadOverlaps(overlaps, cell.overlaps); });
  reader.Read("rounds", cell.rounds);
  reader.Read("kills", cell.kills);
  reader.Read("elapsed_ns", cell.elapsed);
  reader.Read("judging_ns", cell.judging);
  reader.Read("rerun", cell.rerun);
  reader.Read("history", cell.history);
  reader.Each("promises", false, [&](JsonReader each, const std::string&) {
    cell.promises.push_back(ReadPromise(std::move(each)));
  });
  cell.speeds = ReadSpeeds(reader);
  cell.timeline = ReadTimeline(reader);
  reader.Each("survival", false, [&](JsonReader each, const std::string&) {
    std::string key;
    each.Read("key", key);
    auto& counts = cell.survival[key];
    each.Read("found", counts.first);
    each.Read("rounds", counts.second);
  });
  reader.Sub("explored",
             [&](JsonReader explored) { cell.explored = ReadExploration(std::move(explored)); });
  reader.Sub("bench", [&](JsonReader bench) { cell.bench = ReadBench(std::move(bench)); });
  reader.Sub("crashed", [&](JsonReader crashed) { cell.crashed = ReadCrash(std::move(crashed)); });
  return cell;
}

RunRecord ReadRecord(JsonReader reader, const std::string* error) {
  RunRecord record;
  record.schema = 0;
  reader.Read("schema", record.schema);
  if (record.schema == 0) reader.Fail("schema", "is missing: this is no run record");
  if (record.schema > kRunRecordSchema) reader.Fail("schema", "is newer than this tearproof");
  if (!error->empty()) return record;
  reader.Read("id", record.id);
  reader.Read("version", record.version);
  reader.Read("started", record.started);
  reader.Read("elapsed_ns", record.elapsed);
  reader.Read("command_line", record.command_line);
  reader.Read("seed", record.seed);
  reader.Read("strict", record.strict);
  reader.Read("expect", record.expect);
  reader.Read("interrupted", record.interrupted);
  reader.Read("directory", record.directory);
  reader.ReadStrings("notes", record.notes);
  reader.Sub("machine", [&](JsonReader machine) {
    machine.Read("kernel", record.machine.kernel);
    machine.Read("host_cpu", record.machine.host_cpu);
    machine.Read("cores", record.machine.cores);
    machine.Read("memory_bytes", record.machine.memory_bytes);
    machine.Read("file_system", record.machine.file_system);
  });
  reader.Each("cells", false, [&](JsonReader each, const std::string&) {
    record.cells.push_back(ReadCell(std::move(each)));
  });
  reader.Each("not_run", false, [&](JsonReader each, const std::string&) {
    PendingCell& cell = record.not_run.emplace_back();
    each.Read("backend", cell.backend);
    each.Read("scenario", cell.scenario);
    each.Read("engine", cell.engine);
  });
  return record;
}

}  // namespace

Result<std::string> ToJson(const RunRecord& record) {
  try {
    return WriteRecord(record).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  } catch (const std::exception& problem) {
    return Error{ErrorKind::kEnvironment, 0,
                 fmt::format("cannot write the run record as JSON: {}", problem.what()), ""};
  }
}

Result<RunRecord> FromJson(std::string_view json, const std::string& source) {
  std::string error;
  try {
    const Json document = Json::parse(json);
    RunRecord record = ReadRecord(JsonReader(document, "", &error), &error);
    if (error.empty()) return record;
  } catch (const std::exception& problem) {
    error = problem.what();
  }
  return UsageError(fmt::format("{} is no run record: {}", source, EscapeForTerminal(error)));
}

}  // namespace tearproof
