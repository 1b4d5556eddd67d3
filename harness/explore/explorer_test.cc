#include "harness/explore/explorer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>

#include "harness/explore/simulated_files_for_tests.h"

namespace tearproof::explore {
namespace {

const std::map<std::string, std::string> kFiles = {{"k", "xy"}};

SubjectFactory Make(std::vector<Program> programs,
                    std::map<std::string, std::string> files = kFiles) {
  return [programs = std::move(programs), files = std::move(files)](uint32_t) {
    return Result<std::unique_ptr<Subject>>(std::make_unique<SimulatedFiles>(programs, files));
  };
}

Result<std::string> NothingBreaks(Subject&, const Execution&) { return std::string(); }

// What the reads of the last process returned, if that is no value that was written as a whole.
Result<std::string> TornReads(Subject& subject, const Execution& execution) {
  const ProcessId reader = subject.processes() - 1;
  std::string bytes;
  for (size_t i = 0; i < execution.order.size(); ++i) {
    const Event& event = execution.order.event(i);
    if (event.process == reader && CallName(event.label) == "read") bytes += event.result;
  }
  return bytes == "xy" || bytes == "ab" ? "" : "read " + bytes;
}

Exploration RunAll(const SubjectFactory& factory, const ExploreOptions& options = {},
                   const Judge& judge = NothingBreaks) {
  const Result<Exploration> result = Explore(factory, judge, options);
  TEARPROOF_CHECK(result.ok(), result.error().what);
  return result.value();
}

ExploreOptions With(Strategy strategy) {
  ExploreOptions options;
  options.strategy = strategy;
  options.all = true;
  return options;
}

TEST(ExplorerTest, CountsClassesAndInterleavings) {
  struct Case {
    std::vector<Program> programs;
    std::string interleavings;
    uint64_t classes;
  };
  const Program other = RenamingWriter("u");
  for (const Case& c :
       std::vector<Case>{{{kNaiveWriter, kReader}, "70", 10},
                         {{RenamingWriter("t"), kReader}, "126", 2},
                         {{kNaiveWriter, kNaiveWriter, kReader}, "34,650", 560},
                         {{RenamingWriter("t"), other, kReader}, "252,252", 6},
                         {{RenamingWriter("t"), RenamingWriter("t"), kReader}, "252,252", 150}}) {
    const Exploration exploration = RunAll(Make(c.programs));
    EXPECT_TRUE(exploration.exhausted());
    EXPECT_EQ(exploration.classes, c.classes);
    EXPECT_EQ(exploration.executions, c.classes + exploration.abandoned);
    EXPECT_EQ(exploration.interleavings.Print(), c.interleavings);
    // Two ways to count: over the classes, and by formula.
    ASSERT_TRUE(exploration.expected_interleavings);
    EXPECT_TRUE(exploration.AddsUp());
    EXPECT_EQ(exploration.repeated, 0);
  }
}

TEST(ExplorerTest, LockedProgramsHaveNoFormulaButACount) {
  const Exploration exploration = RunAll(Make({{Open("k"), Lock(), Write("a"), Write("b"), Close()},
                                               {Open("k"), Lock(true), Read(), Read(), Close()}}));
  EXPECT_EQ(exploration.classes, 2);
  EXPECT_EQ(exploration.interleavings.Print(), "12");
  EXPECT_TRUE(exploration.waited);
  EXPECT_FALSE(exploration.expected_interleavings);
}

TEST(ExplorerTest, ParallelJobsShareTheWork) {
  for (const uint32_t jobs : {2, 3, 5}) {
    ExploreOptions options;
    options.jobs = jobs;
    const Exploration exploration = RunAll(Make({kNaiveWriter, kNaiveWriter, kReader}), options);
    EXPECT_TRUE(exploration.exhausted());
    EXPECT_EQ(exploration.classes, 560);
    EXPECT_EQ(exploration.repeated, 0);
    EXPECT_TRUE(exploration.AddsUp());
  }
}

TEST(ExplorerTest, StopsAtABreakOrFindsOneOfEachKind) {
  const SubjectFactory factory = Make({kNaiveWriter, kReader});
  const Exploration first = RunAll(factory, {}, TornReads);
  EXPECT_EQ(first.outcome, Outcome::kBroken);
  ASSERT_EQ(first.broken.size(), 1);
  EXPECT_LT(first.executions, 10);
  const Exploration all = RunAll(factory, With(Strategy::kReduced), TornReads);
  EXPECT_TRUE(all.exhausted());
  std::set<std::string> kinds;
  uint64_t times = 0;
  for (const BrokenSchedule& broken : all.broken) {
    kinds.insert(broken.kind);
    times += broken.times;
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"read ", "read a", "read xb", "read x"}));
  EXPECT_LT(times, 10);
  EXPECT_TRUE(RunAll(Make({RenamingWriter("t"), kReader}), {}, TornReads).broken.empty());
}

