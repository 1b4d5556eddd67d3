#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <memory>

#include "harness/core/text.h"
#include "reports/golden.h"
#include "reports/sample_records.h"

namespace tearproof::reports::console {

std::unique_ptr<Reporter> Make();

namespace {

std::string Render(const RunRecord& record, RenderOptions options = {}) {
  return Make()->Render(record, options);
}

// Lines that are to be copied are never wrapped; all others fit.
testing::AssertionResult Fits(const std::string& report, size_t columns) {
  for (const std::string& line : Split(report, '\n')) {
    if (DisplayWidth(line) > columns && !line.starts_with("  tearproof ") &&
        !line.starts_with("Report   ")) {
      return testing::AssertionFailure() << DisplayWidth(line) << " columns: " << line;
    }
  }
  return testing::AssertionSuccess();
}

TEST(ConsoleReporterTest, RendersARealisticRun) {
  const std::string report = Render(RealisticRecord());
  EXPECT_TRUE(MatchesGolden("realistic.console", report));
  EXPECT_TRUE(Fits(report, 80));
}

TEST(ConsoleReporterTest, RendersThirteenPromisesInTwoTables) {
  const std::string report = Render(WideRecord());
  EXPECT_TRUE(MatchesGolden("wide.console", report));
  EXPECT_TRUE(Fits(report, 80));
}

TEST(ConsoleReporterTest, LetsNothingHostileThrough) {
  const std::string report = Render(HostileRecord());
  EXPECT_TRUE(IsSafeForTerminal(report));
  EXPECT_TRUE(Fits(report, 80));
  EXPECT_TRUE(MatchesGolden("hostile.console", report));
}

TEST(ConsoleReporterTest, QuietShowsOnlyWhatIsBrokenAndTheVerdict) {
  const std::string report = Render(RealisticRecord(), {.quiet = true});
  EXPECT_TRUE(MatchesGolden("realistic-quiet.console", report));
  EXPECT_EQ(report.find("ops/s"), std::string::npos);
}

TEST(ConsoleReporterTest, ExpectedBreaksAreNoFailure) {
  RunRecord record = RealisticRecord();
  record.expect = true;
  for (CellRecord& cell : record.cells) {
    for (PromiseResult& result : cell.promises) {
      if (result.verdict.judgement != Judgement::kHeld) {
        result.expectation = Expectation::kMayBreak;
      }
    }
  }
  const std::string report = Render(record);
  EXPECT_EQ(report.find("BROKEN"), std::string::npos);
  EXPECT_NE(report.find("AS EXPECTED"), std::string::npos);
  EXPECT_NE(report.find("Broken promises, as expected"), std::string::npos);
}

TEST(ConsoleReporterTest, ColourOnlyWhenAskedAndNeverAlone) {
  const std::string plain = Render(RealisticRecord());
  std::string colored = Render(RealisticRecord(), {.color = true});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(colored.find('\x1b'), std::string::npos);
  for (size_t at; (at = colored.find('\x1b')) != std::string::npos;) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  EXPECT_EQ(colored, plain);
}

TEST(ConsoleReporterTest, FitsNarrowAndWideTerminals) {
  for (const size_t columns : {64, 72, 100, 160}) {
    EXPECT_TRUE(Fits(Render(RealisticRecord(), {.columns = columns}), columns));
  }
}

TEST(ConsoleReporterTest, AnEmptyRunSaysSo) {
  const std::string report = Render(RunRecord());
  EXPECT_NE(report.find("NOTHING SELECTED"), std::string::npos);
}

}  // namespace
}  // namespace tearproof::reports::console
