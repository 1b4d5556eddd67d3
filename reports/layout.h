// Lines for a terminal: wrapping, padding, colour.
//
// Purpose: the typography of reports that are read as plain text. Captured text must have gone
// through EscapeForTerminal before it comes here. Thread safety: pure functions; Style is plain
// data. Units: terminal columns, a code point each.
#ifndef TEARPROOF_REPORTS_LAYOUT_H_
#define TEARPROOF_REPORTS_LAYOUT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tearproof::reports {

// Colour only underlines what the words say already.
struct Style {
  bool color = false;

  std::string Bold(std::string_view text) const { return Paint("1", text); }
  std::string Dim(std::string_view text) const { return Paint("2", text); }
  std::string Red(std::string_view text) const { return Paint("1;31", text); }
  std::string Green(std::string_view text) const { return Paint("32", text); }
  std::string Yellow(std::string_view text) const { return Paint("33", text); }

 private:
  std::string Paint(std::string_view code, std::string_view text) const;
};

std::string Repeat(std::string_view text, size_t count);
// `text` filled with spaces to `columns`; longer text stays as it is.
std::string PadRight(std::string_view text, size_t columns);
std::string PadLeft(std::string_view text, size_t columns);
// `text` cut to `columns`, the last of which is then "…".
std::string Shorten(std::string_view text, size_t columns);

// `text` broken at spaces (a word longer than a line within the word) into lines of at most
// `columns`. REQUIRES: columns > 0.
std::vector<std::string> WrapWords(std::string_view text, size_t columns);
// The same as a block: the first line behind `first`, the others behind as many spaces. Each line
// ends in a newline. `first` counts DisplayWidth columns.
std::string Block(std::string_view first, std::string_view text, size_t columns);

// A title over a rule-free section: an empty line, the title, a newline.
std::string Heading(const Style& style, std::string_view title);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_LAYOUT_H_