TEST(ExplorerTest, OtherStrategiesSeeTheSameBreaks) {
  const SubjectFactory factory = Make({kNaiveWriter, kReader});
  for (const Strategy strategy :
       {Strategy::kDepthFirst, Strategy::kBounded, Strategy::kRandom, Strategy::kPct}) {
    ExploreOptions options = With(strategy);
    options.preemptions = 4;
    options.max_executions = 2000;
    const Exploration exploration = RunAll(factory, options, TornReads);
    EXPECT_EQ(exploration.broken.size(), 4) << static_cast<int>(strategy);
    EXPECT_LE(exploration.classes, 10);
    const bool samples = strategy == Strategy::kRandom || strategy == Strategy::kPct;
    EXPECT_EQ(exploration.exhausted(), !samples);
    EXPECT_EQ(exploration.outcome, samples ? Outcome::kExecutions : Outcome::kExhausted);
  }
}

TEST(ExplorerTest, FewPreemptionsReachFewClasses) {
  ExploreOptions options = With(Strategy::kBounded);
  uint64_t last = 0;
  for (options.preemptions = 0; options.preemptions <= 3; ++options.preemptions) {
    const Exploration exploration = RunAll(Make({kNaiveWriter, kReader}), options);
    EXPECT_GT(exploration.classes, last);
    EXPECT_EQ(exploration.bound_left_out, true);
    EXPECT_EQ(exploration.classes == 2, options.preemptions == 0);
    last = exploration.classes;
  }
}

TEST(ExplorerTest, TriesAKnownScheduleFirst) {
  ExploreOptions options;
  options.first = {0, 1, 1, 1, 1, 0, 0, 0};
  const Exploration exploration = RunAll(Make({kNaiveWriter, kReader}), options, TornReads);
  ASSERT_EQ(exploration.broken.size(), 1);
  EXPECT_EQ(exploration.broken[0].execution, 1);
  EXPECT_EQ(exploration.broken[0].choices, options.first);
  EXPECT_EQ(exploration.broken[0].kind, "read ");
}

TEST(ExplorerTest, WhoWaitsForEverIsADeadlock) {
  // Each takes two locks, in another order.
  const std::map<std::string, std::string> files = {{"a", ""}, {"b", ""}};
  const Program one = {Open("a"), Open("b", "", 1), Lock(), Lock(false, true, 1),
                       Close(),   Close(1)};
  const Program two = {Open("b"), Open("a", "", 1), Lock(), Lock(false, true, 1),
                       Close(),   Close(1)};
  const Exploration exploration = RunAll(Make({one, two}, files));
  EXPECT_TRUE(exploration.exhausted());
  EXPECT_EQ(exploration.deadlocks, 1);
  EXPECT_GT(exploration.classes, 2);
}

TEST(ExplorerTest, ALockFileIsWaitedFor) {
  const Program program = {Retry(Open("l", "creat|excl"), 1'000'000), Write("a"), Close(),
                           Unlink("l")};
  for (const size_t processes : {2, 3}) {
    const Exploration exploration = RunAll(Make(std::vector<Program>(processes, program)));
    EXPECT_TRUE(exploration.exhausted());
    EXPECT_TRUE(exploration.polled);
    EXPECT_EQ(exploration.livelocks, 0);
    EXPECT_EQ(exploration.too_long, 0);
  }
  // One who never lets go.
  const Exploration stuck = RunAll(Make({program, {Open("l", "creat|excl")}}));
  EXPECT_TRUE(stuck.exhausted());
  EXPECT_GT(stuck.livelocks, 0);
}

