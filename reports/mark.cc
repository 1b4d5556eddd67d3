#include "reports/mark.h"

#include <array>

#include "reports/findings.h"

namespace tearproof::reports {
namespace {

constexpr size_t kMarkCount = 12;

Mark CountedMark(Judgement judgement) {
  switch (judgement) {
    case Judgement::kHeld:
      return Mark::kHeldUnexpected;
    case Judgement::kBroken:
      return Mark::kBrokenCounted;
    case Judgement::kInconclusive:
      return Mark::kUnsureCounted;
    case Judgement::kNotExercised:
      return Mark::kIdleCounted;
  }
  return Mark::kAbsent;
}

}  // namespace

Mark MarkOf(const RunRecord& record, const MatrixRow& row, Promise promise) {
  const auto found = row.cells.find(promise);
  if (found == row.cells.end()) return Mark::kAbsent;
  const MatrixCell& cell = found->second;
  if (cell.standing == Standing::kFails || cell.standing == Standing::kOpen) {
    for (const CellResult& each : ResultsOf(record, row, promise)) {
      if (each.standing == cell.standing) return CountedMark(each.result->verdict.judgement);
    }
  }
  switch (cell.verdict.judgement) {
    case Judgement::kHeld:
      if (cell.classes == 0) return Mark::kHeld;
      return cell.sampled == 0 ? Mark::kHeldAll : Mark::kHeldBoth;
    case Judgement::kBroken:
      return cell.known_issue.empty() ? Mark::kBroken : Mark::kKnown;
    case Judgement::kInconclusive:
      return Mark::kUnsure;
    case Judgement::kNotExercised:
      return Mark::kIdle;
  }
  return Mark::kAbsent;
}

std::string_view MarkText(Mark mark) {
  constexpr std::array<std::string_view, kMarkCount> kTexts = {
      "", "", "", "BROKEN", "broken", "known", "HELD", "UNSURE", "unsure", "IDLE", "idle", "·"};
  return kTexts[static_cast<size_t>(mark)];
}

std::string_view MarkMeaning(const RunRecord& record, Mark mark) {
  switch (mark) {
    case Mark::kHeld:
      return "held: judged that many times, never seen broken";
    case Mark::kHeldAll:
      return "held in all interleavings, which fall into that many classes";
    case Mark::kHeldBoth:
      return "held in all interleavings, and so often under load";
    case Mark::kBrokenCounted:
      return record.expect ? "broken, and expected to hold"
                           : "a promise was broken; the evidence is below";
    case Mark::kBroken:
      return record.expect ? "broken, as it must or may"
                           : "broken, but this cache never promised it";
    case Mark::kKnown:
      return "broken, and listed as known";
    case Mark::kHeldUnexpected:
      return "held, but it was expected to break";
    case Mark::kUnsureCounted:
      return "inconclusive: the judge could not decide";
    case Mark::kUnsure:
      return "inconclusive, and not promised";
    case Mark::kIdleCounted:
      return "promised, but this run never put it to the test";
    case Mark::kIdle:
      return "not exercised";
    case Mark::kAbsent:
      return "not asked for by any scenario that ran on it";
  }
  return "";
}

std::string CellText(const RunRecord& record, const MatrixRow& row, Promise promise) {
  const Mark mark = MarkOf(record, row, promise);
  switch (mark) {
    case Mark::kHeld:
      return ShortCount(row.cells.at(promise).verdict.exercised);
    case Mark::kHeldAll:
      return "all " + ShortCount(row.cells.at(promise).classes);
    case Mark::kHeldBoth:
      return "all " + ShortCount(row.cells.at(promise).classes) + " + " +
             ShortCount(row.cells.at(promise).sampled);
    default:
      return std::string(MarkText(mark));
  }
}

}  // namespace tearproof::reports
