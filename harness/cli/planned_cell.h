// One scenario on one backend, before an engine runs it.
//
// Purpose: what all engines plan, name and record alike. Thread safety: plain data, pure functions.
// Errors: kUsage.
#ifndef TEARPROOF_HARNESS_CLI_PLANNED_CELL_H_
#define TEARPROOF_HARNESS_CLI_PLANNED_CELL_H_

#include <string>
#include <vector>

#include "harness/api/run_record.h"
#include "harness/cli/catalogue.h"

namespace tearproof::cli {

struct PlannedCell {
  KnownScenario known;
  NamedBackend backend;
  std::string named;  // What a person would type for the scenario: its id, or the user's file.
  std::string unfit;  // Why it is skipped; empty if it runs.
};

// `typed`: the scenarios as named on the command line. A scenario's backend_options count where the
// backend has such an option and the user named nothing else.
Result<PlannedCell> PlanCell(const KnownScenario& known, const NamedBackend& backend,
                             const std::vector<std::string>& typed);

// The cells, each as often as it leaves a record, as a run announces them.
std::vector<PendingCell> PendingCells(const std::vector<PlannedCell>& cells,
                                      const std::string& engine, size_t records_each = 1);

// The record of a cell that does not run.
CellRecord SkippedCell(const std::string& reason);

// Fills in whose cell it is, and which of its verdicts are known races.
void NameCell(const PlannedCell& cell, const std::string& engine, CellRecord* record);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_PLANNED_CELL_H_
