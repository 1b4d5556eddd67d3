// Lines for a terminal: colour and headings, over the layout of plain text.
//
// Purpose: the typography of reports that are read as plain text. Captured text must have gone
// through EscapeForTerminal before it comes here. Thread safety: pure functions; Style is plain
// data. Units: terminal columns, a code point each.
#ifndef TEARPROOF_REPORTS_LAYOUT_H_
#define TEARPROOF_REPORTS_LAYOUT_H_

#include <string>
#include <string_view>

#include "harness/core/layout.h"

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

// A title over a rule-free section: an empty line, the title, a newline.
std::string Heading(const Style& style, std::string_view title);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_LAYOUT_H_
