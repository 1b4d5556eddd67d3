// The report that people meet: what was kept, what was broken, why, and how to see it again.

#include "harness/api/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/core/text.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

std::string Header(const Page& page) {
  const RunRecord& record = page.record;
  std::set<std::string> scenarios;
  for (const CellRecord& cell : record.cells) scenarios.insert(cell.scenario);
  std::vector<std::string> facts = {Counted(page.rows.size(), "caches"),
                                    Counted(scenarios.size(), "scenarios"),
                                    FormatDuration(record.elapsed)};
  if (record.seed != 0) facts.push_back(fmt::format("seed {}", record.seed));
  if (!record.machine.file_system.empty()) {
    facts.push_back(EscapeForTerminal(record.machine.file_system));
  }
  if (record.interrupted) facts.push_back("interrupted");
  const std::string first = "tearproof " + EscapeForTerminal(record.version) + "  ";
  return Block(first, Join(facts, ", "), page.columns);
}

class ConsoleReporter : public Reporter {
 public:
  std::string_view name() const override { return "console"; }

  std::string Render(const RunRecord& record, const RenderOptions& options) const override {
    Page page{record, SortedMatrix(record), Style{options.color},
              std::max<size_t>(options.columns, 60)};
    if (options.quiet) {
      return EvidenceSection(page, true) + OpenSection(page) + VerdictSection(page);
    }
    std::string report = Header(page);
    if (IsOneExploration(page)) {
      report += EvidenceSection(page, false) + PromiseSection(page);
    } else {
      if (!record.cells.empty()) report += MatrixSection(page);
      report += EvidenceSection(page, false) + OpenSection(page) + SpeedSection(page) +
                BenchSection(page);
    }
    report += ExploredSection(page) + CrashedSection(page);
    return report + LoadedSection(page) + RemarksSection(page) + VerdictSection(page);
  }
};

}  // namespace

std::string CopyLine(const Page& page, std::string_view command) {
  return "  " + page.style.Bold(EscapeForTerminal(command, 8192)) + "\n";
}

std::unique_ptr<Reporter> Make() { return std::make_unique<ConsoleReporter>(); }

}  // namespace tearproof::reports::console
