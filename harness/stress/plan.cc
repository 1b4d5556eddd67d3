#include "harness/stress/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/json.h"
#include "harness/core/text.h"
#include "harness/history/segment.h"

namespace tearproof::stress {
namespace {

using nlohmann::json;

constexpr int kPlanVersion = 1;

constexpr uint64_t kLiveBytes = 256 << 20;
constexpr uint64_t kMostSlots = 1 << 17;
constexpr uint64_t kSideBytesPerSlot = 2;
constexpr uint64_t kLeastSideBytes = 8 << 10;
constexpr uint64_t kMostSideBytes = 256 << 10;

// Drops what the backend lacks. False if nothing is left.
bool FitMix(const std::set<OpKind>& operations, std::map<OpKind, uint32_t>* mix) {
  std::erase_if(*mix, [&](const auto& entry) { return !operations.contains(entry.first); });
  return !mix->empty();
}

// The operation of the scenario that puts something into the cache, if one does.
std::optional<OpKind> FindFilling(const Scenario& scenario) {
  const std::set<OpKind> kinds = scenario.Ingredients().kinds;
  for (const OpKind kind : {OpKind::kSet, OpKind::kAdd}) {
    if (kinds.contains(kind)) return kind;
  }
  return std::nullopt;
}

// The first operation among the steps that the backend lacks.
std::optional<OpKind> MissingStep(const std::set<OpKind>& operations,
                                  const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (step.kind != OpKind::kInit && !operations.contains(step.kind)) return step.kind;
  }
  return std::nullopt;
}

json SizesToJson(const SizeDistribution& sizes) {
  json out = {{"choices", sizes.choices}};
  if (sizes.range) out["range"] = {sizes.range->first, sizes.range->second};
  return out;
}

SizeDistribution SizesFromJson(const json& in) {
  SizeDistribution sizes;
  sizes.choices = in.at("choices").get<std::vector<uint64_t>>();
  if (in.contains("range")) {
    sizes.range = std::pair(in["range"].at(0).get<uint64_t>(), in["range"].at(1).get<uint64_t>());
  }
  return sizes;
}

json OverridesToJson(const Overrides& overrides) {
  json out = {{"processes", overrides.processes}};
  if (overrides.value_sizes) out["value_sizes"] = SizesToJson(*overrides.value_sizes);
  if (overrides.kills_per_second) out["kills_per_second"] = *overrides.kills_per_second;
  return out;
}

Overrides OverridesFromJson(const json& in) {
  Overrides overrides;
  overrides.processes = in.at("processes").get<std::map<std::string, uint32_t>>();
  if (in.contains("value_sizes")) overrides.value_sizes = SizesFromJson(in["value_sizes"]);
  if (in.contains("kills_per_second")) {
    overrides.kills_per_second = in["kills_per_second"].get<double>();
  }
  return overrides;
}

json ContractToJson(const Contract& contract) {
  json out = {{"evicts", contract.evicts},
              {"ttl_resolution", contract.ttl_resolution},
              {"miss_after_kill", contract.miss_after_kill},
              {"operations", json::array()}};
  if (contract.max_entries) out["max_entries"] = *contract.max_entries;
  for (OpKind kind : contract.operations) out["operations"].push_back(OpKindName(kind));
  return out;
}

// Checkers add it to deadlines: a made-up one must not overflow.
constexpr int64_t kMostTtlResolution = int64_t{366} * 86'400 * 1'000'000'000;

Contract ContractFromJson(const json& in) {
  Contract contract;
  contract.evicts = in.at("evicts");
  contract.ttl_resolution = in.at("ttl_resolution");
  if (contract.ttl_resolution < 0 || contract.ttl_resolution > kMostTtlResolution) {
    throw std::runtime_error("\"ttl_resolution\" is out of all bounds");
  }
  contract.miss_after_kill = in.at("miss_after_kill");
  if (in.contains("max_entries")) contract.max_entries = in["max_entries"].get<uint64_t>();
  for (const json& name : in.at("operations")) {
    const auto kind = ParseOpKind(name.get<std::string>());
    if (kind) contract.operations.insert(*kind);
  }
  return contract;
}

}  // namespace

