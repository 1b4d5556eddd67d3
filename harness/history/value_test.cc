#include "harness/history/value.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tearproof {
namespace {

constexpr ValueId kOne{3, 812};
constexpr ValueId kTwo{1, 790};

std::string ValueOf(ValueId id, size_t length) {
  std::string bytes(length, '\0');
  FillValue(id, length, bytes.data());
  return bytes;
}

void ExpectRun(const DamageRun& run, uint32_t offset, uint32_t length, DamageRun::Source source,
               ValueId id = {}) {
  EXPECT_EQ(run.offset, offset);
  EXPECT_EQ(run.length, length);
  EXPECT_EQ(run.source, source);
  EXPECT_EQ(run.id, id);
}

// Runs must cover the value without a gap.
void ExpectCovers(const std::vector<DamageRun>& runs, size_t size) {
  size_t at = 0;
  for (const DamageRun& run : runs) {
    EXPECT_EQ(run.offset, at);
    EXPECT_GT(run.length, 0u);
    at += run.length;
  }
  EXPECT_EQ(at, size);
}

TEST(ValueTest, VerifiesWhatItWroteInEverySize) {
  std::vector<size_t> lengths = {4095, 4096, 4097, 65536, 1 << 20, (1 << 20) + 513, kMaxValueBytes};
  for (size_t length = 1; length <= 2000; ++length) lengths.push_back(length);
  for (const size_t length : lengths) {
    const std::string bytes = ValueOf(kOne, length);
    for (const VerifyMode mode : {VerifyMode::kFull, VerifyMode::kStamps}) {
      const VerifiedValue verified = VerifyValue(bytes, mode);
      if (length < kStampBytes) {
        EXPECT_EQ(verified.observation, Observed::kShort) << length;
        EXPECT_EQ(verified.observed, ShortDigestOf(kOne, length)) << length;
      } else {
        EXPECT_EQ(verified.observation, Observed::kIntact) << length;
        EXPECT_EQ(ValueId::Unpack(verified.observed), kOne) << length;
      }
    }
  }
}

TEST(ValueTest, IsPrintable) {
  for (const size_t length : {7, 32, 5000}) {
    for (const char c : ValueOf({65535, kMaxSequence - 1}, length)) {
      EXPECT_TRUE(c > ' ' && c < 0x7f);
    }
  }
}

TEST(ValueTest, StampsStateProcessSequenceLengthAndOffset) {
  const std::string bytes = ValueOf(kOne, 1024);
  EXPECT_EQ(bytes.substr(0, 32), "p0003s000000032cl0000400o0000000");
  EXPECT_EQ(bytes.substr(512, 32), "p0003s000000032cl0000400o0000200");
}

// A flip in a value's only stamp may name another set; then what lies behind it must not fit, or
// membership tells: no set of that name wrote those bytes.
TEST(ValueTest, DetectsEveryFlippedBit) {
  for (const size_t length : {size_t{40}, size_t{512}, size_t{4096}}) {
    std::string bytes = ValueOf(kOne, length);
    for (size_t bit = 0; bit < length * 8; ++bit) {
      bytes[bit / 8] ^= static_cast<char>(1 << (bit % 8));
      EXPECT_EQ(VerifyValue(bytes, VerifyMode::kFull).observation, Observed::kDamaged)
          << "bit " << bit << " of " << length << " bytes";
      bytes[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    }
  }
}

TEST(ValueTest, DetectsEveryOtherByteInEveryPlace) {
  for (const size_t length : {size_t{40}, size_t{4096}}) {
    std::string bytes = ValueOf(kTwo, length);
    for (size_t at = 0; at < length; ++at) {
      const char original = bytes[at];
      for (int other = 0; other < 256; ++other) {
        bytes[at] = static_cast<char>(other);
        if (bytes[at] == original) continue;
        ASSERT_EQ(VerifyValue(bytes, VerifyMode::kFull).observation, Observed::kDamaged)
            << "byte " << other << " at " << at << " of " << length;
      }
      bytes[at] = original;
    }
  }
}

TEST(ValueTest, StampModeOverlooksOnlyWhatLiesBetweenStamps) {
  std::string bytes = ValueOf(kOne, 4096);
  bytes[512 + 40] = '!';
  EXPECT_EQ(VerifyValue(bytes, VerifyMode::kStamps).observation, Observed::kIntact);
  bytes[512 + 31] = '!';
  EXPECT_EQ(VerifyValue(bytes, VerifyMode::kStamps).observation, Observed::kDamaged);
}

TEST(ValueTest, DetectsEveryTruncationAndExtension) {
  const std::string bytes = ValueOf(kOne, 1500);
  for (size_t length = kStampBytes; length < bytes.size(); ++length) {
    EXPECT_EQ(VerifyValue(bytes.substr(0, length), VerifyMode::kFull).observation,
              Observed::kDamaged);
  }
  EXPECT_EQ(VerifyValue(bytes + "x", VerifyMode::kFull).observation, Observed::kDamaged);
  EXPECT_EQ(VerifyValue("", VerifyMode::kFull).observation, Observed::kDamaged);
}

TEST(ValueTest, AShortenedValueHasTheDigestOfNoSet) {
  const std::string cut = ValueOf(kOne, 1500).substr(0, 20);
  const VerifiedValue verified = VerifyValue(cut, VerifyMode::kFull);
  EXPECT_EQ(verified.observation, Observed::kShort);
  EXPECT_NE(verified.observed, ShortDigestOf(kOne, 20));
  EXPECT_NE(ShortDigest("a"), ShortDigest("aa"));
}

TEST(ValueTest, ReadsCounters) {
  EXPECT_EQ(VerifyCounter("42").observation, Observed::kNumber);
  EXPECT_EQ(VerifyCounter("42").observed, 42u);
  EXPECT_EQ(static_cast<int64_t>(VerifyCounter("-7").observed), -7);
  for (const char* text : {"", "x", "4x", " 4", "4\n", "99999999999999999999", "-", "+1"}) {
    EXPECT_EQ(VerifyCounter(text).observation, Observed::kDamaged) << text;
  }
}

TEST(DescribeDamageTest, NamesBothSetsOfAMixedValueToTheByte) {
  const std::string one = ValueOf(kOne, 4096);
  const std::string two = ValueOf(kTwo, 4096);
  for (const size_t cut : {512, 2048, 2048 + 100, 2048 + 511, 3584}) {
    const auto runs = DescribeDamage(one.substr(0, cut) + two.substr(cut));
    ASSERT_EQ(runs.size(), 2u) << cut;
    ExpectCovers(runs, 4096);
    EXPECT_EQ(runs[0].id, kOne);
    EXPECT_EQ(runs[1].id, kTwo);
    EXPECT_EQ(runs[0].value_length, 4096u);
    // Where both values happen to agree, the bytes belong to either.
    size_t agree = cut;
    while (agree < 4096 && one[agree] == two[agree] && agree % kBlockBytes != 0) ++agree;
    EXPECT_EQ(runs[1].offset, agree) << cut;
  }
}

TEST(DescribeDamageTest, FindsATearAtEveryByte) {
  const std::string one = ValueOf(kOne, 2048);
  const std::string two = ValueOf(kTwo, 2048);
  for (size_t cut = 1; cut < 2048; ++cut) {
    const std::string mixed = one.substr(0, cut) + two.substr(cut);
    if (mixed == one || mixed == two) continue;
    const auto runs = DescribeDamage(mixed);
    ExpectCovers(runs, 2048);
    // A rest without a stamp could be anybody's (all of these stamps begin with p000).
    EXPECT_EQ(runs.back().id, cut <= 1540 ? kTwo : ValueId{}) << cut;
    for (const DamageRun& run : runs) {
      if (run.source != DamageRun::Source::kSet) continue;
      EXPECT_TRUE(run.id == kOne || run.id == kTwo) << cut;
      const std::string& whole = run.id == kOne ? one : two;
      EXPECT_EQ(mixed.compare(run.offset, run.length, whole, run.offset, run.length), 0) << cut;
    }
  }
}

TEST(DescribeDamageTest, NamesTheSetOfATruncatedValue) {
  const auto runs = DescribeDamage(ValueOf(kOne, 4096).substr(0, 2048));
  ASSERT_EQ(runs.size(), 1u);
  ExpectRun(runs[0], 0, 2048, DamageRun::Source::kSet, kOne);
  EXPECT_EQ(runs[0].value_length, 4096u);
}

TEST(DescribeDamageTest, SeesHoles) {
  std::string bytes = ValueOf(kOne, 4096);
  bytes.replace(1000, 500, 500, '\0');
  const auto runs = DescribeDamage(bytes);
  ASSERT_EQ(runs.size(), 3u);
  ExpectRun(runs[0], 0, 1000, DamageRun::Source::kSet, kOne);
  ExpectRun(runs[1], 1000, 500, DamageRun::Source::kZeros);
  ExpectRun(runs[2], 1500, 2596, DamageRun::Source::kSet, kOne);
  const auto empty = DescribeDamage(std::string(4096, '\0'));
  ASSERT_EQ(empty.size(), 1u);
  ExpectRun(empty[0], 0, 4096, DamageRun::Source::kZeros);
}

TEST(DescribeDamageTest, SeesShiftedBlocks) {
  std::string bytes = ValueOf(kOne, 4096);
  const std::string other = ValueOf(kTwo, 4096);
  bytes.replace(1024, 512, other, 2048, 512);
  const auto runs = DescribeDamage(bytes);
  ASSERT_EQ(runs.size(), 3u);
  ExpectRun(runs[1], 1024, 512, DamageRun::Source::kShifted, kTwo);
  EXPECT_EQ(DescribeDamage("x" + ValueOf(kOne, 512))[1].source, DamageRun::Source::kShifted);
}

TEST(DescribeDamageTest, SeesTheRestOfALongerValue) {
  const std::string bytes = ValueOf(kOne, 1024) + ValueOf(kTwo, 4096).substr(1024);
  const auto runs = DescribeDamage(bytes);
  ASSERT_EQ(runs.size(), 2u);
  ExpectRun(runs[0], 0, 1024, DamageRun::Source::kSet, kOne);
  ExpectRun(runs[1], 1024, 3072, DamageRun::Source::kSet, kTwo);
  EXPECT_EQ(runs[0].value_length, 1024u);
}

TEST(DescribeDamageTest, CallsForeignBytesUnknown) {
  const auto runs = DescribeDamage("somebody else's file, longer than a stamp");
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].source, DamageRun::Source::kUnknown);
  EXPECT_TRUE(DescribeDamage("").empty());
}

