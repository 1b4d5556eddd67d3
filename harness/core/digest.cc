#include "harness/core/digest.h"

#include <algorithm>
#include <boost/uuid/detail/md5.hpp>
#include <cstdint>
#include <cstring>

namespace tearproof {

std::array<unsigned char, 16> Md5(std::string_view text) {
  boost::uuids::detail::md5 hash;
  // Boost reads whole words from where the bytes lie, aligned or not: it gets them where words lie.
  std::array<uint32_t, 256> words;
  while (!text.empty()) {
    const size_t bytes = std::min(text.size(), sizeof(words));
    std::memcpy(words.data(), text.data(), bytes);
    hash.process_bytes(words.data(), bytes);
    text.remove_prefix(bytes);
  }
  boost::uuids::detail::md5::digest_type digest;
  hash.get_digest(digest);
  std::array<unsigned char, 16> bytes;
  static_assert(sizeof(digest) == sizeof(bytes));
  std::memcpy(bytes.data(), digest, bytes.size());
  // Until Boost 1.86 the digest is four words, each stored with its bytes in reverse.
  if constexpr (sizeof(digest[0]) == 4) {
    for (size_t word = 0; word < bytes.size(); word += 4) {
      std::reverse(bytes.begin() + word, bytes.begin() + word + 4);
    }
  }
  return bytes;
}

std::string Md5Hex(std::string_view text) {
  std::string hex;
  hex.reserve(32);
  for (unsigned char byte : Md5(text)) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace tearproof
