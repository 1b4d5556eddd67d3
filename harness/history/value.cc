#include "harness/history/value.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "harness/core/check.h"
#include "harness/core/random.h"

namespace tearproof {
namespace {

constexpr size_t kFillerOffsets = 4096;
constexpr std::string_view kPrintable =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Printable text from which every block's filler is a window. Its size keeps it in the first-level
// cache beside a value of 4 KiB.
const std::array<char, kFillerOffsets + kBlockBytes>& Filler() {
  static const auto filler = [] {
    std::array<char, kFillerOffsets + kBlockBytes> text;
    Random random(20536);
    for (char& c : text) c = kPrintable[random.Below(kPrintable.size())];
    return text;
  }();
  return filler;
}

const char* FillerOf(ValueId id) {
  uint64_t state = id.Pack();
  return Filler().data() + SplitMix64(state) % kFillerOffsets;
}

// The eight hexadecimal digits of `number` as they stand in memory, highest first: all at once, as
// stamps are written and read for every block of every value.
uint64_t HexWord(uint32_t number) {
  uint64_t digits = number;  // Spread to a nibble in each byte, lowest first.
  digits = (digits | (digits << 16)) & 0x0000ffff0000ffff;
  digits = (digits | (digits << 8)) & 0x00ff00ff00ff00ff;
  digits = (digits | (digits << 4)) & 0x0f0f0f0f0f0f0f0f;
  const uint64_t letters = ((digits + 0x0606060606060606) >> 4) & 0x0101010101010101;
  return __builtin_bswap64(digits + 0x3030303030303030 + letters * ('a' - '9' - 1));
}

void WriteHex(uint32_t number, char* out) {
  const uint64_t word = HexWord(number);
  std::memcpy(out, &word, sizeof(word));
}

// What WriteHex wrote. Other characters yield some number.
uint32_t ReadHex(const char* text) {
  uint64_t digits = 0;
  std::memcpy(&digits, text, sizeof(digits));
  digits = __builtin_bswap64(digits);
  const uint64_t letters = (digits >> 6) & 0x0101010101010101;
  digits = (digits & 0x0f0f0f0f0f0f0f0f) + letters * 9;
  digits = (digits | (digits >> 4)) & 0x00ff00ff00ff00ff;
  digits = (digits | (digits >> 8)) & 0x0000ffff0000ffff;
  return static_cast<uint32_t>(digits | (digits >> 16));
}

struct Stamp {
  ValueId id;
  uint32_t length = 0;
  uint32_t offset = 0;
};

constexpr size_t kOffsetAt = 24;  // Where the offset stands in a stamp, its letter included.

// The end of a stamp: the only part of it that differs from block to block.
uint64_t OffsetWord(size_t offset) {
  return (HexWord(static_cast<uint32_t>(offset)) & ~uint64_t{0xff}) | 'o';
}

void WriteOffset(size_t offset, char* stamp) {
  const uint64_t word = OffsetWord(offset);
  std::memcpy(stamp + kOffsetAt, &word, sizeof(word));
}

// The fields are written over each other's leading zeros, from left to right.
void WriteStamp(const Stamp& stamp, char* out) {
  std::array<char, 8> process;
  WriteHex(stamp.id.process, process.data());
  out[0] = 'p';
  std::memcpy(out + 1, process.data() + 4, 4);
  out[5] = 's';
  WriteHex(static_cast<uint32_t>(stamp.id.sequence >> 8), out + 6);
  WriteHex(static_cast<uint32_t>(stamp.id.sequence), out + 8);
  WriteHex(stamp.length, out + 16);
  out[16] = 'l';
  WriteOffset(stamp.offset, out);
}

std::optional<Stamp> ReadStamp(const char* text) {
  constexpr uint32_t kSevenDigits = 0xfffffff;
  Stamp stamp;
  stamp.id.process = static_cast<uint16_t>(ReadHex(text) >> 12);
  stamp.id.sequence = (uint64_t{ReadHex(text + 6)} << 8) | (ReadHex(text + 8) & 0xff);
  stamp.length = ReadHex(text + 16) & kSevenDigits;
  stamp.offset = ReadHex(text + kOffsetAt) & kSevenDigits;
  std::array<char, kStampBytes> written;
  WriteStamp(stamp, written.data());
  if (std::memcmp(text, written.data(), kStampBytes) != 0) return std::nullopt;
  return stamp;
}

void FillShort(ValueId id, size_t length, char* out) {
  uint64_t state = id.Pack();
  for (size_t i = 0; i < length; ++i) {
    out[i] = kPrintable[SplitMix64(state) % kPrintable.size()];
  }
}

// A value that bytes may have come from.
struct Origin {
  explicit Origin(const Stamp& stamp) : id(stamp.id), length(stamp.length), filler(FillerOf(id)) {}

