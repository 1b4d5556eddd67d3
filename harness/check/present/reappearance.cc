#include "harness/check/present/reappearance.h"

#include <algorithm>

namespace tearproof::check::present {

void Reappearance::Collect(uint32_t key) {
  sightings_.clear();
  misses_.clear();
  sighting_of_.resize(history_.ops().size());
  const std::span<const uint32_t> ops = history_.OpsOfKey(key);
  for (const uint32_t index : ops) {
    const Op& op = history_.ops()[index];
    if (IsWrite(op)) sighting_of_[index] = 0;
    if (IsRead(op) && op.outcome == Outcome::kMiss) misses_.push_back({op.invoke, index});
  }
  for (size_t i = misses_.size(); i-- > 1;) {
    Miss& miss = misses_[i - 1];
    const uint32_t later = misses_[i].first_returned;
    if (history_.ops()[later].ret < history_.ops()[miss.first_returned].ret) {
      miss.first_returned = later;
    }
  }
  for (const uint32_t index : ops) {
    const Op& op = history_.ops()[index];
    if (op.kind != OpKind::kGet || op.observation != Observed::kIntact) continue;
    const Op* write = history_.Find(ValueId::Unpack(op.observed));
    if (write == nullptr || !IsWrite(*write) || write->key != key) continue;
    uint32_t& place = sighting_of_[IndexOf(history_, *write)];
    if (place == 0) {
      sightings_.push_back({index, index});
      place = static_cast<uint32_t>(sightings_.size());
      continue;
    }
    Sighting& sighting = sightings_[place - 1];
    if (op.ret < history_.ops()[sighting.first_returned].ret) sighting.first_returned = index;
    sighting.last_invoked = index;
  }
}

const Op* Reappearance::MissBetween(const Op& seen, const Op& again) const {
  const int64_t reach = ReachOf(history_, seen.ret);
  const auto first = std::partition_point(misses_.begin(), misses_.end(),
                                          [&](const Miss& miss) { return miss.invoke <= reach; });
  if (first == misses_.end()) return nullptr;
  const Op& miss = history_.ops()[first->first_returned];
  return history_.Precedes(seen, miss) && history_.Precedes(miss, again) ? &miss : nullptr;
}

}  // namespace tearproof::check::present
