#include "harness/crash/crash_choices.h"

#include <algorithm>
#include <tuple>

namespace tearproof::crash {

std::optional<std::vector<Loss>> DrawLosses(const CrashPoint& point, size_t count,
                                            ChoiceSource& choices) {
  std::vector<Loss> drawn;
  auto begin = point.losses.begin();
  while (drawn.size() < count) {
    const auto left = static_cast<uint64_t>(point.losses.end() - begin);
    if (left == 0) return std::nullopt;
    drawn.push_back(*(begin + static_cast<int64_t>(choices.Pick(left, kLose))));
    const auto next = std::pair(drawn.back().line, drawn.back().last + 2);
    begin = std::lower_bound(begin, point.losses.end(), next, [](const Loss& loss, auto least) {
      return std::pair(loss.line, loss.first) < least;
    });
  }
  return drawn;
}

}  // namespace tearproof::crash
