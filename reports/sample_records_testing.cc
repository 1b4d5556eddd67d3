#include <limits>
#include <string>

#include "reports/sample_records.h"

namespace tearproof::reports {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

EvidenceOp MakeOp(uint16_t process, OpKind kind, Outcome outcome, int64_t invoke, int64_t ret,
                  std::string part, bool deciding = false) {
  EvidenceOp evidence;
  evidence.op.process = process;
  evidence.op.kind = kind;
  evidence.op.outcome = outcome;
  evidence.op.invoke = 8'123'456'000'000 + invoke;
  evidence.op.ret = ret == kNever ? kNever : 8'123'456'000'000 + ret;
  evidence.op.sequence = 790 + process;
  evidence.op.key = 0;
  evidence.op.length = kind == OpKind::kDelete ? 0 : 4096;
  evidence.key = "k0";
  evidence.part = std::move(part);
  evidence.deciding = deciding;
  return evidence;
}

PromiseResult MakeResult(Promise promise, Judgement judgement, bool promised, uint64_t exercised,
                         std::string unit) {
  PromiseResult result;
  result.verdict.promise = promise;
  result.verdict.judgement = judgement;
  result.verdict.exercised = exercised;
  result.verdict.unit = std::move(unit);
  result.promised = promised;
  result.expectation = promised ? Expectation::kMustHold : Expectation::kMayBreak;
  return result;
}

PromiseResult TornRead(uint64_t violations, uint64_t exercised) {
  PromiseResult result = MakeResult(Promise::kIntact, Judgement::kBroken, true, exercised,
                                    "hits that overlapped a set of their key");
  result.verdict.violations = violations;
  result.verdict.anomaly = "torn-read";
  result.verdict.sentence =
      "get k0 returned 4096 bytes: 0–2047 from set #812 of process 3, 2048–4095 from set #790 of "
      "process 1.";
  result.verdict.evidence = {
      MakeOp(1, OpKind::kSet, Outcome::kDone, 0, 21'300, "wrote bytes 2048–4095"),
      MakeOp(3, OpKind::kSet, Outcome::kDone, 9'100, 35'000, "wrote bytes 0–2047"),
      MakeOp(7, OpKind::kGet, Outcome::kHit, 12'000, 14'200, "returned both", true)};
  result.verdict.evidence[0].op.sequence = 790;
  result.verdict.evidence[1].op.sequence = 812;
  result.verdict.evidence[2].op.observation = Observed::kDamaged;
  return result;
}

// Gets of a third process that ran while the torn read's operations did.
void AddNeighbours(uint64_t shown, uint64_t count, Verdict* verdict) {
  verdict->neighbour_count = count;
  for (uint64_t i = 0; i < shown; ++i) {
    const int64_t begin = static_cast<int64_t>(i) * 900 - 500;
    EvidenceOp& each = verdict->neighbours.emplace_back(
        MakeOp(5, OpKind::kGet, Outcome::kHit, begin, begin + 700, ""));
    each.op.observation = Observed::kIntact;
    each.op.observed = ValueId{1, 790}.Pack();
  }
}

PromiseResult LostValue() {
  PromiseResult result = MakeResult(Promise::kPresent, Judgement::kBroken, true, 811'204,
                                    "gets of a key that was there");
  result.verdict.violations = 4;
  result.verdict.anomaly = "lost-value";
  result.verdict.sentence =
      "get k0 missed although set #31 of process 2 had returned 0.4 ms before it, and nothing "
      "could have removed the value.";
  result.verdict.evidence = {
      MakeOp(2, OpKind::kSet, Outcome::kDone, 0, 48'000, "the value that is missed"),
      MakeOp(1, OpKind::kDelete, Outcome::kDone, -60'000, -2'000, "the last removal"),
      MakeOp(2, OpKind::kGet, Outcome::kHit, 60'000, 72'500, "still found it"),
      MakeOp(5, OpKind::kGet, Outcome::kMiss, 448'000, 460'000, "missed it", true)};
  result.verdict.evidence[0].op.sequence = 31;
  result.verdict.evidence[2].op.observation = Observed::kIntact;
  result.verdict.evidence[2].op.observed = ValueId{2, 31}.Pack();
  std::swap(result.verdict.evidence[0], result.verdict.evidence[1]);
  return result;
}

CellRecord MakeCell(const std::string& backend, const std::string& scenario) {
  CellRecord cell;
  cell.backend = backend;
  cell.scenario = scenario;
  cell.model = backend.starts_with("django");
  cell.seed = 42;
  cell.operations = 3'400'000;
  cell.rounds = 4;
  cell.elapsed = 2 * kSecond;
  cell.judging = 3 * kSecond;
  cell.scope = scenario == "set-set"      ? "8 writers, 1 key, 4 KiB, key present"
               : scenario == "get-delete" ? "2 writers, 2 deleters, 4 readers, 1 key, 4 KiB"
                                          : "4 writers, 4 readers, 1 key, 4 KiB, key present";
  cell.rerun = "tearproof stress " + scenario + " --backend " + backend +
               " --seed 42 --duration 2s --processes writer=4,reader=4";
  cell.speeds[OpKind::kSet] = {940'000, 470'123.4, 7'900,     12'000, 31'000,
                               120'000, 890'000,   4'210'000, 640};
  if (scenario != "set-set") {
    cell.speeds[OpKind::kGet] = {2'400'000, 1'201'456.0, 2'900,     4'100, 11'000,
                                 64'000,    410'000,     3'980'000, 410};
  }
  for (int64_t round = 0; round < 4; ++round) {
    SpeedSample& sample = cell.timeline.emplace_back();
    sample.at = round * kSecond / 2;
    sample.ran = kSecond / 2;
    sample.kills = round == 2 ? 1 : 0;
    sample.operations[OpKind::kSet] = {235'000, 7'900, 31'000};
  }
  return cell;
}

std::vector<PromiseResult> Sound(const std::string& scenario) {
  std::vector<PromiseResult> results = {
      MakeResult(Promise::kIntact, Judgement::kHeld, true, 2'412'345,
                 "hits that overlapped a set of their key"),
      MakeResult(Promise::kNoError, Judgement::kHeld, true, 3'400'000, "operations"),
      MakeResult(Promise::kReturns, Judgement::kHeld, true, 3'400'000, "operations")};
  if (scenario == "get-delete") {
    results.push_back(
        MakeResult(Promise::kStaysGone, Judgement::kHeld, true, 214'000, "gets after a delete"));
  }
  if (scenario == "clear-set") {
    results.push_back(MakeResult(Promise::kTidy, Judgement::kHeld, true, 4, "surveys"));
  }
  return results;
}

PromiseResult FailedOperation(const std::string& error) {
  PromiseResult result =
      MakeResult(Promise::kNoError, Judgement::kBroken, true, 3'400'000, "operations");
  result.verdict.violations = 38;
  result.verdict.anomaly = "error-under-race";
  result.verdict.sentence = "delete k0 of process 4 failed: " + error;
  result.verdict.evidence = {
      MakeOp(3, OpKind::kDelete, Outcome::kDone, 0, 9'000, "removed the file"),
      MakeOp(4, OpKind::kDelete, Outcome::kError, 2'000, 11'000, "failed", true)};
  return result;
}

RunRecord Frame() {
  RunRecord record;
  record.id = "2026-11-22T14-03-11-4f2a";
  record.version = "0.1.0";
  record.started = "2026-11-22T14:03:11Z";
  record.elapsed = 41 * kSecond;
  record.seed = 42;
  record.command_line = "tearproof stress core --backend all --seed 42";
  record.machine = {"Linux 6.18", "AMD EPYC 9B14", 4, uint64_t{16} << 30, "tmpfs"};
  record.directory = ".tearproof/runs/2026-11-22T14-03-11-4f2a";
  return record;
}

}  // namespace

RunRecord RealisticRecord() {
  RunRecord record = Frame();
  for (const char* backend : {"temp-rename", "naive", "flock", "django-v0", "django-v1"}) {
    for (const char* scenario : {"get-set", "set-set", "get-delete", "clear-set"}) {
      CellRecord cell = MakeCell(backend, scenario);
      cell.promises = Sound(scenario);
      const std::string name = backend;
      const std::string what = scenario;
      if ((name == "naive" || name == "django-v0") && what != "clear-set") {
        cell.promises[0] = TornRead(what == "get-set" ? 12'345 : 77, 2'412'345);
        AddNeighbours(40, 1'234, &cell.promises[0].verdict);
      }
      if (name == "naive" && what == "get-delete") {
        cell.promises.push_back(LostValue());
        cell.promises.back().promised = false;
      }
      if (name == "django-v0" && what == "get-delete") {
        cell.promises[1] = FailedOperation("No such file or directory (ENOENT)");
      }
      if (name == "django-v1" && what == "clear-set") {
        cell.promises[2].verdict.judgement = Judgement::kInconclusive;
        cell.promises[2].verdict.reason = "an operation took 12 s, but returned once it was alone";
      }
      if (name == "naive" && what == "clear-set") {
        cell.state = CellState::kSkipped;
        cell.reason = "the backend has no clear";
        cell.promises.clear();
        cell.speeds.clear();
      }
      record.cells.push_back(std::move(cell));
    }
  }
  record.notes = {"Histories were not kept but for the evidence; --keep-history keeps them all."};
  return record;
}

RunRecord LargeRecord(size_t backends, size_t scenarios) {
  RunRecord record = Frame();
  for (size_t i = 0; i < backends * scenarios; ++i) {
    CellRecord cell = MakeCell("cache-" + std::to_string(i / scenarios),
                               "scenario-" + std::to_string(i % scenarios));
    for (const PromiseInfo& info : AllPromises()) {
      const bool broken = (i + static_cast<size_t>(info.promise)) % 10 == 0;
      PromiseResult result = broken ? TornRead(i + 1, 2'412'345)
                                    : MakeResult(info.promise, Judgement::kHeld, true, 1'000 + i,
                                                 "hits that overlapped a set of their key");
      result.verdict.promise = info.promise;
      if (broken) AddNeighbours(40, 1'234, &result.verdict);
      cell.promises.push_back(std::move(result));
    }
    record.cells.push_back(std::move(cell));
  }
  return record;
}

RunRecord BenchmarkRecord() {
  RunRecord record = Frame();
  record.expect = true;
  record.command_line = "tearproof bench --backend temp-rename:sync=full,django";
  for (const char* backend : {"naive", "temp-rename:sync=full", "django"}) {
    CellRecord cell = MakeCell(backend, "bench-4096B-2");
    cell.engine = "bench";
    cell.model = false;
    cell.promises = Sound("get-set");
    BenchRecord& bench = cell.bench.emplace();
    bench.value_size = 4096;
    bench.processes = 2;
    bench.mix = "90/10";
    bench.directory = "/mnt/disk";
    bench.file_system = "ext4";
    bench.durability = record.cells.size() == 1 ? "file + directory" : "none";
    bench.sync_time = 812'000;
    bench.of_naive = 1.0 / static_cast<double>(record.cells.size() + 1);
    if (record.cells.size() < 2) bench.counts = BenchCounts{3, 7.5, 2, 4160, 64, 64, 524'288};
    if (record.cells.empty()) {
      cell.promises[0] = TornRead(12, 812'345);
      cell.promises[0].expectation = Expectation::kMayBreak;
    }
    record.cells.push_back(std::move(cell));
  }
  return record;
}

// Three caches × three sizes × three numbers of processes on two file systems; workers are killed.
RunRecord SweepRecord() {
  RunRecord record = Frame();
  record.expect = true;
  record.command_line = "tearproof bench --value-size 64,4KiB,1MiB --processes 1,2,8";
  const std::vector<std::string> backends = {"naive", "temp-rename:sync=full", "django"};
  for (const char* file_system : {"ext4", "btrfs"}) {
    for (const uint64_t size : {uint64_t{64}, uint64_t{4096}, uint64_t{1} << 20}) {
      for (const uint32_t processes : {1U, 2U, 8U}) {
        for (size_t i = 0; i < backends.size(); ++i) {
          CellRecord cell = MakeCell(
              backends[i], "bench-" + std::to_string(size) + "B-" + std::to_string(processes));
          cell.engine = "bench";
          cell.model = false;
          cell.promises = Sound("get-set");
          if (i == 0) cell.promises[0] = TornRead(12, 812'345);
          const uint64_t work = (i + 1) * (1 + size / 4096);
          const double speed = processes / static_cast<double>(work);
          for (auto& [kind, each] : cell.speeds) each.per_second *= speed;
          cell.bench = BenchRecord{size,
                                   processes,
                                   "90/10",
                                   std::string("a fresh ") + file_system + " in /tmp",
                                   file_system,
                                   i == 1 ? "file" : "none",
                                   0,
                                   812'000,
                                   "",
                                   BenchCounts{3, 7.5, 2, 4160, 64, 64, 524'288},
                                   1.0 / static_cast<double>(i + 1)};
          record.cells.push_back(std::move(cell));
        }
      }
    }
  }
  return record;
}

RunRecord HostileRecord() {
  const std::string escape = "\x1b[31mred\x1b[0m\x1b]0;title\x07";
  // NOLINTNEXTLINE(misc-misleading-bidirectional): it is meant to mislead.
  const std::string reversed = "safe\u202egnp.exe";
  const std::string invalid = std::string("\xff\xfe\xc0\x80\xed\xa0\x80\xef\xbf\xbe", 10);
  const std::string markup = "</script><script>alert(1)</script>]]>&amp;<!--|`*_[x](javascript:0)|";
  const std::string command = "x\r\n::error::forged\n::stop-commands::t%0A%";
  const std::string nul("a\0b", 3);
  RunRecord record = Frame();
  record.notes = {escape + markup, invalid + command + nul};
  CellRecord cell = MakeCell("mine:" + escape, "odd\n" + markup);
  cell.loaded = {"1" + escape, "Python" + markup, "/usr/lib/\n" + reversed, "1a2b" + nul};
  cell.backend_title = reversed;
  cell.scope = invalid + reversed;
  cell.rerun = "tearproof stress 'odd`\n" + escape + "'";
  PromiseResult torn = TornRead(1, 1);
  torn.verdict.anomaly = "no-such|`anomaly`" + markup;
  torn.verdict.sentence = "get k0 returned \\x1b " + markup + " " + std::string(200, 'x');
  torn.verdict.evidence[0].key = std::string(10'000, 'k');
  torn.verdict.evidence[1].key = escape + nul;
  torn.verdict.evidence[1].part = command;
  torn.verdict.evidence[2].key = invalid;
  torn.verdict.evidence[2].part = markup;
  AddNeighbours(2, 1, &torn.verdict);
  torn.verdict.neighbours[0].key = escape + markup + nul;
  torn.verdict.neighbours[1].op.invoke = std::numeric_limits<int64_t>::min();
  cell.promises.push_back(std::move(torn));
  PromiseResult error = FailedOperation(command);
  error.known_issue = "https://example.org/?a=1&b=" + markup + command;
  cell.promises.push_back(std::move(error));
  PromiseResult open = MakeResult(Promise::kReturns, Judgement::kInconclusive, true, 3, "");
  open.verdict.reason = escape + invalid + command;
  cell.promises.push_back(std::move(open));
  record.cells.push_back(std::move(cell));
  CellRecord skipped = MakeCell("-->" + reversed, markup + nul);
  skipped.state = CellState::kSkipped;
  skipped.reason = escape + markup + command + invalid;
  record.cells.push_back(std::move(skipped));
  record.not_run = {{escape + markup, command}};
  record.cells[0].survival = {{escape + markup + nul, {1, 2}}};
  record.directory = "runs/" + escape + "`" + markup;
  return record;
}

RunRecord WideRecord() {
  RunRecord record = Frame();
  constexpr Judgement kJudgements[] = {Judgement::kHeld, Judgement::kBroken,
                                       Judgement::kInconclusive, Judgement::kNotExercised};
  size_t number = 0;
  for (const char* backend : {"lmdb", "ticket-rename-fsync:cull_frequency=0", "sqlite-wal"}) {
    CellRecord cell = MakeCell(backend, "regressions/django-20536");
    for (const PromiseInfo& info : AllPromises()) {
      const Judgement judgement = number < 13 ? Judgement::kHeld : kJudgements[number % 4];
      PromiseResult result = MakeResult(info.promise, judgement, number % 3 != 0,
                                        number * number * number * 1009, "operations");
      if (judgement == Judgement::kBroken) result.verdict.violations = number;
      if (number % 7 == 0) result.known_issue = "#15806";
      cell.promises.push_back(std::move(result));
      ++number;
    }
    record.cells.push_back(std::move(cell));
  }
  CellRecord skipped = MakeCell("otmpfile-link", "regressions/django-20536");
  skipped.state = CellState::kSkipped;
  skipped.reason = "O_TMPFILE is not supported by overlayfs, on which the directory lies";
  skipped.speeds.clear();
  record.cells.push_back(std::move(skipped));
  return record;
}

}  // namespace tearproof::reports
