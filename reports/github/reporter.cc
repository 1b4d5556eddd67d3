// Workflow commands of GitHub Actions: an error for each broken promise, a notice for known ones.

#include "harness/api/reporter.h"

#include <fmt/format.h>

#include "harness/core/text.h"
#include "reports/findings.h"
#include "reports/verdict_words.h"

namespace tearproof::reports::github {
namespace {

constexpr size_t kLongestText = 4000;

// As GitHub's toolkit has it: the runner undoes exactly these.
std::string EscapeData(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%') {
      escaped += "%25";
    } else if (c == '\r') {
      escaped += "%0D";
    } else if (c == '\n') {
      escaped += "%0A";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string EscapeProperty(std::string_view text) {
  std::string escaped;
  for (const char c : EscapeData(text)) {
    if (c == ':') {
      escaped += "%3A";
    } else if (c == ',') {
      escaped += "%2C";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Command(std::string_view level, std::string_view title,
                    const std::vector<std::string>& lines) {
  return fmt::format("::{} title={}::{}\n", level, EscapeProperty(title),
                     EscapeData(Join(lines, "\n")));
}

class GithubReporter : public Reporter {
 public:
  std::string_view name() const override { return "github"; }

  std::string Render(const RunRecord& record, const RenderOptions& options) const override {
    const std::vector<MatrixRow> rows = SortedMatrix(record);
    std::string commands;
    for (const Break& each : FindBreaks(record, rows)) {
      const BreakClass which = ClassOf(each);
      if (which != BreakClass::kFails && (which != BreakClass::kKnown || options.quiet)) continue;
      std::vector<std::string> lines = EvidenceLines(each.source);
      lines.insert(lines.begin(), BreakAmount(record, each));
      if (which == BreakClass::kKnown) {
        lines = {"known: " + EscapeForTerminal(each.source.result->known_issue, kLongestText)};
      }
      commands +=
          Command(which == BreakClass::kFails ? "error" : "notice", BreakTitle(each), lines);
    }
    const int code = record.ExitCode();
    if (code != 0 && code != 1) {
      commands += Command("warning", "tearproof", {PutIntoWords(record, rows).sentence});
    }
    std::vector<std::string> not_run;
    for (const auto& [backend, scenarios] : NotRunByBackend(record)) {
      not_run.push_back(fmt::format("{}: {}", backend, Join(scenarios, ", ")));
    }
    if (!not_run.empty()) commands += Command("warning", "tearproof: not run", not_run);
    return commands;
  }
};

}  // namespace

std::unique_ptr<Reporter> Make() { return std::make_unique<GithubReporter>(); }

}  // namespace tearproof::reports::github
