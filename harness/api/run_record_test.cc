#include "harness/api/run_record.h"

#include <gtest/gtest.h>

namespace tearproof {
namespace {

PromiseResult Make(Judgement judgement, bool promised = true, std::string known_issue = "") {
  PromiseResult result;
  result.verdict.judgement = judgement;
  result.promised = promised;
  result.expectation = promised ? Expectation::kMustHold : Expectation::kMayBreak;
  result.known_issue = std::move(known_issue);
  return result;
}

CellRecord Cell(std::string backend, std::string scenario, std::vector<PromiseResult> promises) {
  CellRecord cell;
  cell.backend = std::move(backend);
  cell.scenario = std::move(scenario);
  cell.promises = std::move(promises);
  return cell;
}

CellRecord Unrun(std::string backend, CellState state, std::string reason = "") {
  CellRecord cell = Cell(std::move(backend), "get-set", {});
  cell.state = state;
  cell.reason = std::move(reason);
  return cell;
}

RunRecord Record(std::vector<CellRecord> cells) {
  RunRecord record;
  record.cells = std::move(cells);
  return record;
}

RunRecord OneVerdict(PromiseResult result) { return Record({Cell("a", "s", {std::move(result)})}); }

const PromiseResult kHeldPromise = Make(Judgement::kHeld);
const PromiseResult kBrokenPromise = Make(Judgement::kBroken);
const PromiseResult kUnsurePromise = Make(Judgement::kInconclusive);
const PromiseResult kIdlePromise = Make(Judgement::kNotExercised);

TEST(ExitCodeTest, CountsWhatIsPromised) {
  EXPECT_EQ(OneVerdict(kHeldPromise).ExitCode(), 0);
  EXPECT_EQ(OneVerdict(kBrokenPromise).ExitCode(), 1);
  EXPECT_EQ(OneVerdict(kUnsurePromise).ExitCode(), 2);
  EXPECT_EQ(OneVerdict(kIdlePromise).ExitCode(), 2);
  EXPECT_EQ(OneVerdict(Make(Judgement::kBroken, false)).ExitCode(), 0);
  EXPECT_EQ(OneVerdict(Make(Judgement::kInconclusive, false)).ExitCode(), 0);
  EXPECT_EQ(OneVerdict(Make(Judgement::kNotExercised, false)).ExitCode(), 0);
}

TEST(ExitCodeTest, StrictCountsAllThatWasJudged) {
  const auto strict = [](Judgement judgement) {
    RunRecord record = OneVerdict(Make(judgement, false));
    record.strict = true;
    return record.ExitCode();
  };
  EXPECT_EQ(strict(Judgement::kBroken), 1);
  EXPECT_EQ(strict(Judgement::kInconclusive), 2);
  EXPECT_EQ(strict(Judgement::kNotExercised), 0);
}

TEST(ExitCodeTest, AKnownRaceDoesNotFailAndANewOneDoes) {
  const PromiseResult known = Make(Judgement::kBroken, true, "#7");
  EXPECT_EQ(OneVerdict(known).ExitCode(), 0);
  RunRecord strict = OneVerdict(known);
  strict.strict = true;
  EXPECT_EQ(strict.ExitCode(), 0);
  EXPECT_EQ(Record({Cell("a", "s", {known}), Cell("a", "t", {kBrokenPromise})}).ExitCode(), 1);
  EXPECT_EQ(Record({Cell("a", "s", {known}), Cell("a", "t", {kUnsurePromise})}).ExitCode(), 2);
}

TEST(ExitCodeTest, WhatAnotherScenarioExercisedIsNotOpen) {
  EXPECT_EQ(Record({Cell("a", "s", {kIdlePromise}), Cell("a", "t", {kHeldPromise})}).ExitCode(), 0);
  EXPECT_EQ(Record({Cell("a", "s", {kIdlePromise}), Cell("b", "t", {kHeldPromise})}).ExitCode(), 2);
}

TEST(ExitCodeTest, BrokenPrecedesInterruptedPrecedesInconclusive) {
  RunRecord record = OneVerdict(kUnsurePromise);
  record.interrupted = true;
  EXPECT_EQ(record.ExitCode(), 130);
  record.cells.push_back(Cell("b", "s", {kBrokenPromise}));
  EXPECT_EQ(record.ExitCode(), 1);
  RunRecord nothing;
  nothing.interrupted = true;
  EXPECT_EQ(nothing.ExitCode(), 130);
  RunRecord by_cell = OneVerdict(kHeldPromise);
  by_cell.cells[0].state = CellState::kInterrupted;
  EXPECT_EQ(by_cell.ExitCode(), 130);
  RunRecord killed = OneVerdict(kHeldPromise);
  killed.not_run = {{"b", "s"}};
  EXPECT_EQ(killed.ExitCode(), 130);
}

TEST(ExitCodeTest, NothingSelected) { EXPECT_EQ(RunRecord().ExitCode(), 4); }

TEST(ExitCodeTest, WhatThisMachineCannotRun) {
  const CellRecord held = Cell("a", "get-set", {kHeldPromise});
  const CellRecord skipped = Unrun("b", CellState::kSkipped);
  const CellRecord failed = Unrun("b", CellState::kFailed);
  EXPECT_EQ(Record({skipped}).ExitCode(), 77);
  EXPECT_EQ(Record({failed}).ExitCode(), 77);
  EXPECT_EQ(Record({held, skipped}).ExitCode(), 0);
  EXPECT_EQ(Record({held, failed}).ExitCode(), 77);
  EXPECT_EQ(Record({Cell("b", "t", {kHeldPromise}), failed}).ExitCode(), 2);
  CellRecord failed_later = Cell("b", "get-set", {kHeldPromise});
  failed_later.state = CellState::kFailed;
  EXPECT_EQ(Record({failed_later}).ExitCode(), 77);
  EXPECT_EQ(Record({Cell("b", "t", {kHeldPromise}), failed_later}).ExitCode(), 2);
  EXPECT_EQ(Record({Cell("a", "s", {kBrokenPromise}), failed}).ExitCode(), 1);
  EXPECT_EQ(Record({Cell("a", "s", {kUnsurePromise}), failed}).ExitCode(), 2);
}

TEST(ExitCodeTest, ASkippedCellLeavesNothingOpen) {
  CellRecord skipped = Unrun("a", CellState::kSkipped);
  skipped.promises = {kIdlePromise};
  EXPECT_EQ(Record({Cell("a", "t", {}), skipped}).ExitCode(), 0);
}

TEST(AsExpectedTest, Table) {
  const auto expected = [](Expectation expectation, Judgement judgement) {
    PromiseResult result = Make(judgement);
    result.expectation = expectation;
    return result.AsExpected();
  };
  for (const Judgement judgement :
       {Judgement::kNotExercised, Judgement::kHeld, Judgement::kInconclusive, Judgement::kBroken}) {
    EXPECT_EQ(expected(Expectation::kMustHold, judgement), judgement == Judgement::kHeld);
    EXPECT_EQ(expected(Expectation::kMustBreak, judgement), judgement == Judgement::kBroken);
    EXPECT_TRUE(expected(Expectation::kMayBreak, judgement));
  }
}

TEST(ExpectTest, PassesExactlyWhenEachVerdictIsAsExpected) {
  PromiseResult must_break = Make(Judgement::kBroken);
  must_break.expectation = Expectation::kMustBreak;
  RunRecord record = Record({Cell("a", "s", {must_break}), Cell("b", "s", {kHeldPromise})});
  record.expect = true;
  EXPECT_EQ(record.ExitCode(), 0);
  record.cells[0].promises[0].verdict.judgement = Judgement::kHeld;
  EXPECT_EQ(record.ExitCode(), 1);
  record.cells[0].promises[0].verdict.judgement = Judgement::kNotExercised;
  EXPECT_EQ(record.ExitCode(), 1);
  record.interrupted = true;
  EXPECT_EQ(record.ExitCode(), 130);
  record.cells[1].promises[0].verdict.judgement = Judgement::kBroken;
  EXPECT_EQ(record.ExitCode(), 1);
}

TEST(ExpectTest, AnUnfinishedExplorationLeavesOpenWhatMustHold) {
  PromiseResult unfinished = kUnsurePromise;
  RunRecord record = OneVerdict(unfinished);
  record.expect = true;
  EXPECT_EQ(record.ExitCode(), 1);
  record.cells[0].promises[0].unfinished = true;
  EXPECT_EQ(record.ExitCode(), 2);
}

TEST(ExpectTest, AnotherScenarioMayExerciseWhatMustHold) {
  RunRecord record = Record({Cell("a", "s", {kIdlePromise}), Cell("a", "t", {kHeldPromise})});
  record.expect = true;
  EXPECT_EQ(record.ExitCode(), 0);
  EXPECT_TRUE(BuildMatrix(record)[0].cells.at(Promise::kIntact).as_expected);
}

TEST(MatrixTest, RowsInOrderOfNamingAndCellsMerged) {
  PromiseResult first = kHeldPromise;
  first.verdict.exercised = 10;
  PromiseResult second = kBrokenPromise;
  second.verdict.exercised = 5;
  second.verdict.violations = 2;
  second.verdict.sentence = "seen";
  RunRecord record =
      Record({Cell("b", "s", {first}), Cell("a", "s", {first}), Cell("b", "t", {second})});
  record.cells[0].model = true;
  const std::vector<MatrixRow> rows = BuildMatrix(record);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].backend, "b");
  EXPECT_EQ(rows[0].display_name, "b (model)");
  EXPECT_EQ(rows[0].broken_promised, 1u);
  const MatrixCell& cell = rows[0].cells.at(Promise::kIntact);
  EXPECT_EQ(cell.verdict.judgement, Judgement::kBroken);
  EXPECT_EQ(cell.verdict.exercised, 15u);
  EXPECT_EQ(cell.verdict.violations, 2u);
  EXPECT_EQ(cell.verdict.sentence, "seen");
  EXPECT_EQ(cell.source, &record.cells[2]);
  EXPECT_EQ(cell.standing, Standing::kFails);
  EXPECT_FALSE(cell.as_expected);
  EXPECT_EQ(rows[1].display_name, "a");
  EXPECT_EQ(rows[1].broken_promised, 0u);
}

