// The speeds of two runs, side by side: a part of `tearproof compare`.
//
// Thread safety: none; prints to stdout. Errors: kUsage.
#ifndef TEARPROOF_HARNESS_CLI_COMPARE_SPEEDS_H_
#define TEARPROOF_HARNESS_CLI_COMPARE_SPEEDS_H_

#include <string>

#include "harness/api/run_record.h"
#include "harness/core/result.h"

namespace tearproof::cli {

inline constexpr int kExitSlower = 3;

struct SpeedArguments {
  std::string fail_on;  // "5%": a metric that is slower by more ends with kExitSlower.
  bool force = false;   // Also between machines that differ.
};

// Prints what became faster and slower, if both runs measured something. Returns 0 or kExitSlower.
// With `fail_on`, machines that differ are an error.
Result<int> CompareAndPrintSpeeds(const RunRecord& base, const RunRecord& patch,
                                  const SpeedArguments& arguments);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_COMPARE_SPEEDS_H_
