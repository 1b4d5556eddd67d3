// The options of `tearproof explore`, as typed and as meant.
//
// Thread safety: plain data. Errors: kUsage.
#ifndef TEARPROOF_HARNESS_CLI_EXPLORE_OPTIONS_H_
#define TEARPROOF_HARNESS_CLI_EXPLORE_OPTIONS_H_

#include <string>
#include <vector>

#include "harness/cli/run_in_progress.h"
#include "harness/cli/verb.h"
#include "harness/core/result.h"
#include "harness/explore/explorer.h"

namespace tearproof::cli {

// As typed.
struct ExploreArguments {
  std::vector<std::string> scenarios;
  std::vector<std::string> tags;
  std::vector<std::string> backends;
  std::string strategy = "dpor";
  std::string preemptions = "2";
  std::string budget = "60s";
  std::string patience = "10s";
  std::string jobs = "1";
  std::string seed = "1";
  std::string directory;
  std::string config;
  std::string first;
  std::string keep;
  std::string fault;
  std::string resume;
  ReportArguments reports;
  bool all = false;
  bool until_broken = false;
  bool kill = false;
  bool strict = false;
  bool expect = false;
};
// Each leaves its value in `arguments`.
std::vector<Option> ExploreOptions(ExploreArguments* arguments);

// As the explorer takes them.
struct ExploreSettings {
  explore::ExploreOptions options;  // All but `first`, `resume` and `stop`.
  std::string strategy;             // "dpor"
  int64_t patience = 0;             // Nanoseconds.
  std::string parent_directory;
  bool strict = false;
  bool expect = false;
};
Result<ExploreSettings> ResolveExploreSettings(const ExploreArguments& arguments);

// The options that make an exploration what it is, for the line that runs it again.
std::string RerunExploreOptions(const ExploreArguments& arguments);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_EXPLORE_OPTIONS_H_
