// One line of a history in Jepsen's form, before it is known what it is part of.
//
// Purpose: all that a single line can be checked for. The fields are those of jepsen_export.h; of
// others nothing is looked at. Thread safety: none. Errors: kUsage, saying what is wrong with the
// line; the caller knows where it lies. Safe for hostile input. Memory: a parser grows with the
// longest line that it was given.
#ifndef TEARPROOF_HARNESS_HISTORY_JEPSEN_EVENT_H_
#define TEARPROOF_HARNESS_HISTORY_JEPSEN_EVENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/core/result.h"

namespace tearproof {

// Nothing, a truth value, an integer or a text: all that keys and values may be.
using JepsenValue = std::variant<std::monostate, bool, int64_t, std::string>;

struct JepsenEvent {
  enum class Type : uint8_t { kInvoke, kOk, kFail, kInfo };

  Type type = Type::kInvoke;
  std::optional<int64_t> process;  // Absent where it is no client but the "nemesis".
  std::string f;
  JepsenValue key;  // Of an independent key's [key value] as well.
  JepsenValue value;
  std::optional<int64_t> time;
  std::optional<uint32_t> ttl_millis;
  std::optional<uint32_t> bytes;
  bool has_error = false;
  bool ended = false;
};

// Times lie within this of zero.
inline constexpr int64_t kMaxJepsenTime = int64_t{1} << 59;

class JepsenEventParser {
 public:
  JepsenEventParser();
  ~JepsenEventParser();
  JepsenEventParser(const JepsenEventParser&) = delete;
  JepsenEventParser& operator=(const JepsenEventParser&) = delete;

  Result<JepsenEvent> Parse(std::string_view line);

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

// As a person writes it: 5, k0, null.
std::string ToText(const JepsenValue& value);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_HISTORY_JEPSEN_EVENT_H_
