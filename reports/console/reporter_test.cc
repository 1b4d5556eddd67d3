#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <memory>

#include "harness/core/layout.h"
#include "harness/core/text.h"
#include "reports/crash_words.h"
#include "reports/findings.h"
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

TEST(ConsoleReporterTest, RendersAllPromisesInTwoTables) {
  const std::string report = Render(WideRecord());
  EXPECT_TRUE(MatchesGolden("wide.console", report));
  EXPECT_TRUE(Fits(report, 80));
}

TEST(ConsoleReporterTest, ExhaustedNeverLooksLikeNotSeen) {
  const std::string report = Render(ExploredRecord());
  EXPECT_TRUE(MatchesGolden("explored.console", report));
  EXPECT_TRUE(IsSafeForTerminal(report));
  EXPECT_NE(report.find("all 24 + 3.1 M"), std::string::npos);
  EXPECT_TRUE(Fits(report.substr(0, report.find("Broken promises")), 80));
}

TEST(ConsoleReporterTest, ACrashIsToldModelByModel) {
  const std::string report = Render(CrashedRecord());
  EXPECT_TRUE(MatchesGolden("crashed.console", report));
  EXPECT_TRUE(IsSafeForTerminal(report));
}

TEST(ConsoleReporterTest, OneExplorationIsToldPromiseByPromise) {
  const std::string report = Render(OneExplorationRecord());
  EXPECT_TRUE(MatchesGolden("one-exploration.console", report));
  EXPECT_NE(report.find("← decides"), std::string::npos);
  EXPECT_NE(report.find("--resume"), std::string::npos);
}

// A record that was read from a file may name a lane that is not there.
TEST(ConsoleReporterTest, StandsCounterexamplesThatMakeNoSense) {
  RunRecord record = OneExplorationRecord();
  Counterexample& example = record.cells[0].explored->counterexamples[0];
  example.steps[0].process = 77;
  example.steps[1].effect = "\x1b[31m";
  example.deciding = 1000;
  record.cells[0].explored->interleavings = "many\x07";
  EXPECT_TRUE(IsSafeForTerminal(Render(record)));
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
  for (const size_t columns : {60, 64, 72, 100, 160}) {
    EXPECT_TRUE(Fits(Render(RealisticRecord(), {.columns = columns}), columns));
  }
}

TEST(ConsoleReporterTest, CellsTellEveryStandingApart) {
  const auto mark = [](Judgement judgement, bool promised, const char* known) {
    RunRecord record = RealisticRecord();
    record.cells.resize(1);
    record.cells[0].backend = "x";
    PromiseResult result;
    result.verdict.judgement = judgement;
    result.verdict.exercised = 3'100'000;
    result.promised = promised;
    result.known_issue = known;
    record.cells[0].promises = {result};
    const std::string report = Render(record);
    const size_t at = report.find("\n  x ");
    return report.substr(at + 1, report.find('\n', at + 1) - at - 1);
  };
  EXPECT_EQ(mark(Judgement::kHeld, true, ""), "  x         3.1 M");
  EXPECT_EQ(mark(Judgement::kBroken, true, ""), "  x         BROKEN");
  EXPECT_EQ(mark(Judgement::kBroken, false, ""), "  x         broken");
  EXPECT_EQ(mark(Judgement::kBroken, true, "#1"), "  x         known");
  EXPECT_EQ(mark(Judgement::kInconclusive, true, ""), "  x         UNSURE");
  EXPECT_EQ(mark(Judgement::kInconclusive, false, ""), "  x         unsure");
  EXPECT_EQ(mark(Judgement::kNotExercised, true, ""), "  x          IDLE");
  EXPECT_EQ(mark(Judgement::kNotExercised, false, ""), "  x          idle");
}

TEST(ConsoleReporterTest, NamesWhatWasNotRunAndAsksForAllOfItAgain) {
  RunRecord record = RealisticRecord();
  record.cells.resize(1);
  record.interrupted = true;
  record.command_line = "tearproof stress a,b";
  record.not_run = {{"naive", "a"}, {"naive", "b"}, {"flock", "a"}};
  const std::string report = Render(record);
  EXPECT_NE(report.find("- naive: a, b\n  - flock: a\n"), std::string::npos) << report;
  EXPECT_NE(report.find("Not run: 3 of 4"), std::string::npos) << report;
  EXPECT_TRUE(report.ends_with("\n  tearproof stress a,b\n")) << report;
}

