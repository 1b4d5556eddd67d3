#include "harness/check/overlaps.h"

#include <algorithm>
#include <vector>

namespace tearproof::check {

void OverlapCounter::Count(const History& history) {
  std::vector<const Op*> under_way;
  for (const Op& op : history.ops()) {
    if (op.outcome == Outcome::kUnsupported) continue;
    for (size_t i = 0; i < under_way.size();) {
      const Op& other = *under_way[i];
      if (other.ret < op.invoke) {
        under_way[i] = under_way.back();
        under_way.pop_back();
        continue;
      }
      ++i;
      const bool share_key = other.key == op.key || other.key == kNoKey || op.key == kNoKey;
      if (!share_key || other.process == op.process) continue;
      const auto one = static_cast<size_t>(other.kind);
      const auto two = static_cast<size_t>(op.kind);
      ++pairs_[std::min(one, two)][std::max(one, two)];
    }
    under_way.push_back(&op);
  }
}

void OverlapCounter::Add(const OverlapCounter& other) {
  for (size_t low = 0; low < kOpKindCount; ++low) {
    for (size_t high = low; high < kOpKindCount; ++high)
      pairs_[low][high] += other.pairs_[low][high];
  }
}

OverlapCounts OverlapCounter::Counts() const {
  OverlapCounts counts;
  for (size_t low = 0; low < kOpKindCount; ++low) {
    for (size_t high = low; high < kOpKindCount; ++high) {
      if (pairs_[low][high] == 0) continue;
      counts[{static_cast<OpKind>(low), static_cast<OpKind>(high)}] = pairs_[low][high];
    }
  }
  return counts;
}

}  // namespace tearproof::check
