#include "harness/api/anomaly.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof {
namespace {

TEST(AnomalyTest, FindsByNameOnly) {
  ASSERT_NE(FindAnomaly("torn-read"), nullptr);
  EXPECT_EQ(FindAnomaly("torn-read")->promise, Promise::kIntact);
  EXPECT_EQ(FindAnomaly("torn-reads"), nullptr);
}

TEST(AnomalyTest, EveryPromiseCanBeBrokenInSomeNamedWay) {
  std::set<Promise> promises;
  std::set<std::string_view> names;
  for (const Anomaly& anomaly : AllAnomalies()) {
    promises.insert(anomaly.promise);
    EXPECT_TRUE(names.insert(anomaly.name).second) << anomaly.name << " is there twice";
  }
  EXPECT_EQ(promises.size(), kPromiseCount);
}

TEST(AnomalyTest, WhatCauseAndRemedyAreOneSentenceEach) {
  for (const Anomaly& anomaly : AllAnomalies()) {
    for (const std::string_view sentence : {anomaly.what, anomaly.cause, anomaly.remedy}) {
      ASSERT_FALSE(sentence.empty()) << anomaly.name;
      EXPECT_TRUE(sentence.find(". ") == sentence.npos && sentence.back() == '.') << sentence;
      EXPECT_EQ(sentence.find('\n'), sentence.npos) << sentence;
    }
  }
}

TEST(AnomalyTest, ExplanationsShowLanesWithinSeventyEightColumns) {
  for (const Anomaly& anomaly : AllAnomalies()) {
    EXPECT_NE(anomaly.explanation.find("\n                                          "),
              std::string_view::npos)
        << anomaly.name << " has no second lane";
    for (const std::string& line : Split(anomaly.explanation, '\n')) {
      EXPECT_LE(DisplayWidth(line), 78u) << line;
    }
  }
}

}  // namespace
}  // namespace tearproof
