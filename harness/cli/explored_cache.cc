#include "harness/cli/explored_cache.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <filesystem>

#include "harness/core/text.h"
#include "harness/stress/plan.h"

namespace tearproof::cli {

Scenario ExploredCache::Explored() const {
  Scenario scenario = cell_.known.scenario;
  scenario.tidy = scenario.tidy || faults_ != 0;
  scenario.audit = scenario.audit || faults_ != 0;
  return scenario;
}

explore::CacheSetup ExploredCache::Setup(int core) const {
  const NamedBackend& backend = cell_.backend;
  explore::CacheSetup setup;
  setup.command = backend.command;
  if (setup.command.empty()) {
    std::error_code problem;
    setup.command = {std::filesystem::read_symlink("/proc/self/exe", problem), "adapter",
                     "--backend", backend.implementation};
  }
  setup.scenario = Explored();
  setup.faults = faults_;
  setup.patience = patience_;
  if (backend.description.restarts.value_or(false)) setup.scenario.reset = "process";
  setup.options = backend.options;
  setup.parent_directory = parent_;
  setup.core = core;
  return setup;
}

Result<std::unique_ptr<explore::TracedCache>> ExploredCache::Start(int core) const {
  return explore::TracedCache::Start(Setup(core));
}

std::unique_ptr<explore::CacheJudge> ExploredCache::MakeJudge(
    std::set<Promise> counting, const std::vector<const Checker*>& checkers) const {
  const NamedBackend& backend = cell_.backend;
  return std::make_unique<explore::CacheJudge>(
      Explored(), stress::MakeContract(cell_.known.scenario, backend.description, backend.options),
      std::move(counting), checkers);
}

bool ExploredCache::IsNamed() const { return !cell_.backend.display.starts_with("cmd:"); }

Schedule ExploredCache::EmptySchedule() const {
  Schedule schedule;
  schedule.scenario = cell_.named;
  schedule.program_hash = XXH3_64bits(cell_.known.toml.data(), cell_.known.toml.size());
  // It names things, and never carries a command to execute.
  schedule.backend = IsNamed() ? cell_.backend.display : cell_.backend.description.id;
  return schedule;
}

Result<void> ExploredCache::Check(const Schedule& schedule, const std::string& program_name) const {
  if (schedule.program_hash == EmptySchedule().program_hash) return {};
  return UsageError(
      fmt::format("the schedule is of another version of the scenario {}", cell_.named),
      fmt::format("explore it again: {} explore {} --backend {}", program_name,
                  ShellQuote(cell_.named), ShellQuote(cell_.backend.display)));
}

std::vector<std::string> ExploredCache::Lanes() const {
  std::vector<std::string> lanes;
  for (const Role& role : cell_.known.scenario.roles) {
    for (uint32_t i = 0; role.explore && i < role.explore->processes; ++i) {
      lanes.push_back(fmt::format("{} {}", role.name, lanes.size()));
    }
  }
  return lanes;
}

Result<PlannedCell> PlanExploreCell(const KnownScenario& known, const NamedBackend& backend,
                                    const std::vector<std::string>& typed) {
  TEARPROOF_ASSIGN_OR_RETURN(PlannedCell cell, PlanCell(known, backend, typed));
  cell.unfit = explore::UnfitToExplore(known.scenario, backend.description.operations);
  if (backend.description.process_per_operation.value_or(false)) {
    cell.unfit = "its processes live for one operation, and exploring needs some that live on";
  }
  if (!backend.missing.empty()) cell.unfit = backend.missing;
  return cell;
}

Result<std::vector<PlannedCell>> PlanExploreCells(const Catalogue& catalogue,
                                                  const std::vector<std::string>& scenarios,
                                                  std::vector<std::string> tags,
                                                  std::vector<std::string> backends,
                                                  const std::atomic<bool>& interrupted) {
  if (scenarios.empty() && tags.empty()) tags = {"core"};
  if (backends.empty()) backends = {"all"};
  TEARPROOF_ASSIGN_OR_RETURN(const std::vector<KnownScenario> known,
                             catalogue.FindScenarios(scenarios, tags));
  TEARPROOF_ASSIGN_OR_RETURN(const std::vector<NamedBackend> named,
                             catalogue.FindBackends(backends, &interrupted));
  std::vector<PlannedCell> cells;
  for (const NamedBackend& backend : named) {
    for (const KnownScenario& scenario : known) {
      TEARPROOF_ASSIGN_OR_RETURN(PlannedCell cell, PlanExploreCell(scenario, backend, scenarios));
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

std::vector<ExploredStep> StepsOf(const std::vector<explore::Event>& events) {
  std::vector<ExploredStep> steps;
  steps.reserve(events.size());
  for (const explore::Event& event : events) {
    steps.push_back({event.process, event.label, event.result, event.effect});
  }
  return steps;
}

}  // namespace tearproof::cli
