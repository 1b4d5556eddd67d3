// Values that say who wrote them: generated, stamped and verified at memory speed.
//
// Purpose: a read can be judged only if every byte of it can be traced to one set. A value is a
// pure function of (process, sequence, length). It is cut into blocks of 512 bytes; each begins
// with a printable stamp of 32 bytes
//
//     pPPPPsSSSSSSSSSSlLLLLLLLoOOOOOOO      hexadecimal: process, sequence, length, offset
//
// and goes on with printable filler that depends on process and sequence. So a value that is cut
// short, mixed from two sets, shifted, or left over from a longer one never verifies, down to one
// byte. A value shorter than a stamp cannot carry one: it is printable text derived from its
// ValueId and is judged by membership, through ShortDigest.
//
// Thread and process safety: pure functions. Units: bytes.
#ifndef TEARPROOF_HARNESS_HISTORY_VALUE_H_
#define TEARPROOF_HARNESS_HISTORY_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/history/op.h"

namespace tearproof {

inline constexpr size_t kStampBytes = 32;
inline constexpr size_t kBlockBytes = 512;
inline constexpr size_t kMaxValueBytes = size_t{16} << 20;

// Writes the value of `id` with `length` bytes to `out`. REQUIRES: length <= kMaxValueBytes.
void FillValue(ValueId id, size_t length, char* out);

// The digest by which a value shorter than kStampBytes is recognised.
uint64_t ShortDigest(std::string_view bytes);
// The digest of the short value that FillValue(id, length) writes.
uint64_t ShortDigestOf(ValueId id, size_t length);

enum class VerifyMode {
  kFull,    // Every byte.
  kStamps,  // The stamps only: 32 bytes in 512. Misses damage that leaves every stamp whole.
};

struct VerifiedValue {
  Observed observation = Observed::kDamaged;
  uint64_t observed = 0;  // As Op::observed.
};

// Judges the bytes that a hit returned.
VerifiedValue VerifyValue(std::string_view bytes, VerifyMode mode);
// The same for a counter: a decimal number, optionally negative.
VerifiedValue VerifyCounter(std::string_view bytes);

// A stretch of a damaged value and where its bytes come from.
struct DamageRun {
  enum class Source : uint8_t {
    kSet,      // From `id`, at its proper place.
    kShifted,  // From `id`, but from another offset or another length of value.
    kZeros,    // NUL bytes: a hole, or space allocated and never written.
    kUnknown,  // No set's bytes.
  };
  uint32_t offset = 0;
  uint32_t length = 0;
  Source source = Source::kUnknown;
  ValueId id;                 // Where source is kSet or kShifted.
  uint32_t value_length = 0;  // The length that the stamp of that set states.
};

// Whose blocks lie where, byte-exact, neighbours of one source merged. At most `limit` runs; what
// follows is folded into a last run of unknown bytes.
std::vector<DamageRun> DescribeDamage(std::string_view bytes, size_t limit = 32);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_HISTORY_VALUE_H_
