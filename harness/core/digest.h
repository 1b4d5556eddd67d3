// The MD5 digest, by which caches name their files.
//
// Purpose: several caches place an entry by the MD5 of its key; backends and the choice of
// colliding keys need the same one. Not for secrets. Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CORE_DIGEST_H_
#define TEARPROOF_HARNESS_CORE_DIGEST_H_

#include <array>
#include <string>
#include <string_view>

namespace tearproof {

std::array<unsigned char, 16> Md5(std::string_view text);
// In 32 lower-case hexadecimal digits.
std::string Md5Hex(std::string_view text);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_DIGEST_H_
