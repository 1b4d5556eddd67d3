// The report that people meet: what was kept, what was broken, why, and how to see it again.

#include "harness/api/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/core/text.h"
#include "reports/console/sections.h"

namespace tearproof::reports::console {
namespace {

// Broken first, then what is left open, then known and tolerated, then held, then skipped; within
// that in the order in which the backends were named.
int Rank(const MatrixRow& row) {
  if (row.all_skipped) return 5;
  Standing worst = Standing::kFine;
  for (const auto& [promise, cell] : row.cells) worst = std::max(worst, cell.standing);
  return static_cast<int>(Standing::kFails) - static_cast<int>(worst);
}

std::string Header(const Page& page) {
  const RunRecord& record = page.record;
  std::set<std::string> scenarios;
  for (const CellRecord& cell : record.cells) scenarios.insert(cell.scenario);
  const auto plural = [](size_t count, const char* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
  };
  std::vector<std::string> facts = {
      plural(page.rows.size(), "cache"), plural(scenarios.size(), "scenario"),
      FormatDuration(record.elapsed), fmt::format("seed {}", record.seed)};
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
    Page page{record, BuildMatrix(record), Style{options.color},
              std::max<size_t>(options.columns, 64)};
    std::stable_sort(page.rows.begin(), page.rows.end(),
                     [](const MatrixRow& a, const MatrixRow& b) { return Rank(a) < Rank(b); });
    if (options.quiet) {
      return EvidenceSection(page, true) + VerdictSection(page);
    }
    std::string report = Header(page);
    if (!record.cells.empty()) report += MatrixSection(page);
    report += EvidenceSection(page, false) + OpenSection(page) + SpeedSection(page);
    return report + RemarksSection(page) + VerdictSection(page);
  }
};

}  // namespace

std::vector<CellResult> ResultsOf(const RunRecord& record, const MatrixRow& row, Promise promise) {
  const auto merged = row.cells.find(promise);
  if (merged == row.cells.end()) return {};
  const bool exercised = merged->second.verdict.judgement != Judgement::kNotExercised;
  std::vector<CellResult> results;
  for (const CellRecord& cell : record.cells) {
    if (cell.backend != row.backend) continue;
    for (const PromiseResult& result : cell.promises) {
      if (result.verdict.promise != promise) continue;
      results.push_back({&cell, &result, StandingOf(record, result, exercised)});
    }
  }
  return results;
}

std::string ShortCount(uint64_t count) {
  const double value = static_cast<double>(count);
  if (count < 1'000) return std::to_string(count);
  if (count < 9'950) return fmt::format("{:.1f} k", value / 1e3);
  if (count < 999'500) return fmt::format("{:.0f} k", value / 1e3);
  if (count < 9'950'000) return fmt::format("{:.1f} M", value / 1e6);
  if (count < 999'500'000) return fmt::format("{:.0f} M", value / 1e6);
  if (count < 9'950'000'000) return fmt::format("{:.1f} G", value / 1e9);
  return fmt::format("{:.0f} G", value / 1e9);
}

std::string SafeName(std::string_view name) { return EscapeForTerminal(name, 60); }

std::string Covered(const Verdict& verdict) {
  if (verdict.exercised == 0) return "";
  const std::string unit = EscapeForTerminal(verdict.unit);
  return ShortCount(verdict.exercised) + (unit.empty() ? "" : " " + unit);
}

std::string CopyLine(const Page& page, std::string_view command) {
  return "  " + page.style.Bold(EscapeForTerminal(command, 8192)) + "\n";
}

std::unique_ptr<Reporter> Make() { return std::make_unique<ConsoleReporter>(); }

}  // namespace tearproof::reports::console
