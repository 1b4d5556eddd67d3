// `tearproof report`, `--html`, `export` and `--export`, run as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// An exploration, which takes no luck, with those words after it.
ProgramResult ExploreGetSet(const Workspace& workspace, const std::string& backend,
                            const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"explore", "get-set", "--backend", backend};
  words.insert(words.end(), more.begin(), more.end());
  return workspace.Run(words);
}

TEST(ReportProgramTest, APageIsOneFileWithAllOfARun) {
  const Workspace workspace;
  EXPECT_EQ(ExploreGetSet(workspace, "naive", {"--html", "now.html"}).exit_code, 1);
  const std::string page = workspace.Read("now.html");
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("naive broke intact in get-set"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  const ProgramResult later = workspace.Run({"report"});
  EXPECT_EQ(later.exit_code, 0) << later.errors;
  EXPECT_EQ(later.output, "report.html\n");
  EXPECT_EQ(workspace.Read("report.html"), page) << "the record has all that the page shows";
}

TEST(ReportProgramTest, SeveralRunsAreOnePage) {
  const Workspace workspace;
  ExploreGetSet(workspace, "naive", {"--json", "one.json"});
  ExploreGetSet(workspace, "temp-rename", {"--json", "two.json"});
  const ProgramResult both = workspace.Run({"report", "one.json", "two.json", "-o", "both.html"});
  EXPECT_EQ(both.exit_code, 0) << both.errors;
  const std::string page = workspace.Read("both.html");
  EXPECT_THAT(page, HasSubstr("\"naive/intact\""));
  EXPECT_THAT(page, HasSubstr("\"temp-rename/intact\""));
}

TEST(ReportProgramTest, WhatCannotBeReportedIsSaid) {
  const Workspace workspace;
  EXPECT_EQ(workspace.Run({"report"}).exit_code, 64) << "there is no run";
  EXPECT_EQ(workspace.Run({"report", "nowhere.json"}).exit_code, 64);
  EXPECT_EQ(ExploreGetSet(workspace, "naive", {"--html", "."}).exit_code, 64);
  const ProgramResult unknown = ExploreGetSet(workspace, "naive", {"--export", "cvs"});
  EXPECT_EQ(unknown.exit_code, 64);
  EXPECT_THAT(unknown.errors, HasSubstr("csv"));
  EXPECT_EQ(ExploreGetSet(workspace, "naive", {"--export", "csv="}).exit_code, 64);
}

TEST(ReportProgramTest, ExportsAreTheSameNowAndLater) {
  const Workspace workspace;
  ExploreGetSet(workspace, "naive", {"--export", "csv=a.csv", "--export", "chrome-trace=a.trace"});
  EXPECT_THAT(workspace.Read("a.csv"), HasSubstr("\nnaive,get-set,explore,done,"));
  for (const auto& [format, file] :
       std::map<std::string, std::string>{{"csv", "a.csv"}, {"chrome-trace", "a.trace"}}) {
    const ProgramResult later = workspace.Run({"export", "--format", format});
    EXPECT_EQ(later.exit_code, 0) << later.errors;
    EXPECT_EQ(later.output, workspace.Read(file)) << format;
  }
  EXPECT_THAT(workspace.Run({"export", "--format", "googlebench"}).output,
              HasSubstr("\"benchmarks\""));
}

}  // namespace
}  // namespace tearproof::cli
