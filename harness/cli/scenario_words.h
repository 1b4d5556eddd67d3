// What a scenario does, in words.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CLI_SCENARIO_WORDS_H_
#define TEARPROOF_HARNESS_CLI_SCENARIO_WORDS_H_

#include <string>

#include "harness/api/run_record.h"
#include "harness/api/scenario.h"

namespace tearproof::cli {

// Of the stress engine: "4 writers (set), 1 reader (get, has)".
std::string DescribeRoles(const Scenario& scenario);
// What a held verdict covers: roles, keys, values, kills, and where.
std::string DescribeScope(const Scenario& scenario, const Machine& machine);
// "300 keys, all as likely"
std::string DescribeKeys(const KeyOptions& keys);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_SCENARIO_WORDS_H_
