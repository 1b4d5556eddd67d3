#include <gtest/gtest.h>

#include <memory>

#include "harness/api/json_reader.h"
#include "harness/api/reporter.h"
#include "harness/core/text.h"
#include "reports/golden.h"
#include "reports/sample_records.h"

namespace tearproof::reports {

namespace csv {
std::unique_ptr<Reporter> Make();
}
namespace googlebench {
std::unique_ptr<Reporter> Make();
}
namespace chrome_trace {
std::unique_ptr<Reporter> Make();
}

namespace {

// The columns of a line, where quotes hold what is between them together.
size_t Columns(const std::string& line) {
  size_t columns = 1;
  bool quoted = false;
  for (const char c : line) {
    quoted = quoted != (c == '"');
    if (c == ',' && !quoted) ++columns;
  }
  return columns;
}

TEST(ExportsTest, EachLineOfCsvHasAllColumns) {
  for (const RunRecord& record :
       {RealisticRecord(), HostileRecord(), ExploredRecord(), BenchmarkRecord()}) {
    const std::vector<std::string> lines = Split(csv::Make()->Render(record, {}), '\n');
    ASSERT_GT(lines.size(), 1U);
    ASSERT_EQ(lines.back(), "");
    for (size_t i = 0; i + 1 < lines.size(); ++i) {
      EXPECT_EQ(Columns(lines[i]), Columns(lines[0])) << lines[i];
    }
  }
}

TEST(ExportsTest, NothingInCsvIsAFormulaOrAnEscape) {
  RunRecord record = HostileRecord();
  record.cells[0].backend = "=HYPERLINK(\"x\")";
  const std::string text = csv::Make()->Render(record, {});
  EXPECT_TRUE(IsSafeForTerminal(text));
  EXPECT_NE(text.find("\"'=HYPERLINK(\"\"x\"\")\""), std::string::npos) << text;
}

TEST(ExportsTest, CsvOfARealisticRun) {
  EXPECT_TRUE(MatchesGolden("benchmark.csv", csv::Make()->Render(BenchmarkRecord(), {})));
}

TEST(ExportsTest, GoogleBenchmarksJsonHasATimeForEachOperation) {
  const std::string text = googlebench::Make()->Render(BenchmarkRecord(), {});
  EXPECT_TRUE(MatchesGolden("benchmark.googlebench", text));
  const Json parsed = Json::parse(text);
  for (const Json& each : parsed["benchmarks"]) EXPECT_GT(each["real_time"], 0);
}

TEST(ExportsTest, ATraceHoldsOperationsAndCalls) {
  EXPECT_TRUE(
      MatchesGolden("explored.chrome-trace", chrome_trace::Make()->Render(ExploredRecord(), {})));
  const Json trace = Json::parse(chrome_trace::Make()->Render(RealisticRecord(), {}));
  const auto decides = std::count_if(trace["traceEvents"].begin(), trace["traceEvents"].end(),
                                     [](const Json& each) { return each.contains("cname"); });
  EXPECT_GT(decides, 0);
}

TEST(ExportsTest, HostileTextStaysJson) {
  for (const auto& make : {&googlebench::Make, &chrome_trace::Make}) {
    EXPECT_TRUE(Json::accept(make()->Render(HostileRecord(), {})));
  }
}

}  // namespace
}  // namespace tearproof::reports
