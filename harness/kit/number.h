// Counters as text.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_KIT_NUMBER_H_
#define TEARPROOF_HARNESS_KIT_NUMBER_H_

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tearproof::kit {

// The whole of `text` as a decimal number, or nothing.
inline std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stopped != end) return std::nullopt;
  return number;
}

// Adds `delta` to the decimal number in `text`. False, and no change, where `text` is no number or
// the sum has no int64_t.
inline bool AddToNumber(std::string& text, int64_t delta) {
  const std::optional<int64_t> number = ParseNumber(text);
  int64_t sum = 0;
  if (!number || __builtin_add_overflow(*number, delta, &sum)) return false;
  text = std::to_string(sum);
  return true;
}

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_NUMBER_H_
