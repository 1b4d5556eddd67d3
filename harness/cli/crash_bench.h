// Who reads and judges the states of a cell, and how its processes are traced.
//
// Purpose: what crashing by models and on real file systems share.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_CLI_CRASH_BENCH_H_
#define TEARPROOF_HARNESS_CLI_CRASH_BENCH_H_

#include <memory>

#include "harness/cli/crash_cell.h"
#include "harness/crash/state_judge.h"
#include "harness/crash/state_reader.h"

namespace tearproof::cli {

struct CrashBench {
  // Errors: the reader's.
  static Result<CrashBench> Start(const CrashCellRequest& request);
  // How the cell's processes are started; what the checkers of crashes ask for, the reader does.
  static explore::CacheSetup Setup(const CrashCellRequest& request);

  std::unique_ptr<crash::StateReader> reader;
  std::unique_ptr<crash::StateJudge> judge;
};

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_CRASH_BENCH_H_
