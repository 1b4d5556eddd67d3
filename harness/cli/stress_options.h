// The options of `tearproof stress`, as typed and as meant.
//
// Thread safety: plain data. Errors: kUsage.
#ifndef TEARPROOF_HARNESS_CLI_STRESS_OPTIONS_H_
#define TEARPROOF_HARNESS_CLI_STRESS_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/api/project_file.h"
#include "harness/cli/run_in_progress.h"
#include "harness/cli/verb.h"
#include "harness/core/result.h"
#include "harness/history/value.h"
#include "harness/stress/plan.h"

namespace tearproof::cli {

// As typed.
struct StressArguments {
  std::vector<std::string> scenarios;
  std::vector<std::string> tags;
  std::vector<std::string> backends;
  std::string processes;
  std::string duration;
  std::string goal = "1000000";
  std::string until_rate;
  std::string value_size;
  std::string directory;
  std::string file_system;
  std::string seed;
  std::string kill;
  std::string verify = "full";
  std::string affinity = "none";
  std::string config;
  std::string profile;
  ReportArguments reports;
  bool strict = false;
  bool expect = false;
  bool dry_run = false;
  bool keep_history = false;
  bool keep_going = false;
};
// Each leaves its value in `arguments`.
std::vector<Option> StressOptions(StressArguments* arguments);

// As the engine takes them.
struct StressSettings {
  stress::Overrides overrides;
  int64_t duration = 0;
  uint64_t goal = 0;
  uint64_t seed = 0;
  VerifyMode verify = VerifyMode::kFull;
  std::vector<int> affinity;
  std::string parent_directory;
  bool strict = false;
  bool expect = false;
  bool keep_going = false;
};
// What the command line leaves open, `profile` (which may be null) says; then the defaults.
Result<StressSettings> ResolveSettings(const StressArguments& arguments, const Profile* profile);

// The directory `named`, or the default one, under which caches lie. Errors: kUsage.
Result<std::string> ResolveDirectory(const std::string& named);

// The options that make a cell of `scenario` what it is, for the line that runs it again.
std::string RerunOptions(const StressArguments& arguments, const Scenario& scenario, uint64_t seed);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_STRESS_OPTIONS_H_
