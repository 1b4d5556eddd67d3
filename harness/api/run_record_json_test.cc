#include "harness/api/run_record_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace tearproof {
namespace {

ExplorationRecord FullExploration() {
  ExplorationRecord explored;
  explored = {"pct",
              {"writer 0", "reader 1"},
              true,
              "bound",
              "unseen",
              1,
              "123456789012345678901",
              2,
              3,
              4,
              5,
              6,
              true,
              {},
              "go on"};
  explored.counterexamples.push_back(
      {Promise::kFresh, 6, 7, {{1, "call", "result", "effect"}}, 0, 8, true, "TP1:", "replay"});
  explored.counterexamples.emplace_back();
  return explored;
}

CrashRecord FullCrash() {
  CrashRecord crashed = {"model", "title", {"writer 0"}, 1, 2, 3, 4, 5, 6, true, "b", "u", {}};
  crashed.stories.push_back({Promise::kDurable,
                             {{1, "call", "result", "effect"}},
                             {"there"},
                             {"missing"},
                             {"read"},
                             {"remedy"},
                             "TP1:",
                             "replay"});
  crashed.stories.emplace_back();
  return crashed;
}

PromiseResult FullResult() {
  PromiseResult result;
  result.promised = true;
  result.unfinished = true;
  result.expectation = Expectation::kMustBreak;
  result.known_issue = "#1";
  Verdict& verdict = result.verdict;
  verdict.promise = Promise::kKillSafe;
  verdict.judgement = Judgement::kBroken;
  verdict.anomaly = "anomaly";
  verdict.sentence = "sentence";
  verdict.round = 7;
  verdict.violations = 8;
  verdict.exercised = 9;
  verdict.unit = "unit";
  verdict.reason = "reason";
  verdict.still_held = {"intact"};
  EvidenceOp evidence;
  evidence.key = std::string(10'000, 'k');
  evidence.part = "part";
  evidence.deciding = true;
  Op& op = evidence.op;
  op.invoke = 5;
  op.ret = kNever;
  op.sequence = 6;
  op.observed = std::numeric_limits<uint64_t>::max();
  op.key = 7;
  op.length = 8;
  op.ttl_millis = 9;
  op.process = 65'535;
  op.kind = OpKind::kCull;
  op.outcome = Outcome::kOpen;
  op.observation = Observed::kDamaged;
  op.counter = true;
  verdict.evidence = {evidence, EvidenceOp()};
  verdict.neighbours = {EvidenceOp(), evidence};
  verdict.neighbour_count = std::numeric_limits<uint64_t>::max();
  return result;
}

// Every field away from its default, numbers at their limits.
RunRecord FullRecord() {
  RunRecord record;
  record.id = "2026-11-22T14-03-11-4f2a";
  record.version = "0.1.0";
  record.started = "2026-11-22T14:03:11Z";
  record.elapsed = 41;
  record.command_line = "tearproof stress 'a b'";
  record.seed = std::numeric_limits<uint64_t>::max();
  record.strict = record.expect = record.interrupted = true;
  record.machine = {"Linux", "CPU", 3, uint64_t{1} << 40, "tmpfs"};
  record.directory = ".tearproof/runs/x";
  record.notes = {"one", std::string("nul\0in", 6)};
  record.not_run = {{"b", "s", "explore"}, {"c", "t"}};
  CellRecord cell;
  cell.backend = "b:x=1";
  cell.backend_title = "title";
  cell.model = true;
  cell.loaded = {"3.2.25", "Python 3.11.2", "/usr/lib", "1a2b-dirty"};
  cell.scenario = "s";
  cell.scenario_title = "Ü\n\t\"\\</script>";
  cell.engine = "explore";
  cell.state = CellState::kInterrupted;
  cell.reason = "why";
  cell.seed = (uint64_t{1} << 63) + 1;
  cell.scope = "scope";
  cell.operations = std::numeric_limits<uint64_t>::max();
  cell.rounds = 2;
  cell.kills = 3;
  cell.elapsed = std::numeric_limits<int64_t>::max();
  cell.judging = 77;
  cell.rerun = "again";
  cell.history = "h";
  cell.speeds[OpKind::kIncr] = {1, 2.5, 3, 4, 5, 6, 7, 8, 9};
  cell.timeline = {{0, 500, 0, {{OpKind::kIncr, {7, 8, 9}}}}, {600, 400, 2, {}}};
  cell.bench =
      BenchRecord{4096,   8,     "90/10", "/mnt", "ext4",
                  "file", 5'000, 812'000, "why",  BenchCounts{3, 7.5, 2, 4160.5, 64, 65, 524'288},
                  0.25};
  cell.survival = {{"k0", {1, 2}}, {"k1", {3, 4}}};
  cell.overlaps = {{{OpKind::kGet, OpKind::kSet}, 7}, {{OpKind::kSet, OpKind::kSet}, 2}};
  cell.explored = FullExploration();
  cell.crashed = FullCrash();
  cell.promises = {FullResult(), PromiseResult()};
  record.cells = {cell, CellRecord()};
  return record;
}

std::string Written(const RunRecord& record) {
  Result<std::string> json = ToJson(record);
  EXPECT_TRUE(json.ok());
  return json.ok() ? json.value() : "";
}

TEST(RunRecordJsonTest, ComesBackAsItWas) {
  const RunRecord record = FullRecord();
  const std::string json = Written(record);
  Result<RunRecord> read = FromJson(json, "run.json");
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(Written(read.value()), json);
  const RunRecord& back = read.value();
  EXPECT_EQ(back.seed, record.seed);
  EXPECT_EQ(back.notes, record.notes);
  ASSERT_EQ(back.not_run.size(), 2u);
  EXPECT_EQ(back.not_run[0].engine, "explore");
  EXPECT_EQ(back.not_run[1].engine, "stress");
  EXPECT_EQ(back.not_run[1].backend, "c");
  EXPECT_EQ(back.not_run[1].scenario, "t");
  ASSERT_EQ(back.cells.size(), 2u);
  const CellRecord& cell = back.cells[0];
  EXPECT_EQ(cell.scenario_title, record.cells[0].scenario_title);
  EXPECT_EQ(cell.seed, record.cells[0].seed);
  EXPECT_EQ(cell.operations, record.cells[0].operations);
  EXPECT_EQ(cell.elapsed, record.cells[0].elapsed);
  EXPECT_EQ(cell.judging, record.cells[0].judging);
  EXPECT_EQ(cell.survival, record.cells[0].survival);
  EXPECT_EQ(cell.overlaps, record.cells[0].overlaps);
  EXPECT_EQ(cell.state, CellState::kInterrupted);
  EXPECT_EQ(cell.explored, record.cells[0].explored);
  EXPECT_EQ(cell.speeds, record.cells[0].speeds);
  EXPECT_EQ(cell.timeline, record.cells[0].timeline);
  EXPECT_EQ(cell.bench, record.cells[0].bench);
  EXPECT_EQ(cell.crashed, record.cells[0].crashed);
  const PromiseResult& result = cell.promises.at(0);
  EXPECT_EQ(result.expectation, Expectation::kMustBreak);
  EXPECT_EQ(result.verdict.promise, Promise::kKillSafe);
  const EvidenceOp& evidence = result.verdict.evidence.at(0);
  EXPECT_EQ(evidence.op.ret, kNever);
  EXPECT_EQ(evidence.op.observed, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(evidence.op.process, 65'535);
  EXPECT_EQ(evidence.key, record.cells[0].promises[0].verdict.evidence[0].key);
  EXPECT_EQ(result.verdict.evidence.at(1).op.key, kNoKey);
  EXPECT_EQ(result.verdict.evidence.at(1).op.ttl_millis, kNoTtl);
  EXPECT_EQ(result.verdict.neighbour_count, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(result.verdict.neighbours.at(0).op.key, kNoKey);
  EXPECT_EQ(result.verdict.neighbours.at(1).op.process, 65'535);
}

TEST(RunRecordJsonTest, NoFieldIsForgotten) {
  // A field that is written and not read, or the other way round, would come back as its default.
  const nlohmann::json full = nlohmann::json::parse(Written(FullRecord()));
  Result<RunRecord> read = FromJson(full.dump(), "run.json");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(nlohmann::json::parse(Written(read.value())), full);
}

TEST(RunRecordJsonTest, ReplacesWhatIsNotUtf8) {
  RunRecord record;
  record.notes = {"a\xff\xc0\x80z\xed\xa0\x80"};
  const std::string json = Written(record);
  const nlohmann::json parsed = nlohmann::json::parse(json);
  EXPECT_THAT(parsed["notes"][0].get<std::string>(), testing::StartsWith("a\xef\xbf\xbd"));
  EXPECT_EQ(json.find('\xff'), std::string::npos);
}

TEST(RunRecordJsonTest, NeverWritesWhatIsNoNumber) {
  RunRecord record;
  record.cells.resize(1);
  record.cells[0].speeds[OpKind::kGet].per_second = std::nan("");
  record.cells[0].speeds[OpKind::kSet].per_second = std::numeric_limits<double>::infinity();
  const nlohmann::json parsed = nlohmann::json::parse(Written(record));
  EXPECT_EQ(parsed["cells"][0]["speeds"]["get"]["per_second"], 0.0);
  EXPECT_EQ(parsed["cells"][0]["speeds"]["set"]["per_second"], 0.0);
}

TEST(RunRecordJsonTest, RejectsWhatIsNoRecord) {
  const auto error_of = [](const std::string& json) {
    Result<RunRecord> read = FromJson(json, "f.json");
    return read.ok() ? "" : read.error().what;
  };
  using testing::HasSubstr;
  EXPECT_THAT(error_of(""), HasSubstr("f.json is no run record"));
  EXPECT_THAT(error_of("[]"), HasSubstr("no object"));
  EXPECT_THAT(error_of("{}"), HasSubstr("'schema' is missing"));
  EXPECT_THAT(error_of(R"({"schema":2})"), HasSubstr("newer"));
  EXPECT_THAT(error_of(R"({"schema":1,"id":5})"), HasSubstr("'id' is no string"));
  EXPECT_THAT(error_of(R"({"schema":1,"elapsed_ns":1.5})"), HasSubstr("'elapsed_ns'"));
  EXPECT_THAT(error_of(R"({"schema":1,"cells":[{"state":"odd"}]})"),
              HasSubstr("'cells.0.state' has an unknown value"));
  EXPECT_THAT(error_of(R"({"schema":1,"cells":[{"promises":[{"evidence":[{"process":65536}]}]}]})"),
              HasSubstr("'cells.0.promises.0.evidence.0.process'"));
  EXPECT_THAT(error_of(R"({"schema":1,"cells":[{"speeds":{"jump":{}}}]})"), HasSubstr("jump"));
  EXPECT_THAT(error_of(R"({"schema":1,"machine":3})"), HasSubstr("machine"));
  EXPECT_EQ(error_of(R"({"schema":1,"added_later":{}})"), "");
}

}  // namespace
}  // namespace tearproof