TEST(DescribeDamageTest, FoldsWhatExceedsTheLimit) {
  std::string bytes;
  for (size_t block = 0; block < 8; ++block) {
    bytes += ValueOf(block % 2 == 0 ? kOne : kTwo, 4096).substr(block * 512, 512);
  }
  EXPECT_EQ(DescribeDamage(bytes, 8).size(), 8u);
  const auto folded = DescribeDamage(bytes, 3);
  ASSERT_EQ(folded.size(), 3u);
  ExpectRun(folded[2], 1024, 3072, DamageRun::Source::kUnknown);
  EXPECT_EQ(DescribeDamage(bytes, 1).size(), 1u);
}

TEST(DescribeDamageTest, SurvivesStampsThatLie) {
  const std::string huge = "p0003s000000032clfffffffofffffff";
  const std::string zero = "p0003s000000032cl0000000o0000000";
  for (const std::string& stamp : {huge, zero}) {
    for (const size_t tail : {0, 1, 480, 5000}) {
      const std::string bytes = stamp + std::string(tail, 'x');
      ExpectCovers(DescribeDamage(bytes), bytes.size());
      EXPECT_EQ(VerifyValue(bytes, VerifyMode::kFull).observation, Observed::kDamaged);
    }
  }
}

}  // namespace
}  // namespace tearproof