CellRecord Explored(uint64_t classes, bool exhausted, PromiseResult result,
                    const std::string& scenario = "s") {
  CellRecord cell = Cell("a", scenario, {std::move(result)});
  cell.engine = "explore";
  cell.explored.emplace();
  cell.explored->classes = classes;
  cell.explored->exhausted = exhausted;
  return cell;
}

TEST(MatrixTest, TellsWhatWasExhaustedFromWhatWasNotSeen) {
  PromiseResult held = kHeldPromise;
  held.verdict.exercised = 7;
  const auto only = [](const RunRecord& record) {
    return BuildMatrix(record).at(0).cells.at(Promise::kIntact);
  };
  const MatrixCell all = only(Record(
      {Explored(24, true, held), Explored(6, true, held, "t"), Explored(6, true, held, "t")}));
  EXPECT_EQ(all.classes, 30u);
  EXPECT_EQ(all.sampled, 0u);
  const MatrixCell both = only(Record({Explored(24, true, held), Cell("a", "s", {held})}));
  EXPECT_EQ(both.classes, 24u);
  EXPECT_EQ(both.sampled, 7u);
  const MatrixCell some = only(Record({Explored(24, false, held)}));
  EXPECT_EQ(some.classes, 0u);
  EXPECT_EQ(some.sampled, 7u);
}

