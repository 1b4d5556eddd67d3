// The operations of an evidence as intervals: a lane a process, time from left to right.
//
// Purpose: what precedes what, and what overlaps what, is the whole argument of most evidence, and
// is seen at a glance where it is drawn. Every call and every return has a place of its own, in
// order: on a true scale a short operation between two long ones would vanish.
//
//     process 1  A─ set k0 #791 ────────────────────────────────┤
//     process 3            B─ set k0 #793 ───────────────────────────────────┤
//     process 7                        C━━━━━━━━━━┫ get k0 → value of A
//
//     A   +0.0 µs, took 21.3 µs  wrote the old value
//     B   +9.1 µs, took 25.9 µs  wrote the new value
//   → C  +12.0 µs, took  2.2 µs  returned the old one (decides)
//
// Thread safety: pure functions. Text that they return is safe for a terminal. Units: columns.
#ifndef TEARPROOF_REPORTS_INTERVAL_DIAGRAM_H_
#define TEARPROOF_REPORTS_INTERVAL_DIAGRAM_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/api/verdict.h"
#include "reports/layout.h"

namespace tearproof::reports {

// How to read them; a report says it once.
inline constexpr std::string_view kDiagramLegend =
    "(Diagrams: a lane a process, a bar an operation from call to return, left to right in order "
    "of time, not to scale. Heavy: decides. ▶ never returned. ╳ its process ended first.)";

// The deciding operations and the first of the others, at most twelve, as lines of at most
// `columns`, each behind `indent` spaces and ended by a newline. `engine` says whether times are
// nanoseconds or steps. "" without evidence. REQUIRES: indent >= 2.
std::string IntervalDiagram(const std::vector<EvidenceOp>& evidence, std::string_view engine,
                            const Style& style, size_t indent, size_t columns);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_INTERVAL_DIAGRAM_H_
