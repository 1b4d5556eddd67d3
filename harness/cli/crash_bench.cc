#include "harness/cli/crash_bench.h"

#include "harness/api/registry.h"
#include "harness/stress/plan.h"

namespace tearproof::cli {
namespace {

constexpr uint16_t kReaderProcess = 127;

// That some step of the programs names.
std::set<uint32_t> KeysOf(const Scenario& scenario) {
  std::set<uint32_t> keys;
  const auto add = [&](const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (step.target == Step::Target::kKey) keys.insert(step.key);
      if (step.target != Step::Target::kEach) continue;
      for (uint32_t key = 0; key < scenario.keys.count; ++key) keys.insert(key);
    }
  };
  add(scenario.explore_before);
  for (const Role& role : scenario.roles) {
    if (role.explore) add(role.explore->program);
  }
  return keys;
}

OpenBackend FindOpen(const NamedBackend& backend) {
  for (const RegisteredBackend& registered : RegisteredBackends()) {
    if (backend.command.empty() && registered.id == backend.implementation) return registered.open;
  }
  return nullptr;
}

}  // namespace

Result<CrashBench> CrashBench::Start(const CrashCellRequest& request) {
  const PlannedCell& cell = *request.cell;
  const Scenario& scenario = cell.known.scenario;
  crash::ReaderSetup reader;
  reader.open = FindOpen(cell.backend);
  reader.command = cell.backend.command;
  reader.options = cell.backend.options;
  reader.parent_directory = request.settings->parent_directory;
  reader.plan.keys = scenario.KeyNames();
  reader.plan.counters = scenario.counters;
  reader.plan.tidies = true;
  reader.plan.process = kReaderProcess;
  reader.plan.asked_for = KeysOf(scenario);
  CrashBench bench;
  TEARPROOF_ASSIGN_OR_RETURN(bench.reader, crash::StateReader::Start(std::move(reader)));
  const Contract contract =
      stress::MakeContract(scenario, cell.backend.description, cell.backend.options);
  Checker::Ingredients ingredients = explore::ExploreIngredients(scenario, contract);
  ingredients.power_cuts = ingredients.kills = ingredients.surveyed = true;
  bench.judge =
      std::make_unique<crash::StateJudge>(*bench.reader, contract, ingredients, request.checkers);
  return bench;
}

explore::CacheSetup CrashBench::Setup(const CrashCellRequest& request) {
  const ExploredCache cache(*request.cell, request.settings->parent_directory);
  explore::CacheSetup setup = cache.Setup(-1);
  setup.scenario.audit = setup.scenario.tidy = false;
  return setup;
}

}  // namespace tearproof::cli