Result<void> CheckRoles(const Overrides& overrides, const std::vector<const Scenario*>& scenarios) {
  std::vector<std::string> names;
  for (const Scenario* scenario : scenarios) {
    for (const Role& role : scenario->roles) {
      const bool listed = std::find(names.begin(), names.end(), role.name) != names.end();
      if (role.stress && !listed) names.push_back(role.name);
    }
  }
  for (const auto& [name, count] : overrides.processes) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string which = scenarios.size() == 1
                                  ? fmt::format("the scenario {} has no", scenarios[0]->id)
                                  : "none of the selected scenarios has a";
    return UsageError(fmt::format("{} role '{}'", which, EscapeForTerminal(name, 60)),
                      "there are: " + Join(names, ", "));
  }
  return {};
}

void ApplyOverrides(const Overrides& overrides, Scenario* scenario) {
  for (Role& role : scenario->roles) {
    const auto count = overrides.processes.find(role.name);
    if (role.stress && count != overrides.processes.end()) role.stress->processes = count->second;
  }
  if (overrides.value_sizes && !scenario->counters) scenario->value_sizes = *overrides.value_sizes;
  if (overrides.kills_per_second) scenario->kills_per_second = *overrides.kills_per_second;
}

std::string FitToBackend(const BackendDescription& description, Scenario* scenario) {
  const std::set<OpKind>& operations = description.operations;
  const std::optional<OpKind> filling = FindFilling(*scenario);
  if (!scenario->ttls_millis.empty() && !description.ttl) return "it has no times to live";
  if (const auto missing = MissingStep(operations, scenario->before)) {
    return fmt::format("it has no {}", OpKindName(*missing));
  }
  for (Role& role : scenario->roles) {
    if (!role.stress) continue;
    if (const auto missing = MissingStep(operations, role.stress->sequence)) {
      return fmt::format("it has no {}", OpKindName(*missing));
    }
    if (role.stress->mix.empty()) continue;
    const OpKind first = role.stress->mix.begin()->first;
    if (!FitMix(operations, &role.stress->mix))
      return fmt::format("it has no {}", OpKindName(first));
  }
  if (filling && !FindFilling(*scenario)) return fmt::format("it has no {}", OpKindName(*filling));
  return "";
}

Result<Scenario> Plan::LoadScenario() const {
  TEARPROOF_ASSIGN_OR_RETURN(Scenario scenario,
                             ParseScenario(scenario_toml, scenario_id, scenario_id));
  ApplyOverrides(overrides, &scenario);
  BackendDescription description;
  description.operations = contract.operations;
  description.ttl = ttl;
  const std::string unfit = FitToBackend(description, &scenario);
  if (!unfit.empty()) return UsageError("the plan's backend cannot run it: " + unfit);
  return scenario;
}

Result<void> WritePlan(const Plan& plan, const std::string& path) {
  json promises = json::array();
  for (Promise promise : plan.promises) promises.push_back(PromiseName(promise));
  const json out = {{"version", kPlanVersion},
                    {"scenario_id", plan.scenario_id},
                    {"scenario_toml", plan.scenario_toml},
                    {"overrides", OverridesToJson(plan.overrides)},
                    {"backend_id", plan.backend_id},
                    {"backend_options", plan.backend_options},
                    {"adapter_command", plan.adapter_command},
                    {"process_per_operation", plan.process_per_operation},
                    {"concurrency", plan.concurrency},
                    {"promises", promises},
                    {"contract", ContractToJson(plan.contract)},
                    {"ttl", plan.ttl},
                    {"seed", plan.seed},
                    {"verify", plan.verify == VerifyMode::kFull ? "full" : "stamps"},
                    {"segment_capacity", plan.segment_capacity},
                    {"affinity", plan.affinity},
                    {"work_directory", plan.work_directory},
                    {"cell_directory", plan.cell_directory},
                    {"coordinator", plan.coordinator}};
  return ReplaceFile(path, DumpJson(out));
}

