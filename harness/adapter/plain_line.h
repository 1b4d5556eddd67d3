// A line of the protocol that holds nothing unusual, read and written without a tree in between.
//
// Purpose: where a cache is explored, the lines of its operations cost as much as the operations.
// Nearly all of them are one flat object of short texts, small numbers, true and false. What is not
// is left to the library, whose word counts: a line is taken here only if the library would read
// the same from it.
// Thread safety: pure functions. Ownership: what is found are views of the line.
#ifndef TEARPROOF_HARNESS_ADAPTER_PLAIN_LINE_H_
#define TEARPROOF_HARNESS_ADAPTER_PLAIN_LINE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tearproof::adapter {

struct PlainMember {
  enum class Kind : uint8_t { kText, kNumber, kTrue, kFalse, kObject };

  std::string_view parent;  // The object within which it lies; "" for the line itself.
  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view text;
  uint64_t number = 0;
};

class PlainLine {
 public:
  // Nothing: there is something unusual in it, or wrong with it.
  static std::optional<PlainLine> Parse(std::string_view line);

  // nullptr: it has none.
  const PlainMember* Find(std::string_view name) const;
  // The text or the number `name`; nothing: it has none, or it is something else.
  std::optional<std::string_view> Text(std::string_view name) const;
  std::optional<uint64_t> Number(std::string_view name) const;
  bool IsTrue(std::string_view name) const;
  std::span<const PlainMember> members() const { return std::span(members_).first(count_); }

 private:
  class Reader;
  static constexpr size_t kMostMembers = 24;

  std::array<PlainMember, kMostMembers> members_;
  size_t count_ = 0;
};

// Appends `text` in quotes. False, and nothing is appended: it holds what must be escaped, or may
// be no UTF-8.
bool AppendPlainText(std::string_view text, std::string* line);

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_PLAIN_LINE_H_
