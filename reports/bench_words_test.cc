#include "reports/bench_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "reports/sample_records.h"

namespace tearproof::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

BenchTable TableOf(const std::vector<BenchTable>& tables, std::string_view title) {
  return *std::ranges::find_if(
      tables, [&](const BenchTable& table) { return table.title.starts_with(title); });
}

TEST(BenchWordsTest, AGroupIsWhatASetSurvivesOnAFileSystem) {
  const std::vector<BenchTable> tables = BenchTables(SweepRecord());
  std::vector<std::string> groups;
  for (const BenchGroup& group : tables[0].groups) groups.push_back(group.durability);
  EXPECT_THAT(groups, ElementsAre("Durability: none (ext4)", "Durability: file (ext4)",
                                  "Durability: none (btrfs)", "Durability: file (btrfs)"));
  for (const BenchTable& table : tables) {
    for (const BenchGroup& group : table.groups) {
      for (const auto& row : group.rows) EXPECT_THAT(row, SizeIs(table.columns.size()));
    }
  }
}

TEST(BenchWordsTest, WhatDependsOnNoNumberOfProcessesHasARowASize) {
  const std::vector<BenchTable> tables = BenchTables(SweepRecord());
  EXPECT_THAT(TableOf(tables, "Speed").groups[0].rows, SizeIs(2 * 3 * 3));
  EXPECT_THAT(TableOf(tables, "Cost").groups[0].rows, SizeIs(2 * 3));
  EXPECT_THAT(TableOf(tables, "Space").groups[0].rows, SizeIs(2 * 3));
}

// Of two loads of a cache both rows stand, though they may say the same.
TEST(BenchWordsTest, WhatWasMeasuredTwiceHasTwoRows) {
  RunRecord record = BenchmarkRecord();
  record.cells.push_back(record.cells[0]);
  EXPECT_THAT(TableOf(BenchTables(record), "Speed").groups[0].rows, SizeIs(3));
}

TEST(BenchWordsTest, RowsOfAnOperationStandTogether) {
  const BenchTable table = TableOf(BenchTables(BenchmarkRecord()), "Latency");
  std::vector<std::string> operations;
  for (const auto& row : table.groups[0].rows) operations.push_back(row[2]);
  EXPECT_THAT(operations, ElementsAre("get", "get", "set", "set"));
}

TEST(BenchWordsTest, OpeningACacheIsNoThroughput) {
  CellRecord cell = BenchmarkRecord().cells[0];
  const double before = OperationsPerSecond(cell);
  cell.speeds[OpKind::kInit].per_second = 1e9;
  EXPECT_EQ(OperationsPerSecond(cell), before);
  EXPECT_GT(before, 0);
}

TEST(BenchWordsTest, WhatDidNotRunHasNoRow) {
  RunRecord record = BenchmarkRecord();
  record.cells[0].state = CellState::kFailed;
  record.cells[2].state = CellState::kSkipped;
  const std::vector<BenchTable> tables = BenchTables(record);
  EXPECT_THAT(tables[0].groups, SizeIs(1));
  EXPECT_EQ(tables[0].groups[0].rows[0][0], "temp-rename:sync=full");
  EXPECT_THAT(BenchTables(RealisticRecord()), IsEmpty());
  EXPECT_THAT(BenchNotes(RealisticRecord()), IsEmpty());
}

TEST(BenchWordsTest, SaysWhatBrokeElseHowMuchWasKept) {
  RunRecord record = BenchmarkRecord();
  const auto words = [&] { return BenchTables(record)[0].groups[0].rows[0].back(); };
  EXPECT_EQ(words(), "broke intact");
  record.cells[0].promises[1].verdict.judgement = Judgement::kBroken;
  EXPECT_EQ(words(), "broke intact, no-error");
  for (PromiseResult& each : record.cells[0].promises) each.verdict.judgement = Judgement::kHeld;
  EXPECT_EQ(words(), "kept 3");
  record.cells[0].promises[1].verdict.judgement = Judgement::kInconclusive;
  EXPECT_EQ(words(), "kept 2");
  record.cells[0].promises.clear();
  EXPECT_EQ(words(), "not put to the test");
}

TEST(BenchWordsTest, ARunThatDidNotMeasureTheHarnessSaysNothingOfIt) {
  RunRecord record = BenchmarkRecord();
  EXPECT_THAT(BenchTables(record), SizeIs(5));
  EXPECT_THAT(BenchNotes(record), Contains(StartsWith("Recording:")));
  for (CellRecord& cell : record.cells) {
    for (auto& [kind, speed] : cell.speeds) speed.recording = 0;
  }
  EXPECT_THAT(BenchTables(record), SizeIs(4));
  EXPECT_THAT(BenchNotes(record), Not(Contains(StartsWith("Recording:"))));
}

TEST(BenchWordsTest, JudgingIsOfAnOperationAndUnknownWhereItWasNotMeasured) {
  RunRecord record = BenchmarkRecord();
  record.cells[0].judging = 0;
  record.cells[2].operations = 1'000;
  record.cells[2].judging = 5'000'000;
  const BenchTable table = TableOf(BenchTables(record), "What measuring costs");
  EXPECT_EQ(table.groups[0].rows[0].back(), "–");
  EXPECT_EQ(table.groups[0].rows[1].back(), "5 µs");
}

TEST(BenchWordsTest, NotesSayWhatIsNoMeasureAndSayItOnce) {
  RunRecord record = BenchmarkRecord();
  EXPECT_THAT(BenchNotes(record), Contains("One fsync of 4 KiB in /mnt/disk (ext4) takes 812 µs."));
  for (CellRecord& cell : record.cells) {
    cell.bench->unrepresentative = "tmpfs keeps nothing\x1b";
    cell.bench->rate = 5'000;
  }
  const std::vector<std::string> notes = BenchNotes(record);
  EXPECT_THAT(notes, SizeIs(4)) << "load, durability, open loop, recording";
  EXPECT_THAT(notes, Contains("Not representative, of what durability costs in /mnt/disk: tmpfs "
                              "keeps nothing\\x1b."));
  EXPECT_THAT(notes, Contains(HasSubstr("An open loop of 5.0 k operations a second")));
  EXPECT_THAT(notes, Not(Contains(HasSubstr("One fsync"))));
  for (CellRecord& cell : record.cells) cell.state = CellState::kFailed;
  EXPECT_THAT(BenchNotes(record), Not(Contains(HasSubstr("durability"))));
}

TEST(BenchWordsTest, APlaceIsWhatMustBeAlike) {
  BenchRecord bench = *BenchmarkRecord().cells[0].bench;
  EXPECT_EQ(BenchPlace(bench), "ext4 (/mnt/disk), 90/10 gets/sets");
  bench.rate = 200;
  EXPECT_EQ(BenchPlace(bench), "ext4 (/mnt/disk), 90/10 gets/sets, 200 ops/s asked for");
  bench.directory.clear();
  EXPECT_EQ(BenchPlace(bench), "ext4, 90/10 gets/sets, 200 ops/s asked for");
}

}  // namespace
}  // namespace tearproof::reports
