#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "reports/html/page_data.h"
#include "reports/html/template.h"
#include "reports/sample_records.h"

namespace tearproof::reports::html {

std::unique_ptr<Reporter> Make();

namespace {

// What stands where the template has its place for the data.
std::string DataOf(const std::string& page) {
  const std::string_view whole = Template();
  const size_t before = whole.find(kDataPlace);
  const size_t after = whole.size() - before - kDataPlace.size();
  return page.substr(before, page.size() - before - after);
}

TEST(HtmlReporterTest, DataOfAHostileRunCannotLeaveItsElement) {
  const std::string data = DataOf(Make()->Render(HostileRecord(), {}));
  EXPECT_EQ(data.find('<'), std::string::npos);
  for (const char c : data) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  const Json read = Json::parse(data);
  EXPECT_NE(read.dump().find("</script><script>alert(1)</script>"), std::string::npos);
  EXPECT_EQ(read.dump().find("\\u001b"), std::string::npos) << "escaped for people, too";
}

TEST(HtmlReporterTest, TheProgramHoldsTheTemplateAsItIs) {
  std::ifstream file(TEARPROOF_SOURCE_DIR "/reports/html/template.html", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == Template());
}

TEST(HtmlReporterTest, TheTemplateHasOnePlaceForItsData) {
  const size_t first = Template().find(kDataPlace);
  ASSERT_NE(first, std::string_view::npos);
  EXPECT_EQ(Template().find(kDataPlace, first + 1), std::string_view::npos);
}

TEST(HtmlReporterTest, TwentyCachesInFifteenScenariosStayUnderThreeMegabytes) {
  const std::string page = Make()->Render(LargeRecord(20, 15), {});
  EXPECT_LT(page.size(), 3'000'000U);
}

TEST(HtmlReporterTest, EachVerdictInTheMatrixLeadsToItsEvidence) {
  for (const RunRecord& record : {RealisticRecord(), WideRecord(), ExploredRecord()}) {
    const Json data = PageData(record);
    std::set<std::string> evidence;
    for (const Json& backend : data["verdicts"]) {
      for (const Json& promise : backend["promises"]) {
        EXPECT_TRUE(evidence.insert(promise["anchor"]).second) << promise;
      }
    }
    for (const Json& row : data["matrix"]["rows"]) {
      for (const Json& cell : row["cells"]) {
        if (cell["mark"] == "absent") continue;
        EXPECT_TRUE(evidence.contains(cell["anchor"])) << cell;
      }
    }
    for (const Json& each : data["breaks"]) EXPECT_TRUE(evidence.contains(each["anchor"])) << each;
  }
}

TEST(HtmlReporterTest, NamesThatDifferHaveAnchorsThatDiffer) {
  MatrixRow plain;
  plain.backend = "a_3ab";
  MatrixRow odd;
  odd.backend = "a:b";
  EXPECT_NE(AnchorOf(plain, Promise::kIntact), AnchorOf(odd, Promise::kIntact));
}

TEST(HtmlReporterTest, ABreakSaysWhyAndShowsItsOperations) {
  const Json data = PageData(RealisticRecord());
  ASSERT_FALSE(data["breaks"].empty());
  const Json& first = data["breaks"][0];
  EXPECT_EQ(first["title"], "naive broke intact in get-set");
  EXPECT_FALSE(first["anomaly"]["cause"].get<std::string>().empty());
  ASSERT_EQ(first["operations"].size(), 3U);
  EXPECT_EQ(first["operations"][2]["letter"], "C");
  EXPECT_EQ(first["operations"][2]["begin"], 12'000);
  EXPECT_EQ(first["operations"][2]["deciding"], true);
}

TEST(HtmlReporterTest, SaysHowLittleOfWhatWasRecordedItShows) {
  const std::string shown = PageData(RealisticRecord())["shown"];
  EXPECT_NE(shown.find("Of 68 M operations that were recorded"), std::string::npos) << shown;
  EXPECT_NE(shown.find("the 12 on which"), std::string::npos) << shown;
  EXPECT_EQ(PageData(RunRecord())["shown"], "");
}

TEST(HtmlReporterTest, ABenchmarkHasWhatItsChartsNeed) {
  RunRecord record = SweepRecord();
  record.cells[1].bench->rate = 5'000;
  record.cells[2].bench->of_naive.reset();
  record.cells[3].state = CellState::kFailed;
  const Json cells = PageData(record)["cells"];
  EXPECT_EQ(cells[0]["bench"]["place"], "ext4 (a fresh ext4 in /tmp), 90/10 gets/sets");
  EXPECT_EQ(cells[1]["bench"]["place"],
            "ext4 (a fresh ext4 in /tmp), 90/10 gets/sets, 5.0 k ops/s asked for");
  EXPECT_EQ(cells[0]["bench"]["per_second"], std::round(470'123.4 + 1'201'456.0));
  EXPECT_EQ(cells[0]["bench"]["value_size"], 64);
  EXPECT_EQ(cells[1]["bench"]["durability"], "file");
  EXPECT_EQ(cells[1]["bench"]["of_naive"], 0.5);
  EXPECT_FALSE(cells[2]["bench"].contains("of_naive"));
  EXPECT_FALSE(cells[3].contains("bench")) << "what did not run has no point";
  EXPECT_EQ(cells[0]["timeline"][2], Json::parse("[1.0, 470000.0, 1, 0.5]"));
}

TEST(HtmlReporterTest, SeveralRunsAreShownTogether) {
  RunRecord other = ExploredRecord();
  other.id = "another";
  other.machine.cores = 64;
  const Json data = PageData(CombineRuns({RealisticRecord(), other}));
  ASSERT_EQ(data["runs"].size(), 2U);
  EXPECT_EQ(data["runs"][1]["id"], "another");
  EXPECT_EQ(data["cells"].size(), RealisticRecord().cells.size() + other.cells.size());
  EXPECT_NE(data["notes"].dump().find("of different machines"), std::string::npos);
}

}  // namespace
}  // namespace tearproof::reports::html
