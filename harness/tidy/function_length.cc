#include "harness/tidy/function_length.h"

#include <algorithm>
#include <cctype>
#include <regex>

namespace tearproof::tidy {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Blanker {
 public:
  explicit Blanker(std::string_view source) : source_(source), code_(source) {}

  std::string Run() {
    while (at_ < source_.size()) {
      const size_t begin = at_;
      if (SkipNonCode()) {
        Blank(begin, at_);
      } else {
        line_is_blank_ = source_[at_] == '\n' || (line_is_blank_ && source_[at_] == ' ');
        ++at_;
      }
    }
    return std::move(code_);
  }

 private:
  bool StartsWith(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  void SkipPast(std::string_view text) {
    const size_t found = source_.find(text, at_);
    at_ = found == std::string_view::npos ? source_.size() : found + text.size();
  }

  // If a comment, a literal or a directive begins here, moves to its end.
  bool SkipNonCode() {
    if (StartsWith("//")) {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (StartsWith("/*")) {
      SkipPast("*/");
    } else if (line_is_blank_ && StartsWith("#")) {
      SkipDirective();
    } else if (StartsWith("R\"")) {
      const size_t open = std::min(source_.find('(', at_), source_.size());
      const std::string delimiter(source_.substr(at_ + 2, open - at_ - 2));
      SkipPast(")" + delimiter + "\"");
    } else if (StartsWith("\"") || (StartsWith("'") && !IsDigitSeparator())) {
      SkipLiteral(source_[at_]);
    } else {
      return false;
    }
    return true;
  }

  bool IsDigitSeparator() const {
    return at_ > 0 && at_ + 1 < source_.size() && IsWord(source_[at_ - 1]) &&
           IsWord(source_[at_ + 1]);
  }

  void SkipDirective() {
    do {
      at_ = std::min(source_.find('\n', at_ + 1), source_.size());
    } while (at_ < source_.size() && source_[at_ - 1] == '\\');
  }

  void SkipLiteral(char quote) {
    for (++at_; at_ < source_.size() && source_[at_] != quote; ++at_) {
      if (source_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, source_.size());
  }

  void Blank(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (code_[i] != '\n') code_[i] = ' ';
    }
  }

  std::string_view source_;
  std::string code_;
  size_t at_ = 0;
  bool line_is_blank_ = true;
};

enum class Block { kScope, kFunction, kOther };

// What the brace behind `head` opens, where it does not stand in a function.
Block Classify(const std::string& head, Block around) {
  static const std::regex kScope(
      R"(^\s*(inline\s+)?(namespace|extern)\b|\b(class|struct|union)\s+[^()=]*$)");
  static const std::regex kScopeWithAttribute(R"(^\s*(class|struct|union)\s+alignas\s*\()");
  if (around == Block::kOther) return Block::kOther;
  if (std::regex_search(head, kScope) || std::regex_search(head, kScopeWithAttribute)) {
    return Block::kScope;
  }
  if (head.find('(') != std::string::npos) return Block::kFunction;
  return Block::kOther;
}

class FunctionFinder {
 public:
  explicit FunctionFinder(std::string code) : code_(std::move(code)) {}

  std::vector<FunctionSpan> Run() {
    for (size_t i = 0; i < code_.size(); ++i) {
      if (code_[i] == '{') Open(i);
      if (code_[i] == '}') Close(i);
      if (code_[i] == ';' && !InFunction()) head_begin_ = i + 1;
    }
    std::sort(found_.begin(), found_.end(),
              [](const auto& a, const auto& b) { return a.line < b.line; });
    return std::move(found_);
  }

 private:
  struct Level {
    Block block;
    size_t head_begin;
  };

  bool InFunction() const { return !levels_.empty() && levels_.back().block == Block::kFunction; }

  void Open(size_t at) {
    const Block around = levels_.empty() ? Block::kScope : levels_.back().block;
    const Block block = around == Block::kFunction
                            ? Block::kFunction
                            : Classify(code_.substr(head_begin_, at - head_begin_), around);
    levels_.push_back({block, head_begin_});
    if (around != Block::kFunction) head_begin_ = at + 1;
  }

  void Close(size_t at) {
    if (levels_.empty()) return;
    const Level closed = levels_.back();
    levels_.pop_back();
    if (InFunction()) return;
    // A brace within a head, as in "Name() : member_{1}, other_{2} {": the head goes on.
    const size_t next = code_.find_first_not_of(" \n", at + 1);
    if (next != std::string::npos && (code_[next] == ',' || code_[next] == '{') &&
        closed.block != Block::kScope) {
      head_begin_ = closed.head_begin;
      return;
    }
    if (closed.block == Block::kFunction) Report(closed.head_begin, at);
    head_begin_ = at + 1;
  }

  void Report(size_t head_begin, size_t end) {
    static const std::regex kAccess(R"(^\s*(public|private|protected)\s*:)");
    std::smatch access;
    if (std::regex_search(code_.cbegin() + static_cast<long>(head_begin), code_.cend(), access,
                          kAccess, std::regex_constants::match_continuous)) {
      head_begin += static_cast<size_t>(access.length());
    }
    const size_t begin = code_.find_first_not_of(" \n", head_begin);
    const auto line_of = [&](size_t at) {
      return static_cast<size_t>(
          std::count(code_.begin(), code_.begin() + static_cast<long>(at), '\n'));
    };
    static const std::regex kSpace(R"(\s+)");
    const std::string head = code_.substr(begin, code_.find('{', begin) - begin);
    found_.push_back({std::regex_replace(head, kSpace, " "), line_of(begin) + 1,
                      line_of(end) - line_of(begin) + 1});
  }

  std::string code_;
  size_t head_begin_ = 0;
  std::vector<Level> levels_;
  std::vector<FunctionSpan> found_;
};

}  // namespace

std::string BlankNonCode(std::string_view source) { return Blanker(source).Run(); }

std::vector<FunctionSpan> FindFunctions(std::string_view source) {
  return FunctionFinder(BlankNonCode(source)).Run();
}

}  // namespace tearproof::tidy
