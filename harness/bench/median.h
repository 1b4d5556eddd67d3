// Thread safety: pure function.
#ifndef TEARPROOF_HARNESS_BENCH_MEDIAN_H_
#define TEARPROOF_HARNESS_BENCH_MEDIAN_H_

#include <algorithm>
#include <vector>

namespace tearproof::bench {

// The upper one of an even number; 0 of none.
inline double Median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers.empty() ? 0 : numbers[numbers.size() / 2];
}

}  // namespace tearproof::bench

#endif  // TEARPROOF_HARNESS_BENCH_MEDIAN_H_
