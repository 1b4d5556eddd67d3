// How many interleavings a class stands for, and the calmest of them.
//
// Purpose: the interleavings of a class are the linear extensions of its happens-before order, so
// the classes' numbers add up to that of all interleavings. Where every process makes the same
// number of events in all of them and never waits, that is also a multinomial: an exploration whose
// sum differs has lost classes, or the footprints are wrong.
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_EXPLORE_COUNTING_H_
#define TEARPROOF_HARNESS_EXPLORE_COUNTING_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/explore/happens_before.h"

namespace tearproof::explore {

// A natural number that stays at its largest value, about 3.4e38, instead of overflowing.
class BigCount {
 public:
  BigCount() = default;
  explicit BigCount(uint64_t number) : number_(number) {}

  BigCount& operator+=(const BigCount& other);
  BigCount& operator*=(const BigCount& factor);
  bool saturated() const { return number_ == kMost; }
  bool IsZero() const { return number_ == 0; }
  // "5,550,996,791,340", or "more than 3.4e38".
  std::string Print() const;
  // Digits, as Parse reads them.
  std::string Digits() const;
  static std::optional<BigCount> Parse(std::string_view digits);

  friend bool operator==(const BigCount&, const BigCount&) = default;

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr Wide kMost = ~Wide{0};
  Wide number_ = 0;
};

// (a + b + …)! / (a! b! …)
BigCount Multinomial(std::span<const size_t> lengths);

// How many events each process made.
std::vector<size_t> LengthsOf(const HappensBefore& order);

// Nothing if there are more than `limit` beginnings up to reordering to go through.
std::optional<BigCount> LinearExtensions(const HappensBefore& order, size_t limit);

// Of the same class, an execution with the fewest changes from one process to another; nothing as
// above.
std::optional<std::vector<ProcessId>> FewestSwitches(const HappensBefore& order, size_t limit);

size_t CountSwitches(std::span<const ProcessId> choices);

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_COUNTING_H_