  // How many bytes from `bytes` on are those of this value from `offset` on. A match that breaks
  // within a stamp ends before that stamp: the stamps of all sets begin alike.
  size_t MatchingPrefix(std::string_view bytes, size_t offset) const {
    size_t same = 0;
    while (same < bytes.size() && offset + same < length) {
      const size_t in_block = MatchingInBlock(bytes.substr(same), offset + same);
      const size_t within = (offset + same) % kBlockBytes;
      if (within == 0 && in_block < kStampBytes && same > 0) break;
      same += in_block;
      if (within + in_block < kBlockBytes) break;
    }
    return same;
  }

  size_t MatchingInBlock(std::string_view bytes, size_t offset) const {
    const size_t within = offset % kBlockBytes;
    const size_t compared = std::min({bytes.size(), kBlockBytes - within, length - offset});
    size_t same = 0;
    if (within < kStampBytes) {
      std::array<char, kStampBytes> stamp;
      WriteStamp({id, length, static_cast<uint32_t>(offset - within)}, stamp.data());
      while (same < compared && within + same < kStampBytes) {
        if (bytes[same] != stamp[within + same]) return same;
        ++same;
      }
    }
    while (same < compared && bytes[same] == filler[within + same - kStampBytes]) ++same;
    return same;
  }

  // Whether `behind` can follow this value's stamp at `offset`, as far as the value reaches.
  bool Continues(std::string_view behind, size_t offset) const {
    const size_t end = offset + kStampBytes;
    behind = behind.substr(0, end < length ? length - end : 0);
    return behind == std::string_view(filler, behind.size());
  }

  ValueId id;
  uint32_t length;
  const char* filler;
};

class DamageDescriber {
 public:
  DamageDescriber(std::string_view bytes, size_t limit) : bytes_(bytes), limit_(limit) {}

  std::vector<DamageRun> Describe() {
    CollectCandidates();
    size_t offset = 0;
    while (offset < bytes_.size()) {
      DamageRun run = RunAt(offset);
      const bool reaches_end = offset + run.length == bytes_.size();
      if (runs_.size() + 1 == limit_ && !reaches_end && !Extends(run)) {
        run = {static_cast<uint32_t>(offset),
               static_cast<uint32_t>(bytes_.size() - offset),
               DamageRun::Source::kUnknown,
               {},
               0};
      }
      offset += run.length;
      if (Extends(run)) {
        runs_.back().length += run.length;
      } else {
        runs_.push_back(run);
      }
    }
    return std::move(runs_);
  }

 private:
  static constexpr size_t kMaxCandidates = 16;
  static constexpr size_t kConfirmingBytes = 4;

  // Every set whose stamp lies at a block boundary; those are the values that can have mixed. A
  // stamp that was itself torn names a set that never was: what follows does not bear it out.
  void CollectCandidates() {
    for (size_t at = 0; at + kStampBytes <= bytes_.size(); at += kBlockBytes) {
      const auto stamp = ReadStamp(bytes_.data() + at);
      if (!stamp || stamp->length < kStampBytes || stamp->length > kMaxValueBytes) continue;
      const bool known = std::any_of(candidates_.begin(), candidates_.end(), [&](const Origin& c) {
        return c.id == stamp->id && c.length == stamp->length;
      });
      if (known || candidates_.size() == kMaxCandidates) continue;
      const Origin origin(*stamp);
      const std::string_view behind = bytes_.substr(at + kStampBytes, kConfirmingBytes);
      if (origin.Continues(behind, stamp->offset)) candidates_.push_back(origin);
    }
  }

  // The longest run at `offset`: a whole stamp that says it is from elsewhere, else from a
  // candidate, zeros, or one byte of unknown origin. A match of fewer than four bytes is chance,
  // unless it ends the value.
  DamageRun RunAt(size_t offset) const {
    const std::string_view rest = bytes_.substr(offset);
    DamageRun best{static_cast<uint32_t>(offset), 1, DamageRun::Source::kUnknown, {}, 0};
    if (const auto stamp = ShiftedStamp(rest, offset)) {
      const size_t same = Origin(*stamp).MatchingPrefix(rest, stamp->offset);
      return {best.offset, static_cast<uint32_t>(std::max(same, kStampBytes)),
              DamageRun::Source::kShifted, stamp->id, stamp->length};
    }
    size_t best_length = std::min<size_t>(3, rest.size() - 1);
    for (const Origin& candidate : candidates_) {
      const size_t same = candidate.MatchingPrefix(rest, offset);
      if (same > best_length) {
        best = {best.offset, static_cast<uint32_t>(same), DamageRun::Source::kSet, candidate.id,
                candidate.length};
        best_length = same;
      }
    }
    if (best.source == DamageRun::Source::kSet) return best;
    const size_t zeros = std::min(rest.find_first_not_of('\0'), rest.size());
    if (zeros > 0) {
      best.length = static_cast<uint32_t>(zeros);
      best.source = DamageRun::Source::kZeros;
    }
    return best;
  }

