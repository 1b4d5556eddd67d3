#include "harness/core/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tearproof {

RankComparison CompareRanks(const std::vector<double>& first, const std::vector<double>& second) {
  if (first.empty() || second.empty()) return {};
  std::vector<std::pair<double, bool>> all;  // Value, whether it is of the first.
  for (const double value : first) all.emplace_back(value, true);
  for (const double value : second) all.emplace_back(value, false);
  std::sort(all.begin(), all.end());
  double rank_sum = 0;  // Of the first; values that tie share the mean of their ranks.
  double ties = 0;
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin;
    size_t of_first = 0;
    for (; end < all.size() && all[end].first == all[begin].first; ++end) {
      of_first += all[end].second ? 1 : 0;
    }
    const auto count = static_cast<double>(end - begin);
    rank_sum += static_cast<double>(of_first) * (static_cast<double>(begin + end) + 1) / 2;
    ties += count * count * count - count;
    begin = end;
  }
  const auto n1 = static_cast<double>(first.size());
  const auto n2 = static_cast<double>(second.size());
  const double n = n1 + n2;
  RankComparison result;
  result.u = rank_sum - n1 * (n1 + 1) / 2;
  result.effect = 2 * result.u / (n1 * n2) - 1;
  const double variance = n1 * n2 / 12 * ((n + 1) - ties / (n * (n - 1)));
  if (variance <= 0) return result;  // All are one value.
  const double distance = std::max(0.0, std::abs(result.u - n1 * n2 / 2) - 0.5);
  result.p = std::min(1.0, std::erfc(distance / std::sqrt(variance) / std::sqrt(2.0)));
  return result;
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace tearproof
