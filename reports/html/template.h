// The page that the HTML report fills, as it was built from reports/html/page.
//
// Purpose: reports/html/template.html within the program. Thread safety: constant data.
#ifndef TEARPROOF_REPORTS_HTML_TEMPLATE_H_
#define TEARPROOF_REPORTS_HTML_TEMPLATE_H_

#include <string_view>

namespace tearproof::reports::html {

// Stands where the data goes, once.
inline constexpr std::string_view kDataPlace = "<!--data-->";

std::string_view Template();

}  // namespace tearproof::reports::html

#endif  // TEARPROOF_REPORTS_HTML_TEMPLATE_H_
