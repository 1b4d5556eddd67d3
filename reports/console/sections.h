// The parts of the console report, from top to bottom.
//
// Thread safety: pure functions. All text that they return is safe for a terminal. Each borrows
// its arguments for the call only.
#ifndef TEARPROOF_REPORTS_CONSOLE_SECTIONS_H_
#define TEARPROOF_REPORTS_CONSOLE_SECTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/api/run_record.h"
#include "reports/findings.h"
#include "reports/layout.h"

namespace tearproof::reports::console {

struct Page {
  const RunRecord& record;
  std::vector<MatrixRow> rows;  // As shown: broken first, then open, then held, then skipped.
  Style style;
  size_t columns = 80;
};

// A line to copy: alone on its line and never wrapped.
std::string CopyLine(const Page& page, std::string_view command);

std::string MatrixSection(const Page& page);
// Of a run that is one exploration: a line a promise, which says more than the matrix.
bool IsOneExploration(const Page& page);
std::string PromiseSection(const Page& page);
// Of each exploration: in how many interleavings, or how far it came.
std::string ExploredSection(const Page& page);
// Of each crash: its states, and promise by promise what they broke.
std::string CrashedSection(const Page& page);
// Every broken promise with its evidence. `only_failing`: only those that fail the run.
std::string EvidenceSection(const Page& page, bool only_failing);
// What was neither broken nor held though it counts.
std::string OpenSection(const Page& page);
std::string SpeedSection(const Page& page);
// Of caches behind adapters: what was really judged.
std::string LoadedSection(const Page& page);
// Of benchmarks: speed and cost, grouped by durability.
std::string BenchSection(const Page& page);
// Notes, skipped cells, and what a held verdict covers.
std::string RemarksSection(const Page& page);
// The verdict in words and, on failure, one line to copy.
std::string VerdictSection(const Page& page);

}  // namespace tearproof::reports::console

#endif  // TEARPROOF_REPORTS_CONSOLE_SECTIONS_H_
