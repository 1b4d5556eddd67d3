// What a cell runs: scenario, backend, and where everything lies.
//
// Purpose: the coordinator writes plan.json into the cell's folder; workers and `judge` read it, so
// that a history can be judged again without the machine that made it.
// Thread safety: plain data. Errors: kUsage for a file that is no plan of this version.
#ifndef TEARPROOF_HARNESS_STRESS_PLAN_H_
#define TEARPROOF_HARNESS_STRESS_PLAN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/api/backend_description.h"
#include "harness/api/checker.h"
#include "harness/api/scenario.h"
#include "harness/history/value.h"

namespace tearproof::stress {

// What the command line changes of a scenario.
struct Overrides {
  std::map<std::string, uint32_t> processes;  // By role.
  std::optional<SizeDistribution> value_sizes;
  std::optional<double> kills_per_second;
};
// Errors: kUsage for a role that none of the scenarios has, naming those that they have.
Result<void> CheckRoles(const Overrides& overrides, const std::vector<const Scenario*>& scenarios);
// Roles that the scenario does not have are those of another one.
void ApplyOverrides(const Overrides& overrides, Scenario* scenario);

// Why `description` cannot run `scenario`, or "". Drops from mixes what the backend lacks, as long
// as every role keeps something to do.
std::string FitToBackend(const BackendDescription& description, Scenario* scenario);

struct Plan {
  std::string scenario_id;
  std::string scenario_toml;
  Overrides overrides;
  std::string backend_id;
  BackendOptions backend_options;
  std::vector<std::string> adapter_command;  // Of a user's own backend: the program behind it.
  bool process_per_operation = false;        // Of that program.
  uint32_t concurrency = 1;                  // So many requests at a time does it serve.
  std::set<Promise> promises;                // What the backend promises.
  Contract contract;
  bool ttl = false;  // The backend takes times to live.
  uint64_t seed = 0;
  VerifyMode verify = VerifyMode::kFull;
  uint64_t segment_capacity = 0;
  std::vector<int> affinity;   // Worker i runs on processor affinity[i % size]; empty: anywhere.
  std::string work_directory;  // Rounds are made in it: absolute.
  std::string cell_directory;  // Segments and control block: absolute.
  int64_t coordinator = 0;     // Its process number in the system.

  // The scenario as run: parsed, overridden, fitted.
  Result<Scenario> LoadScenario() const;
};

Result<void> WritePlan(const Plan& plan, const std::string& path);
Result<Plan> ReadPlan(const std::string& path);

// How many operations of one round each process can record: fewer where there are many processes,
// so that all live segments together stay within 256 MiB, but always the scenario's own steps.
uint64_t SegmentCapacity(const Scenario& scenario);
// Bytes of such a segment that are for error texts and damage.
uint64_t SegmentSideBytes(uint64_t capacity);

// The contract in force: what scenario, backend and options together allow.
Contract MakeContract(const Scenario& scenario, const BackendDescription& description,
                      const BackendOptions& options);
// What the cell can exercise, for Checker::Applies.
Checker::Ingredients MakeIngredients(const Scenario& scenario, const Contract& contract);

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_PLAN_H_
