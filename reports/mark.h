// What a cell of the matrix shows: one short word for each way in which a verdict may count.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_REPORTS_MARK_H_
#define TEARPROOF_REPORTS_MARK_H_

#include <string>
#include <string_view>

#include "harness/api/run_record.h"

namespace tearproof::reports {

// What a cell shows. Capitals are what counts against the run.
enum class Mark : uint8_t {
  kHeld,
  kHeldAll,   // In all interleavings that there are.
  kHeldBoth,  // There, and where luck decided what was met.
  kBrokenCounted,
  kBroken,
  kKnown,
  kHeldUnexpected,
  kUnsureCounted,
  kUnsure,
  kIdleCounted,
  kIdle,
  kAbsent,
};

// If any scenario counts against the run, the mark is of the worst of them; else of all as one.
Mark MarkOf(const RunRecord& record, const MatrixRow& row, Promise promise);
// "BROKEN"; empty for the held ones.
std::string_view MarkText(Mark mark);
// What the legend says of it.
std::string_view MarkMeaning(const RunRecord& record, Mark mark);
// The word, or for a held one how often it was judged: "975 k", "all 24", "all 24 + 975 k".
std::string CellText(const RunRecord& record, const MatrixRow& row, Promise promise);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_MARK_H_
