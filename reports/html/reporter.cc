// One HTML file that needs nothing else: the page built from reports/html/page, with the run's data
// in it.

#include "harness/api/reporter.h"

#include "harness/core/check.h"
#include "reports/html/page_data.h"
#include "reports/html/page_pieces.h"
#include "reports/html/template.h"

namespace tearproof::reports::html {
namespace {

// JSON that cannot end the element that it stands in.
std::string ForScript(const nlohmann::json& data) {
  std::string text;
  for (const char c : data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

class HtmlReporter : public Reporter {
 public:
  std::string_view name() const override { return "html"; }

  std::string Render(const RunRecord& record, const RenderOptions&) const override {
    const std::string_view page = Template();
    const size_t place = page.find(kDataPlace);
    TEARPROOF_CHECK(place != std::string_view::npos, "the page has no place for its data");
    std::string report(page.substr(0, place));
    for (const auto& [name, piece] : TakeApart(PageData(record))) {
      report += "<script type=\"application/json\" id=\"" + name + "\">";
      report += ForScript(piece) + "</script>\n";
    }
    report += page.substr(place + kDataPlace.size());
    return report;
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<HtmlReporter>(); }

}  // namespace tearproof::reports::html