TEST(ConsoleReporterTest, SaysWhichKeysAFullCacheKept) {
  RunRecord record = RealisticRecord();
  record.cells.resize(1);
  record.cells[0].survival = {{"k0", {0, 4}}, {"k1", {0, 9}}, {"k2", {1, 1}}, {"k3", {0, 0}}};
  const std::string report = Render(record);
  EXPECT_NE(report.find("- temp-rename in get-set: the median of 3 keys was still"),
            std::string::npos)
      << report;
  EXPECT_EQ(SurvivalSentence(record.cells[0]),
            "the median of 3 keys was still there at the end of 0 % of the rounds that set it; "
            "least often k1 (0 of 9 rounds), most often k2 (1 of 1 round); 2 keys never");
}

TEST(ConsoleReporterTest, CountsThePairsThatOverlappedInAllScenarios) {
  RunRecord record = RealisticRecord();
  for (CellRecord& cell : record.cells) cell.overlaps.clear();
  record.cells[0].overlaps = {{{OpKind::kSet, OpKind::kGet}, 100}};
  record.cells[1].overlaps = {{{OpKind::kSet, OpKind::kGet}, 23},
                              {{OpKind::kSet, OpKind::kDelete}, 456}};
  const std::string report = Render(record);
  EXPECT_NE(report.find("On one key 123 pairs of a read and a change overlapped, and 456 pairs"),
            std::string::npos)
      << report;
}

TEST(ConsoleReporterTest, OnlyWhatASyncCanKeepIsSaidToWantOne) {
  RunRecord record = CrashedRecord();
  CrashStory story = record.cells[0].crashed->stories.at(0);
  for (const auto& [promise, wants] :
       {std::pair(Promise::kCrashAtomic, true), std::pair(Promise::kDurable, true),
        std::pair(Promise::kTidyAfterKill, false), std::pair(Promise::kReturns, false)}) {
    story.promise = promise;
    const std::string told = TellStory(record.cells[0], story, Style(), 2);
    EXPECT_EQ(told.find("would have kept the promise") != std::string::npos, wants) << told;
    EXPECT_EQ(StoryInShort(story).find("would have kept it") != std::string::npos, wants);
  }
}

TEST(ConsoleReporterTest, AnEmptyRunSaysSo) {
  const std::string report = Render(RunRecord());
  EXPECT_NE(report.find("NOTHING SELECTED"), std::string::npos);
}

TEST(ConsoleReporterTest, RendersBenchmarks) {
  const std::string report = Render(BenchmarkRecord());
  EXPECT_TRUE(MatchesGolden("benchmark.console", report));
  EXPECT_TRUE(Fits(report, 80));
}

// Long names, much that broke, slow disks and many sizes: nothing is cut off, and nothing is wider.
TEST(ConsoleReporterTest, BenchmarksFitNarrowAndWideTerminals) {
  RunRecord record = SweepRecord();
  const std::string name = "ticket-rename-fsync:cull_frequency=0,max_entries=1000000";
  for (CellRecord& cell : record.cells) {
    if (cell.backend == "django") cell.backend = name;
    cell.bench->durability = "SQLite, synchronous=normal: at checkpoints, journal=wal";
    cell.bench->processes *= 16;
    cell.bench->counts->bytes_written_a_set = 123'456'789;
    cell.bench->counts->disk_bytes = 1234567;
    for (auto& [kind, speed] : cell.speeds) speed.p50 = speed.p99 = speed.p9999 = 102'345'678;
    for (PromiseResult& result : cell.promises) {
      result.verdict.judgement = Judgement::kBroken;
    }
  }
  for (const size_t columns : {60, 72, 80, 100, 160}) {
    const std::string report = Render(record, {.columns = columns});
    const size_t begin = report.find("\nSpeed, ");
    const std::string tables = report.substr(begin, report.find("\nWhat “held”") - begin);
    EXPECT_TRUE(Fits(tables, columns));
    EXPECT_NE(tables.find("  " + name), std::string::npos);
    EXPECT_NE(tables.find("1 MiB × 128"), std::string::npos);
    EXPECT_EQ(tables.find("…"), std::string::npos);
  }
}

}  // namespace
}  // namespace tearproof::reports::console
