#include "harness/api/promise.h"

#include <array>

namespace tearproof {
namespace {

constexpr std::array<PromiseInfo, kPromiseCount> kPromises = {{
    {Promise::kIntact, "intact", "intct",
     "a hit returns bytes that no single set of that key wrote", true},
    {Promise::kNoError, "no-error", "noerr",
     "an operation fails although nothing is wrong with the machine", true},
    {Promise::kPresent, "present", "presn",
     "a get misses a value that had been set and that nothing removed", false},
    {Promise::kFresh, "fresh", "fresh",
     "no order of a key's operations, each at a moment within it, explains what they returned",
     false},
    {Promise::kStaysGone, "stays-gone", "gone",
     "a get returns a value that had been set before a delete that had returned", false},
    {Promise::kAddOnce, "add-once", "add",
     "two adds of a key both win, with nothing removed between them", false},
    {Promise::kIncrExact, "incr-exact", "incr",
     "a counter's final value is not the sum of the acknowledged increments", false},
    {Promise::kExpires, "expires", "expir", "a value is served after its time to live has passed",
     false},
    {Promise::kBounded, "bounded", "bound",
     "after rest the cache holds more entries than its limit plus one a process", false},
    {Promise::kTidy, "tidy", "tidy", "files stay behind that one process alone would not leave",
     false},
    {Promise::kTidyAfterKill, "tidy-after-kill", "tidyk",
     "files of killed processes stay behind after cull and clear", false},
    {Promise::kConfined, "confined", "confn",
     "a key leaves the directory, meets another key's entry, or a foreign file is touched", true},
    {Promise::kReturns, "returns", "retrn", "an operation does not return, even alone", true},
    {Promise::kKillSafe, "kill-safe", "kill",
     "after a writer was killed, a get fails or returns what is neither the old nor the new value",
     false},
    {Promise::kCrashAtomic, "crash-atomic", "crash",
     "after a power cut a get fails or returns what is neither an old value nor the new one",
     false},
    {Promise::kDurable, "durable", "durab",
     "after a power cut neither the value whose set had returned nor a later one is there", false},
}};

}  // namespace

std::span<const PromiseInfo> AllPromises() { return kPromises; }

const PromiseInfo& InfoOf(Promise promise) { return kPromises[static_cast<size_t>(promise)]; }

std::string_view PromiseName(Promise promise) { return InfoOf(promise).name; }

std::optional<Promise> ParsePromise(std::string_view name) {
  for (const PromiseInfo& info : kPromises) {
    if (info.name == name) return info.promise;
  }
  return std::nullopt;
}

}  // namespace tearproof
