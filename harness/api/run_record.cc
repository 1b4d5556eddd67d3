#include "harness/api/run_record.h"

#include <algorithm>
#include <array>
#include <set>

#include "harness/core/check.h"

namespace tearproof {
namespace {

constexpr int kExitHeld = 0;
constexpr int kExitBroken = 1;
constexpr int kExitInconclusive = 2;
constexpr int kExitNothingSelected = 4;
constexpr int kExitMachineCannot = 77;
constexpr int kExitInterrupted = 130;

struct Finding {
  const CellRecord* cell = nullptr;
  const PromiseResult* result = nullptr;
  Standing standing = Standing::kFine;
};

bool DidNotRun(const CellRecord& cell) {
  return cell.state == CellState::kSkipped || cell.state == CellState::kFailed;
}

// A cell that did not run may list what it would have judged; only what it did judge counts.
bool Counts(const CellRecord& cell, const PromiseResult& result) {
  return !DidNotRun(cell) || result.verdict.judgement != Judgement::kNotExercised;
}

Standing StandingByPromise(const RunRecord& record, const PromiseResult& result,
                           bool exercised_elsewhere) {
  const bool known = !result.known_issue.empty();
  const bool counts = (result.promised || record.strict) && !known;
  switch (result.verdict.judgement) {
    case Judgement::kHeld:
      return Standing::kFine;
    case Judgement::kNotExercised:
      return result.promised && !known && !exercised_elsewhere ? Standing::kOpen : Standing::kFine;
    case Judgement::kInconclusive:
      return counts ? Standing::kOpen : Standing::kTolerated;
    case Judgement::kBroken:
      if (known) return Standing::kKnown;
      return counts ? Standing::kFails : Standing::kTolerated;
  }
  return Standing::kFine;
}

Standing StandingByExpectation(const RunRecord& record, const PromiseResult& result,
                               bool exercised_elsewhere) {
  const Judgement judgement = result.verdict.judgement;
  if (judgement == Judgement::kNotExercised && exercised_elsewhere &&
      result.expectation == Expectation::kMustHold) {
    return Standing::kFine;
  }
  if (!result.AsExpected()) {
    // A run cut short may not have come to the break that was expected, or to anything at all.
    const bool cut_short =
        (record.interrupted || !record.not_run.empty()) && judgement != Judgement::kBroken;
    return cut_short || result.unfinished ? Standing::kOpen : Standing::kFails;
  }
  const bool settled = judgement == Judgement::kHeld || judgement == Judgement::kNotExercised;
  return settled ? Standing::kFine : Standing::kTolerated;
}

// REQUIRES: `findings` is not empty and of one promise.
MatrixCell MergeFindings(std::vector<Finding> findings) {
  // The evidence that stays is the first: the worst verdict's, and of those one that fails the run
  // rather than one that is known, and one that replays rather than one that does not.
  const auto replays = [](const Finding& finding) {
    return finding.cell->explored &&
           finding.cell->explored->Find(finding.result->verdict.promise) != nullptr;
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    const Judgement first = a.result->verdict.judgement;
    const Judgement second = b.result->verdict.judgement;
    if (first != second) return first > second;
    return a.standing != b.standing ? a.standing > b.standing : replays(a) && !replays(b);
  });
  MatrixCell merged;
  merged.present = true;
  merged.source = findings.front().cell;
  merged.verdict = findings.front().result->verdict;
  if (findings.front().standing == Standing::kKnown) {
    merged.known_issue = findings.front().result->known_issue;
  }
  // The same scenario, explored in several runs, has the same classes.
  std::map<std::string_view, uint64_t> classes;
  for (const Finding& finding : findings) {
    merged.promised = merged.promised || finding.result->promised;
    merged.standing = std::max(merged.standing, finding.standing);
    if (finding.result->verdict.judgement == Judgement::kHeld) {
      const bool all = finding.cell->Exhausted();
      uint64_t& most = classes[finding.cell->scenario];
      if (all) most = std::max(most, finding.cell->explored->classes);
      merged.sampled += all ? 0 : finding.result->verdict.exercised;
    }
    if (&finding != &findings.front()) {
      merged.verdict = Merge(std::move(merged.verdict), finding.result->verdict);
    }
  }
  for (const auto& [scenario, count] : classes) merged.classes += count;
  return merged;
}

MatrixRow BuildRow(const RunRecord& record, const std::string& backend) {
  MatrixRow row;
  row.backend = backend;
  row.display_name = backend;
  row.all_skipped = true;
  std::map<Promise, std::vector<Finding>> findings;
  std::set<Promise> exercised;
  for (const CellRecord& cell : record.cells) {
    if (cell.backend != backend) continue;
    if (row.loaded.empty()) row.loaded = cell.loaded;
    if (cell.model) row.display_name = backend + " (model)";
    if (!DidNotRun(cell)) row.all_skipped = false;
    if (DidNotRun(cell) && row.skip_reason.empty()) row.skip_reason = cell.reason;
    for (const PromiseResult& result : cell.promises) {
      if (!Counts(cell, result)) continue;
      const Promise promise = result.verdict.promise;
      findings[promise].push_back({&cell, &result, Standing::kFine});
      if (result.verdict.judgement != Judgement::kNotExercised) exercised.insert(promise);
    }
  }
  if (!findings.empty()) row.all_skipped = false;
  if (!row.all_skipped) row.skip_reason.clear();
  for (auto& [promise, list] : findings) {
    bool as_expected = true;
    for (Finding& finding : list) {
      const bool elsewhere = ExercisedElsewhere(*finding.cell, exercised.contains(promise));
      finding.standing = StandingOf(record, *finding.result, elsewhere);
      const bool excused = elsewhere && finding.result->expectation == Expectation::kMustHold &&
                           finding.result->verdict.judgement == Judgement::kNotExercised;
      as_expected = as_expected && (excused || finding.result->AsExpected());
    }
    MatrixCell merged = MergeFindings(std::move(list));
    merged.as_expected = as_expected;
    if (merged.promised && merged.verdict.judgement == Judgement::kBroken &&
        merged.known_issue.empty()) {
      ++row.broken_promised;
    }
    row.cells.emplace(promise, std::move(merged));
  }
  return row;
}

// A backend that no cell could run to its end, and not merely for want of an operation.
bool MachineCannot(const RunRecord& record, const MatrixRow& row) {
  bool failed = false;
  for (const CellRecord& cell : record.cells) {
    if (cell.backend != row.backend) continue;
    if (!DidNotRun(cell)) return false;
    failed = failed || cell.state == CellState::kFailed;
  }
  return failed;
}

}  // namespace

