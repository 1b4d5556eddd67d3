// All that one run proved: the only input to reports.
//
// Purpose: what engines and checkers found, in plain data, complete enough that a report needs
// nothing else. Written as run.json (run_record_json.h), read again by `show`.
// Thread safety: plain data. Units: nanoseconds, bytes, operations a second.
#ifndef TEARPROOF_HARNESS_API_RUN_RECORD_H_
#define TEARPROOF_HARNESS_API_RUN_RECORD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/api/backend_description.h"
#include "harness/api/bench_record.h"
#include "harness/api/crash_record.h"
#include "harness/api/exploration_record.h"
#include "harness/api/promise.h"
#include "harness/api/speed_record.h"
#include "harness/api/verdict.h"
#include "harness/history/op.h"

namespace tearproof {

struct Machine {
  std::string kernel;    // "Linux 6.18"
  std::string host_cpu;  // "AMD EPYC ..."
  uint32_t cores = 0;
  uint64_t memory_bytes = 0;
  std::string file_system;  // Of the directory under test: "tmpfs"
};

// How many pairs of operations of two processes on one key overlapped, by their kinds.
using OverlapCounts = std::map<std::pair<OpKind, OpKind>, uint64_t>;
// Of those, the pairs of a read and a change, and of two changes.
uint64_t ReadWritePairs(const OverlapCounts& overlaps);
uint64_t WriteWritePairs(const OverlapCounts& overlaps);

// One promise in one cell.
struct PromiseResult {
  Verdict verdict;
  bool promised = false;
  Expectation expectation = Expectation::kMayBreak;
  std::string known_issue;  // Of a race listed as known in tearproof.toml: its issue.
  // Inconclusive only because an exploration did not come to its end, or cannot see all: with
  // --expect, what must hold is then left open and not failed.
  bool unfinished = false;

  // With --expect: whether the verdict is what the expectation asks for.
  bool AsExpected() const;
};

enum class CellState : uint8_t {
  kDone,
  kSkipped,      // The backend lacks an operation, or what it needs is not there. See `reason`.
  kFailed,       // This machine could not run it. See `reason`.
  kInterrupted,  // Ctrl-C; what was seen counts.
};
std::string_view CellStateName(CellState state);  // "skipped"

// What a cache of another program really was on this machine: by its adapter's word, but for the
// revision. Text is as captured: escape before printing.
struct Loaded {
  std::string version;  // "3.2.25"
  std::string runtime;  // "Python 3.11.2"
  std::string source;   // The file that was really loaded.
  std::string revision;  // Of the git checkout that holds it: "1a2b3c4d5e6f", "…-dirty" where files
                         // were changed since; empty if none does.

  // "3.2.25 on Python 3.11.2, loaded from /usr/lib/…, revision 1a2b3c4d5e6f"
  std::string Describe() const;
  bool empty() const { return version.empty() && runtime.empty() && source.empty(); }
  friend bool operator==(const Loaded&, const Loaded&) = default;
};

// One scenario on one backend under one engine.
struct CellRecord {
  std::string backend;  // As named, with options: "temp-rename:sync=full"
  std::string backend_title;
  bool model = false;
  Loaded loaded;
  std::string scenario;
  std::string scenario_title;
  std::string engine = "stress";
  CellState state = CellState::kDone;
  std::string reason;
  uint64_t seed = 0;
  std::string scope;  // What a held verdict covers: "4 writers, 4 readers, 1 key, ..."
  std::vector<PromiseResult> promises;  // Only those that the scenario can exercise.
  std::map<OpKind, OperationSpeed> speeds;
  std::vector<SpeedSample> timeline;  // Its speed over time.
  uint64_t operations = 0;
  OverlapCounts overlaps;
  uint64_t rounds = 0;
  uint64_t kills = 0;
  int64_t elapsed = 0;  // Wall clock, judging included.
  int64_t judging = 0;  // Processor time of the judge, beside the workers; 0: not measured.
  std::string rerun;    // The line that runs the cell again, ready to paste.
  std::string history;  // Where its kept history lies, relative to the run; may be empty.
  // Of each key: in how many of the rounds that set it the audit still found it (django-15825).
  std::map<std::string, std::pair<uint64_t, uint64_t>> survival;
  std::optional<ExplorationRecord> explored;  // Of engine "explore".
  std::optional<BenchRecord> bench;           // Of engine "bench".
  std::optional<CrashRecord> crashed;         // Of engine "crash": one model a cell.

