// What the HTML page shows of a run, as the JSON that its script reads.
//
// Purpose: all judging and wording is done here, by what the other formats use too; the page only
// lays out. The shape is that of reports/html/page/model.ts. Captured text in it has gone through
// EscapeForTerminal. Thread safety: pure functions.
#ifndef TEARPROOF_REPORTS_HTML_PAGE_DATA_H_
#define TEARPROOF_REPORTS_HTML_PAGE_DATA_H_

#include <nlohmann/json.hpp>
#include <span>

#include "harness/api/run_record.h"
#include "reports/findings.h"

namespace tearproof::reports::html {

using Json = nlohmann::json;

// Of captured text, bytes that are shown: of a sentence, and of a line to paste.
inline constexpr size_t kLongestSentence = 4000;
inline constexpr size_t kLongestCommand = 8192;

// Links between the matrix and the evidence: "naive/intact", one for each backend and promise.
std::string AnchorOf(const MatrixRow& row, Promise promise);

Json PageData(const RunRecord& record);

// Those operations beside an evidence that its lanes show.
std::span<const EvidenceOp> ShownNeighbours(const Verdict& verdict);
// The evidence of a broken promise: words, and lanes of operations or of system calls.
Json BreakData(const RunRecord& record, const Break& each);

}  // namespace tearproof::reports::html

#endif  // TEARPROOF_REPORTS_HTML_PAGE_DATA_H_
