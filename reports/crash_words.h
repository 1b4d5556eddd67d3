// What a power cut left, laid out as plain text.
//
// Thread safety: pure functions. Text that they return is safe for a terminal. Units: columns.
#ifndef TEARPROOF_REPORTS_CRASH_WORDS_H_
#define TEARPROOF_REPORTS_CRASH_WORDS_H_

#include <string>
#include <vector>

#include "harness/api/run_record.h"
#include "reports/layout.h"

namespace tearproof::reports {

// The story that shows what `promise` of the cell is broken by, or null.
const CrashStory* StoryOf(const CellRecord& cell, Promise promise);
// The calls as lanes, then what had reached the disk, what had not, what was read, and which fsync
// is missing; each line behind `indent` spaces and ended by a newline. REQUIRES: cell.crashed.
std::string TellStory(const CellRecord& cell, const CrashStory& story, const Style& style,
                      size_t indent);
// "missing: the name k0; get k0 → miss; an fsync of ... would have kept it".
std::string StoryInShort(const CrashStory& story);
// "8 moments, 108 different states of 400 k drawn, 346 judged". REQUIRES: cell.crashed.
std::string CrashedSentence(const CellRecord& cell);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_CRASH_WORDS_H_
