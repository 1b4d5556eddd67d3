// Where a run leaves its record: .tearproof/runs/<id>/.
//
// Purpose: run.json, histories and reports of each run; `latest` leads to the newest; the last 20
// are kept, and those whose runs have not ended. Only directories that carry our marker with their
// own inode in it are ever deleted. Failing to record never changes a verdict: the caller gets an
// error and goes on. Thread and process safety: several tearproofs may run in one folder.
#ifndef TEARPROOF_HARNESS_CLI_RUN_DIRECTORY_H_
#define TEARPROOF_HARNESS_CLI_RUN_DIRECTORY_H_

#include <string>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof::cli {

inline constexpr int kRunsKept = 20;

struct RunDirectory {
  std::string id;        // "2026-11-22T14-03-11-4f2a"
  std::string path;      // Absolute.
  std::string relative;  // As a person would type it: ".tearproof/runs/<id>"
  UniqueFd lock;         // Held while the run runs, so that no other one drops it.
};

// Makes the next run's directory under the working directory and drops the oldest runs.
Result<RunDirectory> CreateRunDirectory();
// An id, a path, or "latest" → the directory. Errors: kUsage.
Result<RunDirectory> FindRunDirectory(const std::string& named);
// Why there is no report in `run`: it runs still, or it was killed. "" where neither can be said.
std::string WhyUnfinished(const RunDirectory& run);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_RUN_DIRECTORY_H_