TEST(ExplorerTest, WhoGivesUpPollingIsSeenToDoSo) {
  const Program patient = {Retry(Open("l", "creat|excl"), 10), Stat("k")};
  const Exploration exploration = RunAll(Make({patient, {Open("l", "creat|excl")}}), {},
                                         [](Subject&, const Execution& execution) {
                                           const size_t size = execution.order.size();
                                           return Result<std::string>(size == 12 ? "gave up" : "");
                                         });
  EXPECT_EQ(exploration.broken.size(), 1);
}

TEST(ExplorerTest, EachProcessDiesInPlaceOfEachEvent) {
  // A lock file outlives its owner.
  const Program program = {Retry(Open("l", "creat|excl"), 1'000'000), Write("a"), Unlink("l")};
  ExploreOptions options;
  options.kill = true;
  options.all = true;
  const Judge judge = [](Subject&, const Execution& execution) {
    return Result<std::string>(execution.ending == Ending::kLivelock ? "returns" : "");
  };
  const Exploration exploration = RunAll(Make({program, program}), options, judge);
  EXPECT_TRUE(exploration.exhausted());
  ASSERT_EQ(exploration.broken.size(), 1);
  EXPECT_TRUE(exploration.broken[0].mishap);
  EXPECT_GE(exploration.kills, 6);
  // flock does not.
  const Program locked = {Open("k"), Lock(), Write("a"), Close()};
  const Exploration sound = RunAll(Make({locked, locked}), options, judge);
  EXPECT_TRUE(sound.exhausted());
  EXPECT_TRUE(sound.broken.empty());
  EXPECT_EQ(sound.deadlocks, 0);
  EXPECT_EQ(sound.kills, 8);
}

TEST(ExplorerTest, EachEventFailsOnceInEachWay) {
  ExploreOptions options;
  options.faults = trace::kSingleFaults;
  options.all = true;
  // Whoever ignores that a write failed publishes half a value.
  const SubjectFactory factory = Make({RenamingWriter("t"), kReader});
  const Exploration exploration = RunAll(factory, options, TornReads);
  EXPECT_TRUE(exploration.exhausted());
  EXPECT_EQ(exploration.faults, 2);
  ASSERT_GE(exploration.broken.size(), 1);
  for (const BrokenSchedule& broken : exploration.broken) {
    ASSERT_TRUE(broken.mishap);
    EXPECT_EQ(broken.mishap->fault, Fault::kNoSpace);
    EXPECT_TRUE(std::ranges::any_of(
        broken.events, [](const Event& event) { return event.fault == Fault::kNoSpace; }));
  }
  // Only those that were asked for.
  options.faults = trace::Only(Fault::kInputOutput);
  EXPECT_EQ(RunAll(factory, options, TornReads).faults, 0);
}

TEST(ExplorerTest, GoesOnWhereItsBudgetEnded) {
  for (const bool kill : {false, true}) {
    const SubjectFactory factory = Make({kNaiveWriter, RenamingWriter("t"), kReader});
    ExploreOptions options;
    options.kill = kill;
    if (kill) options.faults = trace::kSingleFaults;
    const Exploration whole = RunAll(factory, options);
    options.max_executions = 1 + whole.executions / 7;
    Exploration part;
    uint64_t sessions = 0;
    do {
      part = RunAll(factory, options);
      options.resume = part.frontier;
      EXPECT_EQ(part.frontier.empty(), part.exhausted());
    } while (!part.exhausted() && ++sessions < 20);
    EXPECT_GE(sessions, 6);
    EXPECT_EQ(part.classes, whole.classes);
    EXPECT_EQ(part.executions, whole.executions);
    EXPECT_EQ(part.interleavings, whole.interleavings);
    EXPECT_EQ(part.expected_interleavings, whole.expected_interleavings);
    EXPECT_EQ(part.kills, whole.kills);
    EXPECT_EQ(part.faults, whole.faults);
  }
}