std::string Loaded::Describe() const {
  std::string text = version;
  const auto add = [&text](std::string_view before, const std::string& part) {
    if (part.empty()) return;
    text += text.empty() ? part : std::string(before) + part;
  };
  add(" on ", runtime);
  add(", loaded from ", source);
  add(", revision ", revision);
  return text;
}

const CrashStory* CrashRecord::Find(Promise promise) const {
  for (const CrashStory& each : stories) {
    if (each.promise == promise) return &each;
  }
  return nullptr;
}

std::string CellRecord::EngineTitle() const {
  return crashed ? engine + " (" + crashed->model + ")" : engine;
}

const Counterexample* ExplorationRecord::Find(Promise promise) const {
  for (const Counterexample& each : counterexamples) {
    if (each.promise == promise) return &each;
  }
  return nullptr;
}

bool PromiseResult::AsExpected() const {
  switch (expectation) {
    case Expectation::kMustHold:
      return verdict.judgement == Judgement::kHeld;
    case Expectation::kMustBreak:
      return verdict.judgement == Judgement::kBroken;
    case Expectation::kMayBreak:
      return true;
  }
  return true;
}

namespace {

bool Reads(OpKind kind) { return kind == OpKind::kGet || kind == OpKind::kHas; }

uint64_t CountPairs(const OverlapCounts& overlaps, int changes) {
  uint64_t pairs = 0;
  for (const auto& [kinds, count] : overlaps) {
    if (kinds.first == OpKind::kInit || kinds.second == OpKind::kInit) continue;
    if ((Reads(kinds.first) ? 0 : 1) + (Reads(kinds.second) ? 0 : 1) == changes) pairs += count;
  }
  return pairs;
}

}  // namespace

uint64_t ReadWritePairs(const OverlapCounts& overlaps) { return CountPairs(overlaps, 1); }
uint64_t WriteWritePairs(const OverlapCounts& overlaps) { return CountPairs(overlaps, 2); }

std::string_view CellStateName(CellState state) {
  constexpr std::array<std::string_view, 4> kNames = {"done", "skipped", "failed", "interrupted"};
  return kNames[static_cast<size_t>(state)];
}

Standing StandingOf(const RunRecord& record, const PromiseResult& result,
                    bool exercised_elsewhere) {
  return record.expect ? StandingByExpectation(record, result, exercised_elsewhere)
                       : StandingByPromise(record, result, exercised_elsewhere);
}

bool ExercisedElsewhere(const CellRecord& cell, bool by_another_cell) {
  return by_another_cell || cell.explored || cell.bench || cell.crashed;
}

std::vector<MatrixRow> BuildMatrix(const RunRecord& record) {
  std::vector<MatrixRow> rows;
  for (const CellRecord& cell : record.cells) {
    const bool seen = std::any_of(rows.begin(), rows.end(), [&](const MatrixRow& row) {
      return row.backend == cell.backend;
    });
    if (!seen) rows.push_back(BuildRow(record, cell.backend));
  }
  return rows;
}

int RunRecord::ExitCode() const {
  Standing worst = Standing::kFine;
  bool all_skipped = true;
  bool machine_cannot = false;
  const std::vector<MatrixRow> rows = BuildMatrix(*this);
  for (const MatrixRow& row : rows) {
    for (const auto& [promise, cell] : row.cells) worst = std::max(worst, cell.standing);
    all_skipped = all_skipped && row.all_skipped;
    machine_cannot = machine_cannot || MachineCannot(*this, row);
  }
  const bool cut_short = interrupted || !not_run.empty() ||
                         std::any_of(cells.begin(), cells.end(), [](const CellRecord& cell) {
                           return cell.state == CellState::kInterrupted;
                         });
  if (worst == Standing::kFails) return kExitBroken;
  if (cut_short) return kExitInterrupted;
  if (worst == Standing::kOpen) return kExitInconclusive;
  if (cells.empty()) return kExitNothingSelected;
  if (all_skipped || machine_cannot) return kExitMachineCannot;
  // A cell that failed beside others that ran leaves its question open.
  const bool failed = std::any_of(cells.begin(), cells.end(), [](const CellRecord& cell) {
    return cell.state == CellState::kFailed;
  });
  return failed ? kExitInconclusive : kExitHeld;
}

}  // namespace tearproof
