#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "reports/html/page_data.h"
#include "reports/html/template.h"
#include "reports/sample_records.h"

namespace tearproof::reports::html {

std::unique_ptr<Reporter> Make();

namespace {

// What stands where the template has its place for the data, by the names of its elements. Fails
// the test if there is anything between them, or markup within.
std::map<std::string, std::string> PiecesOf(const std::string& page) {
  const std::string begin = R"(<script type="application/json" id=")";
  const std::string end = "</script>\n";
  const std::string_view whole = Template();
  const size_t before = whole.find(kDataPlace);
  const size_t after = whole.size() - before - kDataPlace.size();
  std::string data = page.substr(before, page.size() - before - after);
  std::map<std::string, std::string> pieces;
  while (data.starts_with(begin)) {
    const size_t quote = data.find('"', begin.size());
    const size_t close = data.find(end);
    const std::string name = data.substr(begin.size(), quote - begin.size());
    pieces[name] = data.substr(quote + 2, close - quote - 2);
    EXPECT_EQ(pieces[name].find('<'), std::string::npos) << name;
    data.erase(0, close + end.size());
  }
  EXPECT_EQ(data, "");
  return pieces;
}

TEST(HtmlReporterTest, DataOfAHostileRunCannotLeaveItsElement) {
  std::string all;
  for (const auto& [name, text] : PiecesOf(Make()->Render(HostileRecord(), {}))) {
    for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << name;
    all += Json::parse(text).dump();
  }
  EXPECT_NE(all.find("</script><script>alert(1)</script>"), std::string::npos);
  EXPECT_EQ(all.find("\\u001b"), std::string::npos) << "escaped for people, too";
}

TEST(HtmlReporterTest, WhatIsOpenedLaterIsAPieceOfItsOwn) {
  const RunRecord record = RealisticRecord();
  const Json whole = PageData(record);
  std::map<std::string, std::string> pieces = PiecesOf(Make()->Render(record, {}));
  Json data = Json::parse(pieces["data"]);
  EXPECT_EQ(pieces.size(),
            1 + whole["breaks"].size() + whole["verdicts"].size() + whole["cells"].size());
  for (size_t i = 0; i < whole["breaks"].size(); ++i) {
    EXPECT_EQ(Json::parse(pieces["break-" + std::to_string(i)]), whole["breaks"][i]);
    EXPECT_EQ(data["breaks"][i].size(), 4U);
    EXPECT_EQ(data["breaks"][i]["anchor"], whole["breaks"][i]["anchor"]);
  }
  for (size_t i = 0; i < whole["verdicts"].size(); ++i) {
    const Json& promises = whole["verdicts"][i]["promises"];
    EXPECT_EQ(Json::parse(pieces["verdicts-" + std::to_string(i)]), promises);
    EXPECT_EQ(data["verdicts"][i]["anchors"].size(), promises.size());
    EXPECT_EQ(data["verdicts"][i]["anchors"][1], promises[1]["anchor"]);
  }
  for (size_t i = 0; i < whole["cells"].size(); ++i) {
    Json together = data["cells"][i];
    EXPECT_EQ(together["index"], i);
    EXPECT_EQ(together["measured"], !whole["cells"][i]["speeds"].empty());
    together.update(Json::parse(pieces["cell-" + std::to_string(i)]));
    together.erase("index");
    together.erase("measured");
    EXPECT_EQ(together, whole["cells"][i]);
  }
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

TEST(HtmlReporterTest, ACountInTheMatrixSaysThatItIsOfWhatHeld) {
  const Json data = PageData(RealisticRecord());
  std::set<std::string> marks;
  for (const Json& row : data["matrix"]["rows"]) {
    for (const Json& cell : row["cells"]) {
      const std::string text = cell["text"];
      EXPECT_EQ(text.starts_with("held "), cell["mark"] == "held") << cell;
      marks.insert(cell["mark"]);
    }
  }
  EXPECT_TRUE(marks.contains("held"));
  EXPECT_GT(marks.size(), 2U);
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
  EXPECT_EQ(first["operations"][2]["open"], false);
}

TEST(HtmlReporterTest, SaysHowLittleOfWhatWasRecordedItShows) {
  RunRecord record = RealisticRecord();
  const std::string shown = PageData(record)["shown"];
  EXPECT_NE(shown.find("Of 68 M operations that were recorded"), std::string::npos) << shown;
  EXPECT_NE(shown.find("the 12 on which its verdicts rest, and 80 that ran beside those; of"),
            std::string::npos)
      << shown;
  EXPECT_EQ(PageData(RunRecord())["shown"], "");
  for (CellRecord& cell : record.cells) {
    for (PromiseResult& result : cell.promises) result.verdict.neighbours.clear();
  }
  EXPECT_NE(PageData(record)["shown"].get<std::string>().find("verdicts rest; of"),
            std::string::npos);
}

TEST(HtmlReporterTest, ABreakShowsWhatRanBesideIt) {
  RunRecord record = RealisticRecord();
  for (CellRecord& cell : record.cells) {
    for (PromiseResult& result : cell.promises) {
      std::vector<EvidenceOp>& neighbours = result.verdict.neighbours;
      if (neighbours.empty()) continue;
      neighbours[1].op.ret = kNever;
      neighbours[1].op.outcome = Outcome::kOpen;
      neighbours.resize(100, neighbours[2]);
    }
  }
  const Json neighbours = PageData(record)["breaks"][0]["neighbours"];
  EXPECT_EQ(neighbours["count"], 1'234);
  EXPECT_EQ(neighbours["shown"].size(), 40U) << "as many as a record has, unless it was changed";
  EXPECT_EQ(neighbours["shown"][0], Json::parse(R"([5, "get k0 → value of A", -500, 200, false])"));
  EXPECT_EQ(neighbours["shown"][1], Json::parse(R"([5, "get k0 → no return", 400, null, true])"));
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
