// The speeds of two runs, side by side: a part of `tearproof compare`.
//
// Thread safety: none; prints to stdout. Errors: kUsage.
#ifndef TEARPROOF_HARNESS_CLI_COMPARE_SPEEDS_H_
#define TEARPROOF_HARNESS_CLI_COMPARE_SPEEDS_H_

#include <string>
#include <vector>

#include "harness/api/run_record.h"
#include "harness/api/speed_comparison.h"
#include "harness/core/json.h"
#include "harness/core/result.h"

namespace tearproof::cli {

inline constexpr int kExitSlower = 3;

struct SpeedArguments {
  std::string fail_on;  // "5%": a metric that is slower by more ends with kExitSlower.
  bool force = false;   // Also between machines that differ.
};

struct SpeedFindings {
  std::vector<ComparedSpeed> speeds;  // Empty where nothing could or may be compared.
  std::string differ;                 // In what the machines do, as captured; may be empty.
  double least = 0.05;                // A smaller change is none.
  bool fails = false;                 // What is slower decides the exit code.
};
// With `fail_on`, machines that differ are an error.
Result<SpeedFindings> FindSpeeds(const RunRecord& base, const RunRecord& patch,
                                 const SpeedArguments& arguments);

// What became faster and slower, or why that is not said; nothing if the runs measured nothing.
void PrintSpeeds(const SpeedFindings& findings);
// All metrics, what did not change too.
nlohmann::ordered_json SpeedsAsJson(const SpeedFindings& findings);
// 0 or kExitSlower.
int SpeedExitCode(const SpeedFindings& findings);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_COMPARE_SPEEDS_H_
