// A scenario on a cache, crashed on a real file system.
//
// Purpose: the same cell as a model's, of states that a recorded disk really had; and whether the
// model of that file system allows them all.
// Thread safety: none. Errors: see crash_cell.h.
#ifndef TEARPROOF_HARNESS_CLI_REAL_CRASH_CELL_H_
#define TEARPROOF_HARNESS_CLI_REAL_CRASH_CELL_H_

#include <functional>

#include "harness/cli/crash_cell.h"

namespace tearproof::cli {

// REQUIRES: request.settings->real is not empty.
CrashCellOutcome RunRealCrashCell(const CrashCellRequest& request,
                                  const std::function<void(const CrashProgress&)>& progress);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_REAL_CRASH_CELL_H_
