#include "harness/check/fresh/zones.h"

#include <algorithm>

namespace tearproof::check::fresh {
namespace {

struct Zone {
  int64_t first_end = kNever;
  int64_t last_begin = std::numeric_limits<int64_t>::min();

  bool forward() const { return first_end < last_begin; }
};

// When each step ends, at the latest before the next one of its process begins.
bool EndsOf(const KeySteps& key, std::vector<int64_t>& ends) {
  std::vector<uint32_t> last_of_process;
  ends.resize(key.steps.size());
  for (uint32_t i = 0; i < key.steps.size(); ++i) {
    const Step& step = key.steps[i];
    ends[i] = step.reach;
    if (step.process >= last_of_process.size()) {
      last_of_process.resize(step.process + size_t{1}, kNoStep);
    }
    uint32_t& last = last_of_process[step.process];
    if (last != kNoStep && ends[last] >= step.invoke) {
      ends[last] = step.invoke - 1;
      if (ends[last] < key.steps[last].invoke) return false;
    }
    last = i;
  }
  return true;
}

std::vector<Zone> ZonesOf(const KeySteps& key, const std::vector<int64_t>& ends) {
  std::vector<uint32_t> zone_of(key.steps.size(), kNoStep);
  std::vector<Zone> zones;
  for (uint32_t i = 0; i < key.steps.size(); ++i) {
    const Step& step = key.steps[i];
    if (step.optional) continue;
    uint32_t& place = zone_of[step.value];
    if (place == kNoStep) {
      place = static_cast<uint32_t>(zones.size());
      zones.emplace_back();
    }
    Zone& zone = zones[place];
    zone.first_end = std::min(zone.first_end, ends[i]);
    zone.last_begin = std::max(zone.last_begin, step.invoke);
  }
  return zones;
}

}  // namespace

bool ZonesDecide(const KeySteps& key) {
  return std::all_of(key.steps.begin(), key.steps.end(), [](const Step& step) {
    return step.need == Need::kValue ||
           (step.effect == Effect::kWrite && step.need == Need::kNothing);
  });
}

bool ZonesHold(const KeySteps& key) {
  std::vector<int64_t> ends;
  if (!EndsOf(key, ends)) return false;
  std::vector<Zone> zones = ZonesOf(key, ends);
  const auto backward =
      std::partition(zones.begin(), zones.end(), [](const Zone& zone) { return zone.forward(); });
  std::sort(zones.begin(), backward,
            [](const Zone& a, const Zone& b) { return a.first_end < b.first_end; });
  const auto overlap =
      std::adjacent_find(zones.begin(), backward,
                         [](const Zone& a, const Zone& b) { return b.first_end < a.last_begin; });
  if (overlap != backward) return false;
  return std::all_of(backward, zones.end(), [&](const Zone& inner) {
    // The last forward zone that begins before the inner one does.
    const auto after = std::partition_point(zones.begin(), backward, [&](const Zone& outer) {
      return outer.first_end < inner.last_begin;
    });
    return after == zones.begin() || std::prev(after)->last_begin <= inner.first_end;
  });
}

}  // namespace tearproof::check::fresh
