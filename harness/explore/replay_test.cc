#include "harness/explore/replay.h"

#include <gtest/gtest.h>

#include "harness/explore/shrink.h"
#include "harness/explore/simulated_files_for_tests.h"

namespace tearproof::explore {
namespace {

SimulatedFiles Files(std::vector<Program> programs) {
  return SimulatedFiles(std::move(programs), {{"k", "xy"}});
}

Result<std::string> Empty(Subject&, const Execution& execution) {
  for (size_t i = 0; i < execution.order.size(); ++i) {
    const Event& event = execution.order.event(i);
    if (CallName(event.label) == "read" && event.result.empty()) return std::string("empty");
  }
  return std::string();
}

Schedule ScheduleOf(const std::vector<ProcessId>& choices, std::vector<std::string> calls = {}) {
  Schedule schedule;
  schedule.choices = choices;
  schedule.calls = std::move(calls);
  return schedule;
}

Replayed Again(Subject& subject, const Schedule& schedule) {
  const Result<Replayed> replayed = Replay(subject, Empty, schedule, {});
  TEARPROOF_CHECK(replayed.ok(), replayed.error().what);
  return replayed.value();
}

BrokenSchedule Broken(std::vector<ProcessId> choices) {
  BrokenSchedule broken;
  broken.kind = "empty";
  broken.choices = std::move(choices);
  return broken;
}

TEST(ReplayTest, ARecordedScheduleBreaksAgain) {
  SimulatedFiles files = Files({kNaiveWriter, kReader});
  const Replayed first = Again(files, ScheduleOf({1, 0, 1, 1, 0, 0, 1, 0}));
  EXPECT_EQ(first.outcome, ReplayOutcome::kSame);
  EXPECT_EQ(first.broken, "empty");
  Schedule schedule;
  Record(first.events, schedule);
  const auto parsed = Schedule::Parse(schedule.Print());
  ASSERT_TRUE(parsed.ok());
  const Replayed second = Again(files, parsed.value());
  EXPECT_EQ(second.outcome, ReplayOutcome::kSame) << second.departure;
  EXPECT_EQ(second.events, first.events);
}

TEST(ReplayTest, SaysWhereTheSubjectChanged) {
  const std::vector<std::string> calls = {"open", "write", "unlink"};
  SimulatedFiles renames = Files({{Open("k"), Write("a"), Rename("k", "l")}});
  EXPECT_EQ(Again(renames, ScheduleOf({0, 0, 0}, calls)).departure,
            "subject changed at step 3: expected unlink, got rename");
  SimulatedFiles ends = Files({{Open("k"), Write("a")}});
  EXPECT_EQ(Again(ends, ScheduleOf({0, 0, 0}, calls)).departure,
            "subject changed at step 3: expected unlink, got the end");
  SimulatedFiles goes_on = Files({{Open("k"), Write("a"), Unlink("k"), Close()}});
  EXPECT_EQ(Again(goes_on, ScheduleOf({0, 0, 0}, calls)).departure,
            "subject changed at step 4: expected the end, got close");
  SimulatedFiles waits = Files({{Open("k"), Lock(), Close()}, {Open("k"), Lock(), Close()}});
  const Replayed blocked = Again(waits, ScheduleOf({0, 0, 1, 1}));
  EXPECT_EQ(blocked.outcome, ReplayOutcome::kChanged);
  EXPECT_EQ(blocked.departure,
            "subject changed at step 4: expected a call of process 1, but process 1 cannot go on");
}

TEST(ReplayTest, SaysThatTheSubjectIsNotDeterministic) {
  SimulatedFiles files = Files({kNaiveWriter, kReader});
  files.ChangeFrom(2);
  const Replayed replayed = Again(files, ScheduleOf({0, 1, 0, 1}));
  EXPECT_EQ(replayed.outcome, ReplayOutcome::kNondeterministic);
  EXPECT_EQ(replayed.departure,
            "the subject is not deterministic: step 1 was process 0: open(k, creat, trunc) = 0, "
            "then process 0: open(k, creat, trunc) = 0?");
}

TEST(ReplayTest, ADeathIsReplayed) {
  SimulatedFiles files = Files({{Open("k"), Lock(), Close()}, {Open("k"), Lock(), Close()}});
  const Schedule schedule =
      ScheduleOf({0, 0, 1, 0, 1, 1}, {"open", "flock", "open", "killed", "flock", "close"});
  const Replayed replayed = Again(files, schedule);
  EXPECT_EQ(replayed.outcome, ReplayOutcome::kSame) << replayed.departure;
  EXPECT_EQ(replayed.ending, Ending::kComplete);
  EXPECT_FALSE(MishapOf(ScheduleOf({0, 1}, {"killed", "killed"})).ok());
}

TEST(ReplayTest, AFaultIsRecordedAndReplayed) {
  SimulatedFiles files = Files({{Open("k"), Write("a"), Close()}});
  const Schedule schedule = ScheduleOf({0, 0, 0}, {"open", "write=enospc", "close"});
  EXPECT_EQ(FaultsOf(schedule), trace::Only(Fault::kNoSpace));
  const Replayed replayed = Again(files, schedule);
  EXPECT_EQ(replayed.outcome, ReplayOutcome::kSame) << replayed.departure;
  EXPECT_EQ(files.State(), "k=xy ");
  Schedule recorded;
  Record(replayed.events, recorded);
  EXPECT_EQ(recorded.calls, schedule.calls);
  const auto parsed = Schedule::Parse(recorded.Print());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value(), recorded);
  // A call that cannot fail in that way goes well, which is another execution.
  const Replayed other = Again(files, ScheduleOf({0, 0, 0}, {"open=enospc", "write", "close"}));
  EXPECT_EQ(other.departure, "subject changed at step 1: expected open=enospc, got open");
  EXPECT_FALSE(MishapOf(ScheduleOf({0}, {"open=enofun"})).ok());
  EXPECT_FALSE(MishapOf(ScheduleOf({0, 0}, {"write=enospc", "killed"})).ok());
  // Refusals as on Windows come of themselves.
  EXPECT_FALSE(MishapOf(ScheduleOf({0}, {"rename=sharing"})).value());
}

TEST(ReplayTest, AnInterruptedWaitDoesNotWait) {
  SimulatedFiles files = Files({{Open("k"), Lock(), Close()}, {Open("k"), Lock(), Close()}});
  // The first one holds the lock meanwhile.
  const Schedule schedule =
      ScheduleOf({0, 0, 1, 1, 1, 0}, {"open", "flock", "open", "flock=eintr", "close", "close"});
  const Replayed replayed = Again(files, schedule);
  EXPECT_EQ(replayed.outcome, ReplayOutcome::kSame) << replayed.departure;
  EXPECT_EQ(replayed.ending, Ending::kComplete);
}

TEST(ShrinkTest, WithoutAnotherOrderTheFaultDecides) {
  SimulatedFiles files = Files({{Open("k", "creat|trunc"), Write("a"), Close()}});
  const Judge judge = [](Subject& subject, const Execution&) {
    const bool empty = static_cast<SimulatedFiles&>(subject).State() == "k= ";
    return Result<std::string>(empty ? "empty" : "");
  };
  BrokenSchedule broken = Broken({0, 0, 0});
  broken.mishap = Mishap{0, 1, Fault::kNoSpace};
  const auto shrunk = Shrink(files, judge, broken, {});
  ASSERT_TRUE(shrunk.ok());
  EXPECT_EQ(shrunk.value().deciding_step, 1);
}

TEST(ShrinkTest, FindsTheFewestSwitchesAndTheDecidingStep) {
  SimulatedFiles files = Files({kNaiveWriter, kReader});
  const auto shrunk = Shrink(files, Empty, Broken({1, 0, 1, 1, 0, 0, 1, 0}), {});
  ASSERT_TRUE(shrunk.ok());
  EXPECT_EQ(shrunk.value().switches, 2);
  EXPECT_TRUE(shrunk.value().fewest);
  const BrokenSchedule& schedule = shrunk.value().schedule;
  EXPECT_EQ(CountSwitches(schedule.choices), 2);
  // Either the writer is overtaken by the reader, or the reader by the writer.
  ASSERT_TRUE(shrunk.value().deciding_step);
  const size_t step = *shrunk.value().deciding_step;
  EXPECT_NE(schedule.choices[step], schedule.choices[step - 1]);
}

TEST(ShrinkTest, KeepsTheKindOfTheBreak) {
  SimulatedFiles files = Files({kNaiveWriter, kReader, {Stat("k"), Stat("t")}});
  const auto shrunk = Shrink(files, Empty, Broken({2, 1, 0, 2, 1, 1, 0, 0, 1, 0}), {});
  ASSERT_TRUE(shrunk.ok());
  EXPECT_EQ(shrunk.value().switches, 3);
  SimulatedFiles again = Files({kNaiveWriter, kReader, {Stat("k"), Stat("t")}});
  EXPECT_EQ(Again(again, ScheduleOf(shrunk.value().schedule.choices)).broken, "empty");
}

TEST(ShrinkTest, WhatDoesNotBreakAgainIsAnError) {
  SimulatedFiles files = Files({kNaiveWriter, kReader});
  EXPECT_FALSE(Shrink(files, Empty, Broken({0, 0, 0, 0, 1, 1, 1, 1}), {}).ok());
}

}  // namespace
}  // namespace tearproof::explore
