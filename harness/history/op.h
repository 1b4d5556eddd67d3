// One operation of one process on the cache, as it was asked for and as it ended.
//
// Purpose: the unit of every history; all engines write it, all checkers read it.
// Thread safety: plain data. Units: nanoseconds of the history's time base (or steps), bytes.
#ifndef TEARPROOF_HARNESS_HISTORY_OP_H_
#define TEARPROOF_HARNESS_HISTORY_OP_H_

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace tearproof {

// What can be asked of a cache. The same list stands in Backend, Op and the adapter protocol.
enum class OpKind : uint8_t {
  kInit,
  kGet,
  kHas,
  kSet,
  kAdd,
  kDelete,
  kIncr,
  kTouch,
  kClear,
  kCull
};
inline constexpr size_t kOpKindCount = 10;

// How an operation ended.
enum class Outcome : uint8_t {
  kOpen,         // No return was recorded: the process was killed, or the run was cut off.
  kHit,          // get, has: the key was there.
  kMiss,         // get, has: it was not.
  kDone,         // The change happened.
  kRefused,      // It did not happen, by contract: add on a present key, incr, touch or delete of a
                 // missing one, a key that the cache rejects.
  kError,        // It failed and may or may not have happened.
  kUnsupported,  // The cache has no such operation.
  kFailed,       // It failed, and surely changed nothing: by the cache's word.
};
inline constexpr size_t kOutcomeCount = 8;

// What a hit returned.
enum class Observed : uint8_t {
  kNothing,  // No value: not a hit of get.
  kIntact,   // Byte for byte the value of one set: `observed` is its ValueId.
  kShort,    // Too short to carry a stamp: `observed` is the digest of its bytes (value.h).
  kNumber,   // A decimal number, of a counter: `observed` is the number as int64_t.
  kDamaged,  // The bytes of no single set. The details may be in the history's evidence.
};

// Sequence numbers are below this: they are packed, and stamped, with the process.
inline constexpr uint64_t kMaxSequence = uint64_t{1} << 40;

// The set or add that wrote a value: process and its per-process sequence number.
struct ValueId {
  uint16_t process = 0;
  uint64_t sequence = 0;  // Below kMaxSequence.

  constexpr uint64_t Pack() const { return (uint64_t{process} << 40) | sequence; }
  static constexpr ValueId Unpack(uint64_t packed) {
    return ValueId{static_cast<uint16_t>(packed >> 40), packed & (kMaxSequence - 1)};
  }
  friend constexpr bool operator==(const ValueId&, const ValueId&) = default;
};

inline constexpr uint32_t kNoKey = std::numeric_limits<uint32_t>::max();
inline constexpr uint32_t kNoTtl = std::numeric_limits<uint32_t>::max();
// The return time of an operation that never returned and whose process lives to the end.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct Op {
  int64_t invoke = 0;     // Taken before the call.
  int64_t ret = kNever;   // Taken after it. For a killed process's open operation: when the
                          // process was reaped, as by then it had happened or never would.
  uint64_t sequence = 0;  // Number of the operation within its process; counts up from 0.
  uint64_t observed = 0;  // As `observation` says.
  uint32_t key = kNoKey;  // Index into the history's keys; kNoKey for init, clear, cull.
  uint32_t length = 0;    // set, add: bytes of the value. get: bytes returned. incr: the delta.
  uint32_t ttl_millis = kNoTtl;  // set, add, touch: time to live; 0 is "already expired".
  uint16_t process = 0;
  OpKind kind : 4 = OpKind::kInit;
  Outcome outcome : 4 = Outcome::kOpen;
  Observed observation : 4 = Observed::kNothing;
  bool counter : 1 = false;  // set, add: the value written is the number 0, not a stamped value.

  bool happened() const { return outcome == Outcome::kDone || outcome == Outcome::kHit; }
  // It may or may not have taken effect: it failed, or its process died within it.
  bool uncertain() const { return outcome == Outcome::kError || outcome == Outcome::kOpen; }
  bool failed() const { return outcome == Outcome::kError || outcome == Outcome::kFailed; }
  // It may have changed the cache, as far as its outcome tells.
  bool may_have_happened() const { return outcome == Outcome::kDone || uncertain(); }
};
static_assert(sizeof(Op) == 48);

std::string_view OpKindName(OpKind kind);       // "get"
std::string_view OutcomeName(Outcome outcome);  // "hit"
std::optional<OpKind> ParseOpKind(std::string_view name);
std::optional<Outcome> ParseOutcome(std::string_view name);
// get, has, set, add, delete, incr, touch.
bool TakesKey(OpKind kind);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_HISTORY_OP_H_
