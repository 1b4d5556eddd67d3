// What an exploration found, for a terminal.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CLI_EXPLORED_WORDS_H_
#define TEARPROOF_HARNESS_CLI_EXPLORED_WORDS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/api/promise.h"
#include "harness/api/scenario.h"
#include "harness/api/verdict.h"
#include "harness/explore/explorer.h"
#include "harness/trace/event.h"

namespace tearproof::cli {

// A lane a process, a line an event; `deciding` is marked.
std::string LanesOf(const std::vector<explore::Event>& events, std::optional<size_t> deciding,
                    const Scenario& scenario);
// A line a promise: "intact      held       24 hits that overlapped a write of their key".
std::string PromisesOf(const std::map<Promise, Verdict>& verdicts,
                       const std::set<Promise>& promised);
// "held in all 24 interleaving classes (5,550,996,791,340 interleavings): ..."
std::string WordsOf(const explore::Exploration& found, trace::Unseen unseen,
                    const std::string& scope);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_EXPLORED_WORDS_H_