  static std::optional<Stamp> ShiftedStamp(std::string_view rest, size_t offset) {
    if (rest.size() < kStampBytes) return std::nullopt;
    const auto stamp = ReadStamp(rest.data());
    if (!stamp || stamp->offset == offset) return std::nullopt;
    const std::string_view behind = rest.substr(kStampBytes, kConfirmingBytes);
    return Origin(*stamp).Continues(behind, stamp->offset) ? stamp : std::nullopt;
  }

  bool Extends(const DamageRun& run) const {
    if (runs_.empty()) return false;
    const DamageRun& last = runs_.back();
    return last.source == run.source && last.id == run.id && last.value_length == run.value_length;
  }

  std::string_view bytes_;
  size_t limit_;
  std::vector<Origin> candidates_;
  std::vector<DamageRun> runs_;
};

// The filler of one whole block. memmove, as compilers make of a memcpy of this size a string
// instruction, whose start costs more than the copy.
void CopyFiller(const char* filler, char* out) {
  std::memmove(out, filler, kBlockBytes - kStampBytes);
}

}  // namespace

void FillValue(ValueId id, size_t length, char* out) {
  TEARPROOF_CHECK(length <= kMaxValueBytes, "value of " + std::to_string(length) + " bytes");
  if (length < kStampBytes) return FillShort(id, length, out);
  const char* filler = FillerOf(id);
  std::array<char, kStampBytes> stamp;
  WriteStamp({id, static_cast<uint32_t>(length), 0}, stamp.data());
  size_t at = 0;
  for (; at + kBlockBytes <= length; at += kBlockBytes) {
    std::memcpy(out + at, stamp.data(), kOffsetAt);
    WriteOffset(at, out + at);
    CopyFiller(filler, out + at + kStampBytes);
  }
  const size_t rest = length - at;
  if (rest == 0) return;
  WriteOffset(at, stamp.data());
  std::memcpy(out + at, stamp.data(), std::min(rest, kStampBytes));
  if (rest > kStampBytes) std::memcpy(out + at + kStampBytes, filler, rest - kStampBytes);
}

uint64_t ShortDigest(std::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), bytes.size());
}

uint64_t ShortDigestOf(ValueId id, size_t length) {
  TEARPROOF_CHECK(length < kStampBytes, "not a short value");
  std::array<char, kStampBytes> text;
  FillShort(id, length, text.data());
  return ShortDigest({text.data(), length});
}

VerifiedValue VerifyValue(std::string_view bytes, VerifyMode mode) {
  if (bytes.size() < kStampBytes) {
    if (bytes.empty()) return {};
    return {Observed::kShort, ShortDigest(bytes)};
  }
  const auto first = ReadStamp(bytes.data());
  if (!first || first->length != bytes.size() || first->offset != 0) return {};
  const char* filler = FillerOf(first->id);
  std::array<char, kStampBytes> stamp;
  std::memcpy(stamp.data(), bytes.data(), kStampBytes);
  size_t at = 0;
  for (; at + kBlockBytes <= bytes.size(); at += kBlockBytes) {
    const char* block = bytes.data() + at;
    const uint64_t offset = OffsetWord(at);
    if (std::memcmp(block, stamp.data(), kOffsetAt) != 0) return {};
    if (std::memcmp(block + kOffsetAt, &offset, sizeof(offset)) != 0) return {};
    if (mode == VerifyMode::kStamps) continue;
    if (std::memcmp(block + kStampBytes, filler, kBlockBytes - kStampBytes) != 0) return {};
  }
  std::string_view rest = bytes.substr(at);
  WriteOffset(at, stamp.data());
  if (!std::string_view(stamp.data(), kStampBytes).starts_with(rest.substr(0, kStampBytes))) {
    return {};
  }
  if (rest.size() > kStampBytes && mode == VerifyMode::kFull) {
    rest.remove_prefix(kStampBytes);
    if (rest != std::string_view(filler, rest.size())) return {};
  }
  return {Observed::kIntact, first->id.Pack()};
}

VerifiedValue VerifyCounter(std::string_view bytes) {
  int64_t number = 0;
  const char* end = bytes.data() + bytes.size();
  const auto [rest, problem] = std::from_chars(bytes.data(), end, number);
  if (bytes.empty() || problem != std::errc() || rest != end) return {};
  return {Observed::kNumber, static_cast<uint64_t>(number)};
}

std::vector<DamageRun> DescribeDamage(std::string_view bytes, size_t limit) {
  TEARPROOF_CHECK(limit > 0, "no room for a description");
  return DamageDescriber(bytes, limit).Describe();
}

}  // namespace tearproof
