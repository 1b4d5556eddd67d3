// What an exploration found, laid out as plain text.
//
// Thread safety: pure functions. Text that they return is safe for a terminal. Units: columns.
#ifndef TEARPROOF_REPORTS_EXPLORATION_WORDS_H_
#define TEARPROOF_REPORTS_EXPLORATION_WORDS_H_

#include <string>
#include <vector>

#include "harness/api/run_record.h"
#include "reports/layout.h"

namespace tearproof::reports {

// A call with the names of files that are mostly a digest made short, so that it fits its line:
// "28d61f7b…0b5.entry". Not yet escaped.
std::string ShortenNames(const std::string& call);
// A lane a process, a line a system call, the deciding one marked; each line behind `indent` spaces
// and ended by a newline:
//
//     6 ● │  writer 0  rename("temp#1", "k0.entry") → 0  (replaces "k0.entry")  ← decides
std::string Lanes(const ExplorationRecord& explored, const Counterexample& example,
                  const Style& style, size_t indent);
// Names of files that are mostly a digest, so that a call fits its line: "28d61f7b…0b5.entry".
std::string ShortenNames(const std::string& call);
// "2 switches between processes; no execution with fewer breaks it".
std::string SwitchesLine(const Counterexample& example);
// "held in all 24 interleaving classes (34,650 interleavings): 2 writers × 1 set, ...", or how far
// it came and what ended it. REQUIRES: cell.explored.
std::string ExploredSentence(const CellRecord& cell);
// The counterexample that shows what `promise` of the cell is broken by, or null.
const Counterexample* CounterexampleOf(const CellRecord& cell, Promise promise);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_EXPLORATION_WORDS_H_
