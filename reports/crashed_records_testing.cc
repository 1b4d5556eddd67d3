// A run record of crashes.
#include "reports/sample_records.h"

namespace tearproof::reports {
namespace {

PromiseResult Read(Promise promise, Judgement judgement) {
  PromiseResult result;
  result.verdict.promise = promise;
  result.verdict.judgement = judgement;
  result.verdict.exercised = 346;
  result.verdict.unit = "reads after a power cut";
  return result;
}

}  // namespace

RunRecord CrashedRecord() {
  RunRecord record;
  record.id = "2026-11-26T12-28-03-6e2c";
  record.version = "0.1.0";
  record.started = "2026-11-26T12:28:03Z";
  record.machine.file_system = "tmpfs";
  for (const char* model : {"ext4-ordered", "btrfs"}) {
    CellRecord& cell = record.cells.emplace_back();
    cell.backend = "temp-rename";
    cell.scenario = "get-set";
    cell.engine = "crash";
    cell.rerun = "tearproof crash get-set --backend temp-rename";
    CrashRecord& crashed = cell.crashed.emplace();
    crashed.model = model;
    crashed.model_title = "a file system";
    crashed.lanes = {"writer 0"};
    crashed.runs = 1;
    crashed.points = 8;
    crashed.candidates = 400'000;
    crashed.states = 108;
    crashed.judged = 346;
    crashed.losses = 5;
    cell.promises = {Read(Promise::kReturns, Judgement::kHeld),
                     Read(Promise::kCrashAtomic, Judgement::kHeld)};
  }
  CrashRecord& broken = *record.cells[0].crashed;
  broken.bound = "all states with fewer than 5 losses were judged, and not all with 5";
  record.cells[1].crashed->exhausted = true;
  PromiseResult& result = record.cells[0].promises[1];
  result.verdict.judgement = Judgement::kBroken;
  result.verdict.violations = 262;
  result.verdict.sentence = "after the power cut get k0 returned 0 bytes";
  result.promised = true;
  CrashStory& story = broken.stories.emplace_back();
  story.promise = Promise::kCrashAtomic;
  story.steps = {{0, "write(\"temp#1\", 4096)", "→ 4096", ""},
                 {0, "rename(\"temp#1\", \"k0\")", "→ 0", "replaces \"k0\""}};
  story.on_disk = {"the name k0"};
  story.missing = {"bytes 0–4095 of temp#1"};
  story.read = {"init → done", "get k0 → hit, 0 bytes, of no \x1b[31mset"};
  story.remedy = {"fsync of temp#1 after write(\"temp#1\", 4096)"};
  story.replay = "tearproof replay 'TP1:get-set:0:temp-rename:0*2.0.1:'";
  return record;
}

}  // namespace tearproof::reports
