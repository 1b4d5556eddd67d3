// Plain text in columns: wrapping and padding.
//
// Purpose: what help, explanations and reports share of typography. Captured text must have gone
// through EscapeForTerminal before it comes here. Thread safety: pure functions. Units: terminal
// columns, a code point each.
#ifndef TEARPROOF_HARNESS_CORE_LAYOUT_H_
#define TEARPROOF_HARNESS_CORE_LAYOUT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tearproof {

// Number of columns of `text`.
size_t DisplayWidth(std::string_view text);

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

// A name and what it means: `meaning` stands from `name_columns` on, in the name's line if it is
// short enough, else below.
std::string Entry(std::string_view name, size_t name_columns, std::string_view meaning,
                  size_t columns);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_LAYOUT_H_
