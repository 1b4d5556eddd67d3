// The record of an earlier run, by the name that people give it.
//
// Thread safety: none needed. Errors: kUsage, with what to name instead.
#ifndef TEARPROOF_HARNESS_CLI_LOAD_RUN_H_
#define TEARPROOF_HARNESS_CLI_LOAD_RUN_H_

#include <string>

#include "harness/api/run_record.h"
#include "harness/core/result.h"

namespace tearproof::cli {

// `named`: a run's id or directory, "latest", or the file that --json wrote.
Result<RunRecord> LoadRun(const std::string& named);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_LOAD_RUN_H_
