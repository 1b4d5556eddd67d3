// What an exploration leaves behind when its budget ends, in text, to go on with.
//
// Form: a line of numbers (version, counts, lengths), then the tree (reduction_tree.h).
#ifndef TEARPROOF_HARNESS_EXPLORE_FRONTIER_H_
#define TEARPROOF_HARNESS_EXPLORE_FRONTIER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/explore/explorer.h"

namespace tearproof::explore {

struct Frontier {
  Exploration counts;  // Only its numbers, waited and polled.
  std::optional<Mishap> mishap;
  bool same_lengths = true;
  std::vector<size_t> lengths;
  std::vector<std::vector<FaultSet>> possible;  // As the explorer keeps it.
  std::string tree;

  std::string Print() const;
  // Errors: kUsage, for a text that is damaged or of another version.
  static Result<Frontier> Parse(std::string_view text);
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_FRONTIER_H_
