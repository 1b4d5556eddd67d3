#include <fmt/format.h>

#include <array>

#include "harness/api/scenario.h"
#include "harness/core/digest.h"

namespace tearproof {
namespace {

using namespace std::string_literals;  // NOLINT: literals with NUL bytes.

// The bucket of a two-level layout such as ab/cd/...: the first 16 bits of the digest.
uint16_t BucketOf(const std::string& name) {
  const std::array<unsigned char, 16> digest = Md5(":1:" + name);
  return static_cast<uint16_t>(digest[0] << 8 | digest[1]);
}

std::string ColliderName(uint32_t number) { return fmt::format("c{}", number); }

// c0, c1, ... are tried until one bucket has enough of them: far sooner than any given bucket.
std::vector<std::string> CollidingKeys(uint32_t count) {
  std::vector<std::vector<uint32_t>> buckets(1 << 16);
  for (uint32_t number = 0;; ++number) {
    std::vector<uint32_t>& bucket = buckets[BucketOf(ColliderName(number))];
    bucket.push_back(number);
    if (bucket.size() < count) continue;
    std::vector<std::string> names;
    for (uint32_t member : bucket) names.push_back(ColliderName(member));
    return names;
  }
}

}  // namespace

std::vector<std::string> OddKeys() {
  return {
      "../escape",
      "a/b",
      "a",  // Beside "a/b": a file where the other key wants a directory.
      "..",
      ".",
      "/",
      "/absolute",
      "nul\0byte"s,
      "nul",  // What is left of the one before, if it is cut at the NUL.
      "new\nline",
      "tab\tand\r",
      std::string(10'000, 'x'),
      std::string(9'999, 'x') + "y",  // Differs from the one before in its last byte only.
      std::string(255, 'n'),
      std::string(256, 'n'),
      "caf\xc3\xa9",   // NFC
      "cafe\xcc\x81",  // NFD of the same text.
      "\xf0\x9f\x94\x92",
      // A right-to-left override. NOLINTNEXTLINE(misc-misleading-bidirectional): it is meant to.
      "\xe2\x80\xaegnp.exe",
      "Key",
      "key",
      "k0",
      "k0 ",
      " ",
      "con",
      "NUL.txt",
      "%2e%2e%2f",
      "%00",
      "a\\b",
      "..\\escape",
      "*",
      "~",
      "-rf",
      "$(id)",
      "'; --",
      "tmpabc.temp",
      "k.entry",
      "k.djcache",
      ".hidden",
      "lock",
      ".lock",
      "trailing.",
      "\x1b[31mred",
      "\x7f",
  };
}

std::vector<std::string> Scenario::KeyNames() const {
  if (keys.style == KeyStyle::kColliding) return CollidingKeys(keys.count);
  std::vector<std::string> names;
  if (keys.style == KeyStyle::kOdd) {
    names = OddKeys();
    TEARPROOF_CHECK(keys.count <= names.size(), "more odd keys than there are");
    names.resize(keys.count);
    return names;
  }
  names.reserve(keys.count);
  for (uint32_t index = 0; index < keys.count; ++index) names.push_back(fmt::format("k{}", index));
  return names;
}

}  // namespace tearproof
