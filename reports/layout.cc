#include "reports/layout.h"

namespace tearproof::reports {

std::string Style::Paint(std::string_view code, std::string_view text) const {
  if (!color || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string Heading(const Style& style, std::string_view title) {
  return "\n" + style.Bold(title) + "\n";
}

}  // namespace tearproof::reports
