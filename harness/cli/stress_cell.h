// One cell of the stress engine, from plan to record.
//
// Purpose: what `stress` and `run` share. Thread safety: none. Errors: kUsage.
#ifndef TEARPROOF_HARNESS_CLI_STRESS_CELL_H_
#define TEARPROOF_HARNESS_CLI_STRESS_CELL_H_

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "harness/cli/planned_cell.h"
#include "harness/cli/stress_options.h"
#include "harness/stress/stress_engine.h"

namespace tearproof::cli {

// Of all histories of one run, bytes that may be kept.
inline constexpr uint64_t kHistoryBudget = uint64_t{1} << 30;

bool HasStressRole(const Scenario& scenario);
// The cell with its scenario overridden and fitted to the backend.
Result<PlannedCell> PlanStressCell(const KnownScenario& known, const NamedBackend& backend,
                                   const stress::Overrides& overrides,
                                   const std::vector<std::string>& typed);

struct StressCellPlace {
  std::string directory;        // Where its history goes: absolute.
  std::string name;             // The same, relative to the run.
  uint64_t history_budget = 0;  // Bytes that kept rounds may take.
  bool keep_all = false;
};
// The record lacks only its rerun line. REQUIRES: the cell is not unfit.
stress::CellOutcome RunStressCell(const PlannedCell& cell, const StressSettings& settings,
                                  const StressCellPlace& place, const Machine& machine,
                                  const std::vector<const Checker*>& checkers,
                                  const std::function<void(const stress::Progress&)>& progress,
                                  const std::atomic<bool>& interrupted);

// "2.1 s, broken: intact, 1.2 M operations, 3 rounds".
std::string ProgressWords(const stress::Progress& progress);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_STRESS_CELL_H_
