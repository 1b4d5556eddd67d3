#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <memory>

#include "harness/core/text.h"
#include "reports/golden.h"
#include "reports/sample_records.h"

namespace tearproof::reports::markdown {

std::unique_ptr<Reporter> Make();

namespace {

TEST(MarkdownReporterTest, RendersExplorations) {
  EXPECT_TRUE(MatchesGolden("explored.markdown", Make()->Render(ExploredRecord(), {})));
}

TEST(MarkdownReporterTest, RendersARealisticRun) {
  EXPECT_TRUE(MatchesGolden("realistic.markdown", Make()->Render(RealisticRecord(), {})));
}

TEST(MarkdownReporterTest, QuietlyItSaysOnlyWhatFails) {
  RenderOptions quiet;
  quiet.quiet = true;
  const std::string text = Make()->Render(RealisticRecord(), quiet);
  EXPECT_NE(text.find("\n### Broken promises\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("### Also broken"), std::string::npos) << text;
  EXPECT_EQ(text.find("### Notes"), std::string::npos) << text;
  EXPECT_EQ(text.find("\n| "), std::string::npos) << "a matrix";
}

// Of the last, too, where those before have nothing to say.
TEST(MarkdownReporterTest, SaysWhatThereIsToSayOfEachCache) {
  RunRecord record = RealisticRecord();
  record.cells.back().survival = {{"k0", {0, 4}}, {"k1", {1, 1}}};
  record.cells.push_back(ExploredRecord().cells.front());
  record.cells.back().loaded = {"3.2.25", "Python 3.11.2", "/usr/lib/filebased.py", ""};
  const std::string text = Make()->Render(record, {});
  for (const char* said : {"3.2.25 on Python 3.11.2", "the median of 2 keys was still there",
                           "### What was explored"}) {
    EXPECT_NE(text.find(said), std::string::npos) << said << " in " << text;
  }
}

TEST(MarkdownReporterTest, RendersCrashes) {
  const std::string text = Make()->Render(CrashedRecord(), {});
  EXPECT_TRUE(MatchesGolden("crashed.markdown", text));
  EXPECT_TRUE(IsSafeForTerminal(text));
}

TEST(MarkdownReporterTest, HostileTextStaysText) {
  const std::string text = Make()->Render(HostileRecord(), {});
  EXPECT_TRUE(MatchesGolden("hostile.markdown", text));
  EXPECT_TRUE(IsSafeForTerminal(text));
  bool fenced = false;
  for (const std::string& line : Split(text, '\n')) {
    if (line.starts_with("```")) fenced = !fenced;
    if (fenced) continue;
    EXPECT_EQ(line.find('<'), std::string::npos) << line;
  }
  EXPECT_FALSE(fenced);
}

TEST(MarkdownReporterTest, APipeInANameIsNoCell) {
  RunRecord record = HostileRecord();
  record.cells[0].backend = "a|b";
  EXPECT_NE(Make()->Render(record, {}).find("\n| a&#124;b |"), std::string::npos);
}

TEST(MarkdownReporterTest, EveryRowOfATableHasAsManyCells) {
  for (const RunRecord& record : {RealisticRecord(), HostileRecord(), WideRecord()}) {
    size_t cells = 0;
    for (const std::string& line : Split(Make()->Render(record, {}), '\n')) {
      const size_t now = Split(line, '|').size();
      if (!line.starts_with('|')) {
        cells = 0;
      } else if (cells == 0) {
        cells = now;
      } else {
        EXPECT_EQ(now, cells) << line;
      }
    }
  }
}

TEST(MarkdownReporterTest, RendersBenchmarks) {
  EXPECT_TRUE(MatchesGolden("benchmark.markdown", Make()->Render(BenchmarkRecord(), {})));
}

}  // namespace
}  // namespace tearproof::reports::markdown
