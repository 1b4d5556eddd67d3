// What an exploration left, in the folder of its cell, and how it is found again.
//
// Form: `frontier` in the cell's folder: a line that says of what it is (a schedule without
// choices, then the options that shape it), then explore::Exploration::frontier.
// Thread safety: pure functions over files. Errors: kUsage; kEnvironment where files fail.
#ifndef TEARPROOF_HARNESS_CLI_LEFT_UNEXPLORED_H_
#define TEARPROOF_HARNESS_CLI_LEFT_UNEXPLORED_H_

#include <string>

#include "harness/api/run_record.h"
#include "harness/api/schedule.h"
#include "harness/core/result.h"
#include "harness/explore/explorer.h"

namespace tearproof::cli {

struct LeftUnexplored {
  CellRecord cell;       // Of the earlier run.
  std::string program;   // The file's first line.
  std::string frontier;  // For explore::ExploreOptions::resume.
};

// `directory` is made if need be.
Result<void> WriteFrontier(const std::string& directory, const Schedule& program,
                           const explore::ExploreOptions& options, const std::string& frontier);

// Of the cell of `scenario` on `backend` in the run that is so named (an id, a directory or
// "latest"). Empty names stand for the only one that was left.
Result<LeftUnexplored> FindLeftUnexplored(const std::string& run, const std::string& scenario,
                                          const std::string& backend);

// Whether `program` and `options` are those that were left.
Result<void> CheckResumable(const LeftUnexplored& left, const Schedule& program,
                            const explore::ExploreOptions& options);

// The verdict as it was before it was left undecided.
Verdict Reopen(Verdict verdict, const ExplorationRecord& explored);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_LEFT_UNEXPLORED_H_
