// The promises that a cache can make and that tearproof judges.
//
// Purpose: one list of names; what each means is said by the checker of that name
// (harness/check/<promise>/) and by `tearproof list promises`.
// Thread safety: plain values.
#ifndef TEARPROOF_HARNESS_API_PROMISE_H_
#define TEARPROOF_HARNESS_API_PROMISE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tearproof {

enum class Promise : uint8_t {
  kIntact,
  kNoError,
  kPresent,
  kFresh,
  kStaysGone,
  kAddOnce,
  kIncrExact,
  kExpires,
  kBounded,
  kTidy,
  kTidyAfterKill,
  kConfined,
  kReturns,
  kKillSafe,
  kCrashAtomic,
  kDurable,
};
inline constexpr size_t kPromiseCount = 16;

struct PromiseInfo {
  Promise promise;
  std::string_view name;         // "stays-gone"
  std::string_view column;       // A heading of at most five columns: "gone"
  std::string_view broken_when;  // One sentence.
  bool always;                   // Made by every backend unless its backend.toml opts out.
};

// All promises, in the order of the enumeration, which is that of the reports.
std::span<const PromiseInfo> AllPromises();
const PromiseInfo& InfoOf(Promise promise);
std::string_view PromiseName(Promise promise);
std::optional<Promise> ParsePromise(std::string_view name);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_PROMISE_H_
