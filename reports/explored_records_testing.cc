// Run records of explorations.
#include "reports/sample_records.h"

namespace tearproof::reports {
namespace {

CellRecord Explored(const std::string& backend, const std::string& scenario) {
  CellRecord cell;
  cell.backend = backend;
  cell.scenario = scenario;
  cell.engine = "explore";
  cell.scope = "2 writers × 1 set, 1 reader × 1 get, key present, tmpfs, Linux 6.18, one host";
  cell.rerun = "tearproof explore " + scenario + " --backend " + backend;
  ExplorationRecord& explored = cell.explored.emplace();
  explored.strategy = "dpor";
  explored.lanes = {"writer 0", "reader 1"};
  explored.classes = 24;
  explored.executions = 24;
  explored.interleavings = "34650";
  return cell;
}

PromiseResult Judged(Promise promise, Judgement judgement, uint64_t exercised) {
  PromiseResult result;
  result.verdict.promise = promise;
  result.verdict.judgement = judgement;
  result.verdict.exercised = exercised;
  result.verdict.unit = "hits that overlapped a write of their key";
  result.promised = true;
  return result;
}

PromiseResult Undecided(Promise promise, const std::string& reason) {
  PromiseResult result = Judged(promise, Judgement::kInconclusive, 12);
  result.verdict.reason = reason;
  return result;
}

CellRecord Exhausted() {
  CellRecord cell = Explored("temp-rename", "get-set");
  cell.explored->exhausted = true;
  cell.promises = {Judged(Promise::kIntact, Judgement::kHeld, 24),
                   Judged(Promise::kFresh, Judgement::kHeld, 48),
                   Judged(Promise::kStaysGone, Judgement::kNotExercised, 0)};
  cell.promises[2].verdict.reason = "nothing was deleted";
  return cell;
}

CellRecord Broken() {
  CellRecord cell = Explored("django-v1", "expiry-set");
  cell.model = true;
  cell.explored->bound = "stopped at the first break; --all goes on";
  cell.explored->go_on = cell.rerun + " --resume .tearproof/runs/2026-11-22T14-03-11-4f2a";
  cell.explored->classes = 4;
  cell.explored->executions = 5;
  cell.explored->abandoned = 1;
  cell.explored->interleavings = "13105";
  Counterexample& example = cell.explored->counterexamples.emplace_back();
  example.promise = Promise::kPresent;
  example.execution = 4;
  example.times = 2;
  example.steps = {
      {1, "openat(\"0bc058b2aa1f4d4b9e3f1c2d3e4f5a6b4.djcache\", O_RDONLY)", "→ 3", ""},
      {0, "openat(\"temp#1\", O_CREAT|O_EXCL|O_RDWR)", "→ 3", "creates \"temp#1\""},
      {0, "rename(\"temp#1\", \"k0.djcache\")", "→ 0", "replaces \"k0.djcache\""},
      {1, "unlink(\"k0.djcache\")", "→ 0", "removes \"k0.djcache\""},
      {1, "newfstatat(\"k0.djcache\")", "→ ENOENT", ""}};
  example.deciding = 1;
  example.switches = 2;
  example.fewest = true;
  example.schedule = "TP1:expiry-set:1:django-v1:1.0*2.1*2";
  example.replay = "tearproof replay 'TP1:expiry-set:1:django-v1:1.0*2.1*2'";
  PromiseResult present = Judged(Promise::kPresent, Judgement::kBroken, 9);
  present.verdict.violations = 2;
  present.verdict.sentence = "get k0 missed, although set #1 of process 0 had returned";
  cell.promises = {Judged(Promise::kNoError, Judgement::kHeld, 14), present};
  return cell;
}

}  // namespace

RunRecord ExploredRecord() {
  RunRecord record;
  record.version = "0.1.0";
  record.elapsed = 3'200'000'000;
  record.started = "2026-11-22T14:03:11Z";
  record.machine.file_system = "tmpfs";
  CellRecord bounded = Explored("sqlite", "get-set");
  bounded.explored->bound = "the budget ended before all was explored; --budget grants more";
  bounded.explored->interleavings.clear();
  bounded.promises = {Undecided(Promise::kIntact, bounded.explored->bound)};
  CellRecord unseen = Explored("lmdb", "get-set");
  unseen.explored->unseen = "memory unseen: a file of the cache is mapped";
  unseen.promises = {Undecided(Promise::kIntact, unseen.explored->unseen)};
  CellRecord stress;
  stress.backend = "temp-rename";
  stress.scenario = "get-set";
  stress.scope = "4 writers (set), 4 readers (get), 1 key, tmpfs, one host";
  stress.rerun = "tearproof stress get-set --backend temp-rename";
  stress.promises = {Judged(Promise::kIntact, Judgement::kHeld, 3'100'000)};
  record.cells = {Exhausted(), Broken(), bounded, unseen, stress};
  return record;
}

RunRecord OneExplorationRecord() {
  RunRecord record = ExploredRecord();
  record.cells = {Broken()};
  return record;
}

}  // namespace tearproof::reports
