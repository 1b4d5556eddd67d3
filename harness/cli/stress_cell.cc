#include "harness/cli/stress_cell.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/scenario_words.h"
#include "harness/core/check.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

stress::CellRequest MakeRequest(const PlannedCell& cell, const StressSettings& settings,
                                const StressCellPlace& place) {
  stress::CellRequest request;
  request.scenario = cell.known.scenario;
  request.description = cell.backend.description;
  request.duration = settings.duration;
  request.goal = settings.goal;
  request.expect = settings.expect;
  request.parent_directory = settings.parent_directory;
  request.cell_directory = place.directory;
  request.history_budget = place.history_budget;
  request.keep_all = place.keep_all;
  request.keep_going = settings.keep_going;
  stress::Plan& plan = request.plan;
  plan.scenario_id = cell.known.scenario.id;
  plan.scenario_toml = cell.known.toml;
  plan.overrides = settings.overrides;
  plan.backend_id = cell.backend.implementation;
  plan.adapter_command = cell.backend.command;
  plan.process_per_operation = cell.backend.description.process_per_operation.value_or(false);
  plan.concurrency = plan.process_per_operation ? 1 : cell.backend.description.concurrency;
  plan.backend_options = cell.backend.options;
  plan.promises = cell.backend.description.promises;
  plan.contract =
      stress::MakeContract(cell.known.scenario, cell.backend.description, cell.backend.options);
  plan.ttl = cell.backend.description.ttl;
  plan.seed = settings.seed;
  plan.verify = settings.verify;
  plan.affinity = settings.affinity;
  plan.segment_capacity = stress::SegmentCapacity(cell.known.scenario);
  return request;
}

}  // namespace

bool HasStressRole(const Scenario& scenario) {
  return std::any_of(scenario.roles.begin(), scenario.roles.end(),
                     [](const Role& role) { return role.stress.has_value(); });
}

Result<PlannedCell> PlanStressCell(const KnownScenario& known, const NamedBackend& backend,
                                   const stress::Overrides& overrides,
                                   const std::vector<std::string>& typed) {
  TEARPROOF_ASSIGN_OR_RETURN(PlannedCell cell, PlanCell(known, backend, typed));
  stress::ApplyOverrides(overrides, &cell.known.scenario);
  cell.unfit = stress::FitToBackend(backend.description, &cell.known.scenario);
  if (!backend.missing.empty()) cell.unfit = backend.missing;
  return cell;
}

stress::CellOutcome RunStressCell(const PlannedCell& cell, const StressSettings& settings,
                                  const StressCellPlace& place, const Machine& machine,
                                  const std::vector<const Checker*>& checkers,
                                  const std::function<void(const stress::Progress&)>& progress,
                                  const std::atomic<bool>& interrupted) {
  const Scenario& scenario = cell.known.scenario;
  const stress::CellRequest request = MakeRequest(cell, settings, place);
  SetCheckContext(
      fmt::format("seed {}, {} on {}", settings.seed, scenario.id, cell.backend.display));
  stress::CellOutcome outcome = stress::RunCell(request, checkers, progress, interrupted);
  outcome.record.history = place.name;
  outcome.record.scope = DescribeScope(scenario, machine);
  for (std::string& note : outcome.notes) {
    note = fmt::format("{} on {}: {}", scenario.id, cell.backend.display, note);
  }
  return outcome;
}

std::string ProgressWords(const stress::Progress& progress) {
  std::vector<std::string> broken;
  for (Promise promise : progress.broken) broken.emplace_back(PromiseName(promise));
  // What matters comes first: a narrow terminal cuts the rest.
  return fmt::format(
      "{}{}, {} operations, {}{}{}", FormatDuration(progress.elapsed),
      broken.empty() ? "" : ", broken: " + Join(broken, ", "),
      FormatRounded(static_cast<double>(progress.operations)), Counted(progress.rounds, "rounds"),
      progress.kills > 0 ? ", " + Counted(progress.kills, "kills") : "",
      progress.covered > 0 ? fmt::format(", {:.0f} % covered", 100 * progress.covered) : "");
}

}  // namespace tearproof::cli
