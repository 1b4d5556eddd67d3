// The Mann-Whitney U test: whether two samples come from one distribution, by ranks alone.
//
// Purpose: measurements of speed are neither normal nor free of outliers; ranks do not mind.
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CORE_MANN_WHITNEY_H_
#define TEARPROOF_HARNESS_CORE_MANN_WHITNEY_H_

#include <vector>

namespace tearproof {

struct RankComparison {
  double u = 0;  // Pairs in which the first sample's value is the greater one; ties count a half.
  // Two-sided, by the normal approximation with corrections for ties and continuity.
  double p = 1;
  // Rank-biserial correlation, -1 to 1: 1 if every value of the first sample is the greater one.
  double effect = 0;
};
// With fewer than 5 values on a side the approximation is poor. Empty samples do not differ.
RankComparison CompareRanks(const std::vector<double>& first, const std::vector<double>& second);

// The mean of the two in the middle, where there are two. 0 of none.
double MedianOf(std::vector<double> values);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_MANN_WHITNEY_H_
