// What the HTML page shows of a run, as the JSON that its script reads.
//
// Purpose: all judging and wording is done here, by what the other formats use too; the page only
// lays out. The shape is that of reports/html/page/model.ts. Captured text in it has gone through
// EscapeForTerminal. Thread safety: pure functions.
#ifndef TEARPROOF_REPORTS_HTML_PAGE_DATA_H_
#define TEARPROOF_REPORTS_HTML_PAGE_DATA_H_

#include <nlohmann/json.hpp>

#include "harness/api/run_record.h"
#include "reports/findings.h"

namespace tearproof::reports::html {

// Links between the matrix and the evidence: "naive/intact", one for each backend and promise.
std::string AnchorOf(const MatrixRow& row, Promise promise);

nlohmann::json PageData(const RunRecord& record);

// The evidence of a broken promise: words, and lanes of operations or of system calls.
nlohmann::json BreakData(const RunRecord& record, const Break& each);

}  // namespace tearproof::reports::html

#endif  // TEARPROOF_REPORTS_HTML_PAGE_DATA_H_
