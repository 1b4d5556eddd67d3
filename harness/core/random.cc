#include "harness/core/random.h"

#include <algorithm>
#include <cmath>

#include "harness/core/check.h"

namespace tearproof {

ZipfDistribution::ZipfDistribution(uint32_t count) {
  TEARPROOF_CHECK(count > 0, "a distribution over nothing");
  cumulative_.reserve(count);
  double sum = 0;
  for (uint32_t rank = 1; rank <= count; ++rank) {
    sum += 1.0 / std::pow(rank, 0.99);
    cumulative_.push_back(sum);
  }
}

uint32_t ZipfDistribution::Draw(Random& random) const {
  const double point = random.Unit() * cumulative_.back();
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), point);
  return static_cast<uint32_t>(
      std::min<size_t>(found - cumulative_.begin(), cumulative_.size() - 1));
}

}  // namespace tearproof
