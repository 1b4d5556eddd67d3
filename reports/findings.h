// What a report has to say of a run, before it is laid out in a format.
//
// Purpose: the questions that every format asks of a run record, answered once. Text that these
// functions return has gone through EscapeForTerminal; a format escapes it once more for its own
// sake. Thread safety: pure functions. Ownership: results borrow the record and the rows.
#ifndef TEARPROOF_REPORTS_FINDINGS_H_
#define TEARPROOF_REPORTS_FINDINGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/api/run_record.h"

namespace tearproof::reports {

// One verdict of one cell, and what it means for the run.
struct CellResult {
  const CellRecord* cell = nullptr;
  const PromiseResult* result = nullptr;
  Standing standing = Standing::kFine;
};

// BuildMatrix, with what is broken first, then what is left open, then known and tolerated breaks,
// then what held, then what was skipped.
std::vector<MatrixRow> SortedMatrix(const RunRecord& record);

// What the cells of `row` say of `promise`, in the order of the record.
std::vector<CellResult> ResultsOf(const RunRecord& record, const MatrixRow& row, Promise promise);

// A broken promise of one backend, all its scenarios as one.
struct Break {
  const MatrixRow* row;
  const MatrixCell* cell;
  CellResult source;  // The scenario whose evidence is shown.
};
enum class BreakClass : uint8_t { kFails, kExpected, kKnown, kNotPromised };
// The heading over the breaks of a class.
std::string_view TitleOf(BreakClass which);
BreakClass ClassOf(const Break& each);
// In the order of `rows`.
std::vector<Break> FindBreaks(const RunRecord& record, const std::vector<MatrixRow>& rows);

// "naive broke intact in get-set".
std::string BreakTitle(const Break& each);
// "12,345 times in 3.1 M hits that overlapped a set of their key; also in set-set".
std::string BreakAmount(const RunRecord& record, const Break& each);

// The cells that were not come to, those of one backend together: backend, scenarios.
std::vector<std::pair<std::string, std::vector<std::string>>> NotRunByBackend(
    const RunRecord& record);

// How often the audit of a cell's rounds found the keys again that the round had set; empty where
// there was no such audit.
std::string SurvivalSentence(const CellRecord& cell);

// "1 hit that met a set", "3.1 M hits that met a set".
std::string ShortCounted(uint64_t count, std::string_view plural);

// "what still held: monotonic reads, intact"; empty where nothing is known to.
std::string StillHeldLine(const Verdict& verdict);

// The evidence as lines of plain text: sentence, cause, remedy, diagram, the rerun line.
std::vector<std::string> EvidenceLines(const CellResult& source);

// "3.1 M", "12 k", "950": at most five columns.
std::string ShortCount(uint64_t count);
// A captured name, fit for a title or a table.
std::string SafeName(std::string_view name);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_FINDINGS_H_