TEST(MatrixTest, ShowsTheBreakThatReplays) {
  CellRecord replays = Explored(24, true, kBrokenPromise);
  replays.explored->counterexamples.emplace_back().promise = Promise::kIntact;
  const RunRecord record = Record({Cell("a", "s", {kBrokenPromise}), replays});
  EXPECT_EQ(BuildMatrix(record).at(0).cells.at(Promise::kIntact).source, &record.cells[1]);
}

TEST(ExitCodeTest, WhatNoProgramExercisesIsNotOpen) {
  EXPECT_EQ(Record({Explored(24, true, kIdlePromise)}).ExitCode(), 0);
  EXPECT_EQ(Record({Explored(24, true, kUnsurePromise)}).ExitCode(), 2);
  EXPECT_EQ(Record({Explored(24, true, kBrokenPromise)}).ExitCode(), 1);
  // What exploring held and stress saw broken is broken.
  EXPECT_EQ(Record({Explored(24, true, kHeldPromise), Cell("a", "s", {kBrokenPromise})}).ExitCode(),
            1);
}

TEST(MatrixTest, ANewBreakHidesAKnownOne) {
  PromiseResult known = Make(Judgement::kBroken, true, "#7");
  known.verdict.sentence = "known";
  PromiseResult fresh = kBrokenPromise;
  fresh.verdict.sentence = "new";
  const RunRecord record = Record({Cell("a", "s", {known}), Cell("a", "t", {fresh})});
  const std::vector<MatrixRow> rows = BuildMatrix(record);
  const MatrixCell& cell = rows[0].cells.at(Promise::kIntact);
  EXPECT_EQ(cell.verdict.sentence, "new");
  EXPECT_EQ(cell.known_issue, "");
  EXPECT_EQ(cell.source, &record.cells[1]);
  EXPECT_EQ(BuildMatrix(Record({record.cells[0]}))[0].cells.at(Promise::kIntact).known_issue, "#7");
}

TEST(MatrixTest, ARowOfSkippedCellsSaysWhy) {
  const RunRecord record =
      Record({Unrun("a", CellState::kSkipped, "no O_TMPFILE here"),
              Unrun("b", CellState::kSkipped, "no clear"), Cell("b", "t", {kHeldPromise})});
  const std::vector<MatrixRow> rows = BuildMatrix(record);
  EXPECT_TRUE(rows[0].all_skipped);
  EXPECT_EQ(rows[0].skip_reason, "no O_TMPFILE here");
  EXPECT_FALSE(rows[1].all_skipped);
  EXPECT_EQ(rows[1].skip_reason, "");
}

TEST(OverlapCountsTest, InitIsNeitherReadNorChange) {
  const OverlapCounts overlaps = {{{OpKind::kInit, OpKind::kSet}, 1},
                                  {{OpKind::kGet, OpKind::kHas}, 10},
                                  {{OpKind::kGet, OpKind::kSet}, 100},
                                  {{OpKind::kSet, OpKind::kDelete}, 1000}};
  EXPECT_EQ(ReadWritePairs(overlaps), 100u);
  EXPECT_EQ(WriteWritePairs(overlaps), 1000u);
}

}  // namespace
}  // namespace tearproof