  // "crash (btrfs)": the engine, and what else tells two cells of one scenario apart.
  std::string EngineTitle() const;
  // What held here, held in all interleavings there are.
  bool Exhausted() const { return explored && explored->exhausted; }
};

// What was to run, and did not come to it.
struct PendingCell {
  std::string backend;
  std::string scenario;
  std::string engine = "stress";
};

// What tells one run from another.
struct RunIdentity {
  std::string id;       // "2026-11-22T14-03-11-4f2a"
  std::string version;  // Of tearproof.
  std::string started;  // ISO 8601, UTC.
  int64_t elapsed = 0;
  std::string command_line;  // Shell-quoted.
  uint64_t seed = 0;
  Machine machine;
};

struct RunRecord : RunIdentity {
  uint32_t schema = 1;
  bool strict = false;  // Everything counts, promised or not.
  bool expect = false;  // The run is judged by the backends' expectations.
  bool interrupted = false;
  std::string directory;           // Where the record lies: ".tearproof/runs/<id>"; may be empty.
  std::vector<std::string> notes;  // What a reader must know: "histories were not kept: ...".
  std::vector<CellRecord> cells;
  std::vector<PendingCell> not_run;  // Cut short: the cells that would have followed.
  // Of several runs shown as one (CombineRuns): each of them. Never written.
  std::vector<RunIdentity> combined;

  // The exit code by the rules of docs/exit-codes.md.
  int ExitCode() const;
};

// Several runs as one record, for a report of all of them: their cells one after another, judged by
// expectation if all were, strictly if one was. Notes say what the runs do not share.
// REQUIRES: at least one.
RunRecord CombineRuns(std::vector<RunRecord> runs);

// What a verdict means for the run, by the rules of docs/exit-codes.md; the worse the later.
enum class Standing : uint8_t {
  kFine,       // Held, or not exercised where nobody asked for it.
  kTolerated,  // Broken or inconclusive, but not promised, or as --expect expects it.
  kKnown,      // Broken, and listed as known.
  kOpen,       // Inconclusive, or not exercised though promised: exit code 2.
  kFails,      // Broken, or with --expect not as expected: exit code 1.
};

// The cells' verdicts on one promise of one backend as one; not exercised if no cell has it.
struct MatrixCell {
  Verdict verdict;
  bool promised = false;
  bool present = false;  // Some cell could exercise it.
  bool as_expected = true;
  Standing standing = Standing::kFine;  // The worst of the cells.
  std::string known_issue;              // Set where all that is broken is known.
  const CellRecord* source = nullptr;   // The cell that the verdict's evidence comes from.
  // Of a held one: in so many classes of interleavings, which are all there are, and so often where
  // luck decided what was met.
  uint64_t classes = 0;
  uint64_t sampled = 0;
};
struct MatrixRow {
  std::string backend;
  std::string display_name;
  Loaded loaded;
  std::map<Promise, MatrixCell> cells;
  uint64_t broken_promised = 0;
  bool all_skipped = false;
  std::string skip_reason;
};
// The standing of one verdict. `exercised_elsewhere`: another scenario exercised the same promise
// of the same backend, so that it does not matter that this one did not.
Standing StandingOf(const RunRecord& record, const PromiseResult& result, bool exercised_elsewhere);
// Whether it is for others than `cell` to exercise what it did not: where another cell did, and of
// an exploration always, as its programs are what they are, whatever is drawn; of a benchmark, too,
// which is run to measure.
bool ExercisedElsewhere(const CellRecord& cell, bool by_another_cell);
// Rows in the order in which backends were named; reports sort them as they like. Borrows `record`.
std::vector<MatrixRow> BuildMatrix(const RunRecord& record);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_RUN_RECORD_H_