Result<Plan> ReadPlan(const std::string& path) {
  TEARPROOF_ASSIGN_OR_RETURN(const json in, ReadJsonFile(path));
  return ConvertJson(path, [&] {
    if (in.at("version") != kPlanVersion) {
      throw std::runtime_error("it was written by another version of tearproof");
    }
    Plan plan;
    plan.scenario_id = in.at("scenario_id");
    plan.scenario_toml = in.at("scenario_toml");
    plan.overrides = OverridesFromJson(in.at("overrides"));
    plan.backend_id = in.at("backend_id");
    plan.backend_options = in.at("backend_options").get<BackendOptions>();
    plan.adapter_command = in.at("adapter_command").get<std::vector<std::string>>();
    plan.process_per_operation = in.at("process_per_operation").get<bool>();
    plan.concurrency = in.at("concurrency").get<uint32_t>();
    for (const json& name : in.at("promises")) {
      const auto promise = ParsePromise(name.get<std::string>());
      if (promise) plan.promises.insert(*promise);
    }
    plan.contract = ContractFromJson(in.at("contract"));
    plan.ttl = in.at("ttl");
    plan.seed = in.at("seed");
    plan.verify = in.at("verify") == "full" ? VerifyMode::kFull : VerifyMode::kStamps;
    plan.segment_capacity = in.at("segment_capacity");
    plan.affinity = in.at("affinity").get<std::vector<int>>();
    plan.work_directory = in.at("work_directory");
    plan.cell_directory = in.at("cell_directory");
    plan.coordinator = in.at("coordinator");
    return plan;
  });
}

uint64_t SegmentCapacity(const Scenario& scenario) {
  constexpr uint64_t kFixedBytes = kLeastSideBytes + 4096;               // The header's page.
  const uint64_t share = kLiveBytes / (scenario.StressProcesses() + 2);  // The setup and the audit.
  const uint64_t fitting =
      share > kFixedBytes ? (share - kFixedBytes) / (sizeof(Slot) + kSideBytesPerSlot) : 0;
  return std::max(std::min(kMostSlots, fitting), uint64_t{4} * scenario.keys.count + 64);
}

uint64_t SegmentSideBytes(uint64_t capacity) {
  return std::clamp(capacity * kSideBytesPerSlot, kLeastSideBytes, kMostSideBytes);
}

Contract MakeContract(const Scenario& scenario, const BackendDescription& description,
                      const BackendOptions& options) {
  Contract contract;
  contract.operations = description.operations;
  contract.ttl_resolution = description.ttl_resolution;
  contract.miss_after_kill = description.miss_after_kill;
  contract.max_entries = description.max_entries;
  const auto option = options.find(description.max_entries_option);
  if (option != options.end()) {
    const uint64_t limit = std::strtoull(option->second.c_str(), nullptr, 10);
    contract.max_entries = limit == 0 ? std::nullopt : std::optional<uint64_t>(limit);
  }
  // A limit that the scenario's keys cannot reach evicts nothing, even if each process has a
  // temporary file in the directory that counts.
  const bool reachable = !contract.max_entries ||
                         scenario.keys.count + scenario.StressProcesses() >= *contract.max_entries;
  const bool limited = description.max_entries_option.empty() || contract.max_entries;
  contract.evicts = scenario.evicts || (description.evicts && limited && reachable);
  return contract;
}

Checker::Ingredients MakeIngredients(const Scenario& scenario, const Contract& contract) {
  Checker::Ingredients ingredients = scenario.Ingredients();
  std::erase_if(ingredients.kinds, [&](OpKind kind) {
    return kind != OpKind::kInit && !contract.operations.contains(kind);
  });
  ingredients.limit =
      contract.max_entries.has_value() && scenario.keys.count > *contract.max_entries;
  return ingredients;
}

}  // namespace tearproof::stress
