#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <memory>
#include <pugixml.hpp>

#include "reports/golden.h"
#include "reports/sample_records.h"

namespace tearproof::reports::junit {

std::unique_ptr<Reporter> Make();

namespace {

std::string Render(const RunRecord& record) { return Make()->Render(record, {}); }

// XML 1.0, production 2, for a text that is known to be well-formed UTF-8.
testing::AssertionResult HasOnlyXmlCharacters(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') {
      return testing::AssertionFailure() << "byte " << int{byte} << " at " << i;
    }
  }
  for (const char* forbidden : {"\xef\xbf\xbe", "\xef\xbf\xbf", "\xed\xa0", "&#0", "&#x"}) {
    if (text.find(forbidden) != std::string::npos) {
      return testing::AssertionFailure() << "contains " << testing::PrintToString(forbidden);
    }
  }
  for (size_t at = text.find("&#"); at != std::string::npos; at = text.find("&#", at + 1)) {
    const int code = std::atoi(text.c_str() + at + 2);
    if (code < 0x20) return testing::AssertionFailure() << "reference to character " << code;
  }
  return testing::AssertionSuccess();
}

TEST(JUnitReporterTest, AModelIsATestOfItsOwn) {
  const std::string xml = Render(CrashedRecord());
  EXPECT_NE(xml.find("get-set (crash (ext4-ordered))"), std::string::npos) << xml;
  EXPECT_NE(xml.find("get-set (crash (btrfs))"), std::string::npos) << xml;
  EXPECT_NE(xml.find("fsync of temp#1 after write"), std::string::npos) << xml;
  EXPECT_TRUE(HasOnlyXmlCharacters(xml));
}

TEST(JUnitReporterTest, RendersExplorations) {
  EXPECT_TRUE(MatchesGolden("explored.junit", Make()->Render(ExploredRecord(), {})));
}

TEST(JUnitReporterTest, RendersARealisticRun) {
  EXPECT_TRUE(MatchesGolden("realistic.junit", Render(RealisticRecord())));
}

TEST(JUnitReporterTest, HostileTextStaysWellFormed) {
  const std::string xml = Render(HostileRecord());
  EXPECT_TRUE(MatchesGolden("hostile.junit", xml));
  EXPECT_TRUE(IsSafeForTerminal(xml));
  EXPECT_TRUE(HasOnlyXmlCharacters(xml));
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_string(xml.c_str());
  ASSERT_TRUE(parsed) << parsed.description();
  EXPECT_TRUE(document.select_nodes("//script").empty());
  EXPECT_EQ(document.select_nodes("//testcase").size(), 5u);
}

TEST(JUnitReporterTest, CountsWhatItLists) {
  for (const RunRecord& record : {RealisticRecord(), WideRecord(), HostileRecord()}) {
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(Render(record).c_str()));
    const pugi::xml_node root = document.child("testsuites");
    EXPECT_EQ(root.attribute("tests").as_uint(), document.select_nodes("//testcase").size());
    EXPECT_EQ(root.attribute("failures").as_uint(), document.select_nodes("//failure").size());
    EXPECT_EQ(root.attribute("errors").as_uint(), document.select_nodes("//error").size());
    EXPECT_EQ(root.attribute("skipped").as_uint(), document.select_nodes("//skipped").size());
    EXPECT_EQ(record.ExitCode() == 0, document.select_nodes("//failure|//error").empty());
  }
}

TEST(JUnitReporterTest, WhatWasNotRunIsAnErrorOfItsBackend) {
  RunRecord record = RealisticRecord();
  const std::string known = record.cells.front().backend;
  record.not_run = {{known, "set-set"}, {"lmdb", "get-set"}};
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(Render(record).c_str()));
  for (const PendingCell& cell : record.not_run) {
    const std::string path = "//testsuite[@name='" + cell.backend + "']/testcase[@classname='" +
                             cell.backend + "' and @name='" + cell.scenario +
                             "']/error[@type='not run']";
    EXPECT_EQ(document.select_nodes(path.c_str()).size(), 1u) << path;
  }
  const pugi::xml_node root = document.child("testsuites");
  EXPECT_EQ(document.select_nodes("//testsuite").size(), BuildMatrix(record).size() + 1);
  EXPECT_EQ(root.attribute("errors").as_uint(), document.select_nodes("//error").size());
}

TEST(JUnitReporterTest, SaysWhatIsKnownOfWhatWasLoaded) {
  RunRecord record = RealisticRecord();
  record.cells[0].loaded.runtime = "Python 3.11.2";
  record.cells[0].loaded.revision = "0123abc";
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(Render(record).c_str()));
  EXPECT_EQ(document.select_nodes("//property").size(), 2U);
  for (const char* path : {"//property[@name='runtime' and @value='Python 3.11.2']",
                           "//property[@name='revision' and @value='0123abc']"}) {
    EXPECT_EQ(document.select_nodes(path).size(), 1U) << path;
  }
}

TEST(JUnitReporterTest, WithExpectTheExpectationDecides) {
  RunRecord record;
  record.expect = true;
  record.cells.resize(1);
  record.cells[0].backend = "naive";
  record.cells[0].scenario = "get-set";
  PromiseResult result;
  result.promised = true;
  result.expectation = Expectation::kMustBreak;
  result.verdict.judgement = Judgement::kBroken;
  record.cells[0].promises = {result};
  EXPECT_EQ(Render(record).find("<failure"), std::string::npos);
  record.cells[0].promises[0].verdict.judgement = Judgement::kHeld;
  EXPECT_NE(Render(record).find("<failure message=\"held, though it must break\""),
            std::string::npos);
}

}  // namespace
}  // namespace tearproof::reports::junit