TEST(ExplorerTest, RefusesADamagedFrontier) {
  const SubjectFactory factory = Make({kNaiveWriter, kReader});
  ExploreOptions options;
  options.max_executions = 3;
  const std::string frontier = RunAll(factory, options).frontier;
  for (size_t size = 1; size < frontier.find('\n'); size += 3) {
    options.resume = frontier.substr(0, size);
    EXPECT_FALSE(Explore(factory, NothingBreaks, options).ok());
  }
  options.resume = frontier + "nonsense\n";
  const auto result = Explore(factory, NothingBreaks, options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
}

TEST(ExplorerTest, ASubjectThatChangesIsFoundOut) {
  const SubjectFactory factory = [](uint32_t) {
    auto files =
        std::make_unique<SimulatedFiles>(std::vector<Program>{kNaiveWriter, kReader}, kFiles);
    files->ChangeFrom(4);
    return Result<std::unique_ptr<Subject>>(std::move(files));
  };
  const Exploration exploration = RunAll(factory);
  EXPECT_EQ(exploration.outcome, Outcome::kDifferent);
  ASSERT_TRUE(exploration.difference);
  EXPECT_EQ(exploration.executions, 4);
  EXPECT_EQ(exploration.difference->got.result, exploration.difference->expected.result + "?");
}

TEST(ExplorerTest, EndsWhenItIsToldTo) {
  std::atomic<bool> stop = true;
  ExploreOptions options;
  options.stop = &stop;
  EXPECT_EQ(RunAll(Make({kNaiveWriter, kReader}), options).outcome, Outcome::kStopped);
  options.stop = nullptr;
  options.max_nanos = 0;
  EXPECT_EQ(RunAll(Make({kNaiveWriter, kReader}), options).outcome, Outcome::kTime);
}

TEST(ExplorerTest, ErrorsEndAllParallelJobs) {
  ExploreOptions options;
  options.jobs = 3;
  const SubjectFactory factory = [](uint32_t job) -> Result<std::unique_ptr<Subject>> {
    if (job == 1) return UsageError("no");
    return std::unique_ptr<Subject>(
        std::make_unique<SimulatedFiles>(std::vector<Program>{kNaiveWriter, kReader}, kFiles));
  };
  EXPECT_FALSE(Explore(factory, NothingBreaks, options).ok());
  const Judge judge = [](Subject&, const Execution&) -> Result<std::string> {
    return UsageError("no judge");
  };
  EXPECT_FALSE(Explore(Make({kNaiveWriter, kReader}), judge, options).ok());
}

// A thread's stack of 128 TiB is more than there are addresses.
class WithoutThreads {
 public:
  WithoutThreads() {
    pthread_getattr_default_np(&former_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, size_t{1} << 47);
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  ~WithoutThreads() {
    pthread_setattr_default_np(&former_);
    pthread_attr_destroy(&former_);
  }
  WithoutThreads(const WithoutThreads&) = delete;
  WithoutThreads& operator=(const WithoutThreads&) = delete;

 private:
  pthread_attr_t former_;
};

TEST(ExplorerTest, JobsThatCannotBeStartedAreAnError) {
  const WithoutThreads without;
  ExploreOptions options;
  options.jobs = 3;
  const auto result = Explore(Make({kNaiveWriter, kReader}), NothingBreaks, options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kEnvironment);
  EXPECT_THAT(result.error().Message(), testing::HasSubstr("--jobs"));
}

TEST(ExplorerTest, TooLongIsNotExhausted) {
  ExploreOptions options;
  options.runner.max_steps = 5;
  const Exploration exploration = RunAll(Make({kNaiveWriter, kReader}), options);
  EXPECT_GT(exploration.too_long, 0);
  EXPECT_FALSE(exploration.exhausted());
}

}  // namespace
}  // namespace tearproof::explore
