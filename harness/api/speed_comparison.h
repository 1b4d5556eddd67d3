// Whether one run was faster than another, and whether that may be luck.
//
// Purpose: the speeds of cells that both runs have, metric by metric, by the Mann-Whitney U test
// over their rounds. A difference counts only if it is improbable, large, and larger than what
// nobody would care about. Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_API_SPEED_COMPARISON_H_
#define TEARPROOF_HARNESS_API_SPEED_COMPARISON_H_

#include <string>
#include <vector>

#include "harness/api/run_record.h"

namespace tearproof {

// Fewer rounds on a side decide nothing.
inline constexpr size_t kFewestRounds = 8;

enum class SpeedChange : uint8_t { kUndecided, kUnchanged, kFaster, kSlower };
std::string_view SpeedChangeName(SpeedChange change);  // "slower"

struct ComparedSpeed {
  std::string backend;
  std::string scenario;
  std::string metric;  // "ops/s", "get p50", "get p99"
  double base = 0;     // Medians over the rounds.
  double patch = 0;
  double change = 0;  // By how much slower, as a share of the base: 0.1 is a tenth; < 0: faster.
  double p = 1;
  double effect = 0;  // Rank-biserial, > 0: slower.
  size_t base_rounds = 0;
  size_t patch_rounds = 0;
  SpeedChange verdict = SpeedChange::kUndecided;
};

// `minimum`: a smaller change is none. Metrics share a chance of one in a thousand of a false
// alarm.
std::vector<ComparedSpeed> CompareSpeeds(const RunRecord& base, const RunRecord& patch,
                                         double minimum = 0.05);

// Why the speeds of the two do not compare: "the processors differ: ...", or "".
std::string WhyIncomparable(const RunRecord& base, const RunRecord& patch);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_SPEED_COMPARISON_H_
