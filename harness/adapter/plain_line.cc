#include "harness/adapter/plain_line.h"

#include <algorithm>
#include <charconv>

namespace tearproof::adapter {
namespace {

// Stands for itself in JSON's texts. All are looked at: that is quicker than to stop at the first.
bool IsPlain(std::string_view text) {
  unsigned char unusual = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    unusual |=
        static_cast<unsigned char>(byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\');
  }
  return unusual == 0;
}

}  // namespace

class PlainLine::Reader {
 public:
  Reader(std::string_view rest, PlainLine* line) : rest_(rest), line_(*line) {}

  bool ReadLine() {
    Skip();
    if (!Takes('{') || !ReadMembers("")) return false;
    Skip();
    return rest_.empty();
  }

 private:
  void Skip() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  bool Takes(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool Takes(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool ReadText(std::string_view* text) {
    if (!Takes('"')) return false;
    const size_t end = rest_.find('"');
    if (end == std::string_view::npos) return false;
    *text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return IsPlain(*text);
  }

  bool ReadNumber(uint64_t* number) {
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), *number);
    const auto length = static_cast<size_t>(end - rest_.data());
    if (problem != std::errc() || (length > 1 && rest_.front() == '0')) return false;
    rest_.remove_prefix(length);
    // Not the beginning of another kind of number.
    return !rest_.empty() && (rest_.front() == ',' || rest_.front() == '}' || rest_.front() == ' ');
  }

  bool ReadValue(PlainMember* member) {
    using enum PlainMember::Kind;
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return ReadText(&member->text);
    if (rest_.front() >= '0' && rest_.front() <= '9') {
      member->kind = kNumber;
      return ReadNumber(&member->number);
    }
    member->kind = Takes("true") ? kTrue : kFalse;
    if (member->kind == kTrue || Takes("false")) return true;
    member->kind = kObject;
    return member->parent.empty() && Takes('{') && ReadMembers(member->name);
  }

  // Behind the opening brace, up to and including the closing one.
  bool ReadMembers(std::string_view parent) {
    Skip();
    if (Takes('}')) return true;
    while (true) {
      PlainMember read;
      read.parent = parent;
      Skip();
      if (!ReadText(&read.name) || (parent.empty() && read.name.empty())) return false;
      Skip();
      if (!Takes(':') || line_.count_ == kMostMembers) return false;
      Skip();
      const std::span<const PlainMember> known = line_.members();
      const bool twice = std::any_of(known.begin(), known.end(), [&](const PlainMember& other) {
        return other.parent == read.parent && other.name == read.name;
      });
      PlainMember& member = line_.members_[line_.count_++];
      member = read;
      if (twice || !ReadValue(&member)) return false;
      Skip();
      if (Takes('}')) return true;
      if (!Takes(',')) return false;
    }
  }

  std::string_view rest_;
  PlainLine& line_;
};

std::optional<PlainLine> PlainLine::Parse(std::string_view line) {
  std::optional<PlainLine> plain(std::in_place);
  if (!Reader(line, &*plain).ReadLine()) plain.reset();
  return plain;
}

const PlainMember* PlainLine::Find(std::string_view name) const {
  for (const PlainMember& member : members()) {
    if (member.parent.empty() && member.name == name) return &member;
  }
  return nullptr;
}

std::optional<std::string_view> PlainLine::Text(std::string_view name) const {
  const PlainMember* member = Find(name);
  if (member == nullptr || member->kind != PlainMember::Kind::kText) return std::nullopt;
  return member->text;
}

std::optional<uint64_t> PlainLine::Number(std::string_view name) const {
  const PlainMember* member = Find(name);
  if (member == nullptr || member->kind != PlainMember::Kind::kNumber) return std::nullopt;
  return member->number;
}

bool PlainLine::IsTrue(std::string_view name) const {
  const PlainMember* member = Find(name);
  return member != nullptr && member->kind == PlainMember::Kind::kTrue;
}

bool AppendPlainText(std::string_view text, std::string* line) {
  if (!IsPlain(text)) return false;
  line->push_back('"');
  line->append(text);
  line->push_back('"');
  return true;
}

}  // namespace tearproof::adapter
