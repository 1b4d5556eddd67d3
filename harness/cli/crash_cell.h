// A scenario on a cache, crashed under each model: a cell a model.
//
// Purpose: what `crash` and `replay` share: the traced runs, the states that each model allows of
// them, the smallest story of each break, and the schedule that leads to it.
// Thread safety: none. Errors: a cell that this machine or its user's program could not run says so
// in its state.
#ifndef TEARPROOF_HARNESS_CLI_CRASH_CELL_H_
#define TEARPROOF_HARNESS_CLI_CRASH_CELL_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/api/run_record.h"
#include "harness/cli/explored_cache.h"
#include "harness/crash/crash_engine.h"

namespace tearproof::cli {

struct CrashSettings {
  std::vector<const crash::PersistenceModel*> models;
  std::string parent_directory;
  crash::CrashBudget budget;
  std::string real;   // "ext4": a real file system, and no models.
  uint64_t runs = 1;  // Interleavings that are crashed; 1: each process in turn, alone.
  bool strict = false;
  bool expect = false;
};

struct CrashCellRequest {
  const PlannedCell* cell = nullptr;  // Not unfit.
  const CrashSettings* settings = nullptr;
  std::string keep;  // Where the broken state goes; may be empty.
  std::string program_name;
  std::string rerun_options;
  Machine machine;
  std::vector<const Checker*> checkers;
};

struct CrashCellOutcome {
  std::vector<CellRecord> records;  // One a model, complete.
  std::vector<std::string> notes;
};

struct CrashProgress {
  std::string model;
  uint64_t runs = 0;
};

CrashCellOutcome RunCrashCell(const CrashCellRequest& request,
                              const std::function<void(const CrashProgress&)>& progress);

// A schedule that ends in a power cut: the model, and what comes before and after.
struct CrashSchedule {
  const crash::PersistenceModel* model = nullptr;
  std::vector<explore::ProcessId> choices;
  std::vector<uint64_t> picks;
};
// Nothing: the schedule knows no power cut. Errors: kUsage, for a model that is unknown.
Result<std::optional<CrashSchedule>> CrashOf(const Schedule& schedule);

// The story of one state of a run, judged: what `replay` shows.
struct ShownCrash {
  CrashStory story;
  std::vector<Verdict> verdicts;
};
Result<ShownCrash> ReplayCrash(const CrashCellRequest& request, const CrashSchedule& schedule);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_CRASH_CELL_H_
