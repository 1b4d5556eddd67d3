// The page's data taken apart, so that the page reads a part when somebody looks at it.
//
// Purpose: a page of a big run is ready at once: most of its data is never asked for. The shape of
// the pieces is that of reports/html/page/model.ts. Thread safety: pure functions.
#ifndef TEARPROOF_REPORTS_HTML_PAGE_PIECES_H_
#define TEARPROOF_REPORTS_HTML_PAGE_PIECES_H_

#include <string>
#include <utility>
#include <vector>

#include "reports/html/page_data.h"

namespace tearproof::reports::html {

// By name: "data", what is shown at once; "break-3", the evidence of the fourth break;
// "verdicts-3", those of the fourth cache; "cell-3", the numbers of the fourth cell. `data` is
// PageData's.
std::vector<std::pair<std::string, Json>> TakeApart(Json data);

}  // namespace tearproof::reports::html

#endif  // TEARPROOF_REPORTS_HTML_PAGE_PIECES_H_
