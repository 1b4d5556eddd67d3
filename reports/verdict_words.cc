#include "reports/verdict_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/text.h"
#include "reports/findings.h"

namespace tearproof::reports {
namespace {

struct Tally {
  size_t judged = 0;
  size_t failing = 0;
  size_t open = 0;
  size_t held = 0;
  size_t held_in_all = 0;  // Of those, in all interleavings and nowhere else.
  size_t known = 0;
  std::vector<std::string> failing_backends;
  std::vector<std::string> open_backends;
  std::vector<std::string> breakers;  // Backends that broke some promise, made or not.
  std::vector<std::string> keepers;   // Those that broke none.
  std::string rerun;                  // Of the first that fails, else of the first left open.
};

// What a person wants to hear of a run that went as it had to: who broke something, and who did
// not.
std::string WhoBrokeWhat(const Tally& tally) {
  if (tally.breakers.empty()) return " None broke a promise.";
  std::string text = fmt::format(" Seen to break promises: {}.", Join(tally.breakers, ", "));
  if (!tally.keepers.empty()) text += fmt::format(" Broke none: {}.", Join(tally.keepers, ", "));
  return text;
}

bool AllSkipped(const RunRecord& record) {
  return std::all_of(record.cells.begin(), record.cells.end(),
                     [](const CellRecord& cell) { return cell.state == CellState::kSkipped; });
}

Tally Count(const RunRecord& record, const std::vector<MatrixRow>& rows) {
  Tally tally;
  std::string open_rerun;
  for (const MatrixRow& row : rows) {
    const bool breaks = std::any_of(row.cells.begin(), row.cells.end(), [](const auto& entry) {
      return entry.second.verdict.judgement == Judgement::kBroken;
    });
    if (!row.all_skipped) {
      (breaks ? tally.breakers : tally.keepers).push_back(SafeName(row.backend));
    }
    for (const auto& [promise, cell] : row.cells) {
      if (cell.verdict.judgement == Judgement::kNotExercised && cell.standing == Standing::kFine) {
        continue;
      }
      ++tally.judged;
      if (cell.verdict.judgement == Judgement::kHeld) {
        ++tally.held;
        if (cell.classes > 0 && cell.sampled == 0) ++tally.held_in_all;
      }
      if (cell.standing == Standing::kKnown) ++tally.known;
      if (cell.standing != Standing::kFails && cell.standing != Standing::kOpen) continue;
      const bool fails = cell.standing == Standing::kFails;
      ++(fails ? tally.failing : tally.open);
      std::vector<std::string>& names = fails ? tally.failing_backends : tally.open_backends;
      const std::string name = SafeName(row.backend);
      if (names.empty() || names.back() != name) names.push_back(name);
      for (const CellResult& each : ResultsOf(record, row, promise)) {
        std::string& rerun = fails ? tally.rerun : open_rerun;
        if (each.standing == cell.standing && rerun.empty()) rerun = each.cell->rerun;
      }
    }
  }
  if (tally.rerun.empty()) tally.rerun = open_rerun;
  return tally;
}

// " Not run: 3 of 12 pairs of scenario and cache."
std::string NotRun(const RunRecord& record) {
  if (record.not_run.empty()) return "";
  return fmt::format(" Not run: {} of {} pairs of scenario and cache.", record.not_run.size(),
                     record.cells.size() + record.not_run.size());
}

std::string Sentence(const RunRecord& record, const Tally& tally, int code) {
  switch (code) {
    case 0: {
      if (record.expect) {
        const std::string all = tally.judged == 1
                                    ? "the one verdict is"
                                    : fmt::format("all {} verdicts are", tally.judged);
        return fmt::format("AS EXPECTED: {} what the backends state.", all) + WhoBrokeWhat(tally);
      }
      const bool all = tally.held > 0 && tally.held_in_all == tally.held;
      std::string text = fmt::format(
          "HELD: {} held{}, and nothing {} was seen broken.", Counted(tally.held, "promises"),
          all ? " in all interleavings" : "", tally.known > 0 ? "new" : "that counts");
      if (tally.known > 0) text += fmt::format(" Known: {}.", Counted(tally.known, "races"));
      return text;
    }
    case 1:
      if (record.expect) {
        return fmt::format("NOT AS EXPECTED: {} of {}, of {}.", tally.failing,
                           Counted(tally.judged, "verdicts"), Join(tally.failing_backends, ", "));
      }
      return fmt::format("BROKEN: {}, by {}.{}", Counted(tally.failing, "promises"),
                         Join(tally.failing_backends, ", "),
                         tally.open == 0 ? "" : fmt::format(" {} left open.", tally.open));
    case 2:
      if (tally.open == 0) return "INCONCLUSIVE: something could not run; see above.";
      return fmt::format(
          "INCONCLUSIVE: nothing that counts was seen broken, but {} of {} left open.",
          Counted(tally.open, "promises"), Join(tally.open_backends, ", "));
    case 4:
      return "NOTHING SELECTED: no scenario ran on any backend.";
    case 77:
      if (AllSkipped(record)) return "NOTHING RAN: all was skipped; see the reasons above.";
      return "CANNOT RUN: what was asked for could not be run; see the reasons above.";
    case 130:
      return "INTERRUPTED: nothing that counts was seen broken until then." + NotRun(record);
    default:
      return fmt::format("Exit code {}.", code);
  }
}

}  // namespace

VerdictWords PutIntoWords(const RunRecord& record, const std::vector<MatrixRow>& rows) {
  VerdictWords words;
  words.exit_code = record.ExitCode();
  const Tally tally = Count(record, rows);
  words.sentence = Sentence(record, tally, words.exit_code);
  if (words.exit_code == 0) return words;
  // What was cut short is all asked for again, not only the cell that it happened in.
  const bool all = words.exit_code == 130 || tally.rerun.empty();
  words.rerun = all ? record.command_line : tally.rerun;
  return words;
}

}  // namespace tearproof::reports
