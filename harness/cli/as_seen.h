// A break that stress met, as a scenario small enough to be explored.
//
// Purpose: the operations of the evidence, a role for each of their processes, are what met; with
// nothing else in the way, the explorer finds the schedule that makes them break.
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CLI_AS_SEEN_H_
#define TEARPROOF_HARNESS_CLI_AS_SEEN_H_

#include <optional>
#include <string>

#include "harness/api/scenario.h"
#include "harness/api/verdict.h"

namespace tearproof::cli {

// The scenario as TOML, in the form of docs/scenarios.md; nothing where the evidence is of too many
// operations, or of ones that no program can name.
std::optional<std::string> AsSeen(const Scenario& scenario, const Verdict& verdict);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_AS_SEEN_H_
