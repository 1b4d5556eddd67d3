#include "harness/check/fresh/meetings.h"

#include <algorithm>

namespace tearproof::check::fresh {
namespace {

// Observers are looked at when a change meets them; where changes are rare, when there is no room
// for more, at first for so many.
constexpr size_t kFirstRoom = 8;

}  // namespace

void Meetings::Clear() {
  changes_.clear();
  observers_.clear();
  pairs_ = 0;
}

void Meetings::Add(int64_t invoke, int64_t reach, uint16_t process, bool changes, bool needs) {
  Meet(changes_, invoke, process, needs);
  if (changes) {
    Meet(observers_, invoke, process, true);
    changes_.push_back({reach, process, needs});
    return;
  }
  if (observers_.size() == observers_.capacity()) {
    std::erase_if(observers_, [&](const UnderWay& each) { return each.reach < invoke; });
    if (observers_.capacity() == 0 || observers_.size() > observers_.capacity() / 2) {
      observers_.reserve(std::max(kFirstRoom, 2 * observers_.capacity()));
    }
  }
  observers_.push_back({reach, process, needs});
}

void Meetings::Meet(std::vector<UnderWay>& under_way, int64_t invoke, uint16_t process, bool all) {
  for (size_t i = 0; i < under_way.size();) {
    const UnderWay& other = under_way[i];
    if (other.reach < invoke) {
      under_way[i] = under_way.back();
      under_way.pop_back();
      continue;
    }
    pairs_ += (all || other.needs) && other.process != process ? 1 : 0;
    ++i;
  }
}

}  // namespace tearproof::check::fresh
