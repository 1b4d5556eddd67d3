// Base64 of RFC 4648, section 4, with padding: strict in what it reads.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CORE_BASE64_H_
#define TEARPROOF_HARNESS_CORE_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace tearproof {

std::string EncodeBase64(std::string_view bytes);
// nullopt: `text` is not what EncodeBase64 gives of any bytes.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_BASE64_H_
