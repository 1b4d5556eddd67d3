#include "harness/cli/planned_cell.h"

namespace tearproof::cli {
namespace {

Result<void> ApplyScenarioOptions(const Scenario& scenario, NamedBackend* backend) {
  for (const auto& [name, value] : scenario.backend_options) {
    const auto option = backend->options.find(name);
    const bool named = backend->display.find(name + "=") != std::string::npos;
    if (option == backend->options.end() || named) continue;
    if (backend->command.empty()) {
      const auto resolved = ResolveOptions(backend->description, {{name, value}});
      if (!resolved.ok()) {
        return UsageError(scenario.id + ": backend_options: " + resolved.error().Message());
      }
    }
    option->second = value;
  }
  return {};
}

}  // namespace

Result<PlannedCell> PlanCell(const KnownScenario& known, const NamedBackend& backend,
                             const std::vector<std::string>& typed) {
  const std::string& id = known.scenario.id;
  PlannedCell cell{known, backend, id, ""};
  for (const std::string& name : typed) {
    if (!name.ends_with("/" + id + ".toml") && name != id + ".toml") continue;
    cell.named = name;
    break;
  }
  TEARPROOF_RETURN_IF_ERROR(ApplyScenarioOptions(known.scenario, &cell.backend));
  return cell;
}

std::vector<PendingCell> PendingCells(const std::vector<PlannedCell>& cells,
                                      const std::string& engine, size_t records_each) {
  std::vector<PendingCell> pending;
  for (const PlannedCell& cell : cells) {
    pending.insert(pending.end(), records_each,
                   {cell.backend.display, cell.known.scenario.id, engine});
  }
  return pending;
}

CellRecord SkippedCell(const std::string& reason) {
  CellRecord record;
  record.state = CellState::kSkipped;
  record.reason = reason;
  return record;
}

void NameCell(const PlannedCell& cell, const std::string& engine, CellRecord* record) {
  ProjectBackend own;
  own.known = cell.backend.known;
  const Scenario& scenario = cell.known.scenario;
  const std::string known_as = engine == "explore" || engine == "crash" ? engine : "stress";
  for (PromiseResult& result : record->promises) {
    result.known_issue = own.KnownIssue(known_as, scenario.id, result.verdict.promise);
  }
  record->engine = engine;
  record->backend = cell.backend.display;
  record->backend_title = cell.backend.description.title;
  record->loaded = cell.backend.loaded;
  record->model = cell.backend.description.model;
  record->scenario = scenario.id;
  record->scenario_title = scenario.title;
}

}  // namespace tearproof::cli
