#include "harness/explore/reduction_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <unordered_set>

#include "harness/explore/simple_schedulers.h"
#include "harness/explore/simulated_files_for_tests.h"

namespace tearproof::explore {
namespace {

struct Count {
  uint64_t whole = 0;      // Executions that came to an end,
  uint64_t abandoned = 0;  // or did not.
  // What the whole ones were: their order, and what was seen and left behind.
  std::unordered_set<ClassDigest, ClassDigestHash> classes;
  std::set<std::string> outcomes;
};

// Results by process, and the last state.
std::string OutcomeOf(const Execution& execution, const SimulatedFiles& files) {
  std::vector<std::string> results(files.processes());
  for (size_t i = 0; i < execution.order.size(); ++i) {
    const Event& event = execution.order.event(i);
    results[event.process] += event.label + '=' + event.result + ' ';
  }
  std::string outcome = files.State();
  for (const std::string& result : results) outcome += "| " + result;
  return outcome;
}

Count ExploreAll(SimulatedFiles& files, Scheduler& scheduler, RunnerOptions options) {
  Runner runner(files, options);
  Count count;
  while (scheduler.Begin()) {
    const auto run = runner.Run(scheduler);
    TEARPROOF_CHECK(run.ok(), run.error().what);
    const Execution& execution = *run.value();
    if (!IsWhole(execution.ending)) {
      ++count.abandoned;
      continue;
    }
    ++count.whole;
    count.classes.insert(execution.order.Digest(execution.order.size()));
    count.outcomes.insert(OutcomeOf(execution, files));
  }
  return count;
}

RunnerOptions WithoutPolling() {
  RunnerOptions options;
  options.poll_repeats = 0;
  return options;
}

Count Reduced(SimulatedFiles& files, RunnerOptions options = WithoutPolling()) {
  ReductionTree tree;
  ReductionScheduler scheduler(tree);
  const Count count = ExploreAll(files, scheduler, options);
  EXPECT_TRUE(tree.Exhausted());
  return count;
}

Count Plain(SimulatedFiles& files, RunnerOptions options = WithoutPolling()) {
  DepthFirstScheduler scheduler;
  return ExploreAll(files, scheduler, options);
}

struct Litmus {
  std::string name;
  std::vector<Program> programs;
  uint64_t interleavings = 0;  // 0: too many to go through here.
  uint64_t classes = 0;
  // Executions that ended with everybody asleep.
  uint64_t abandoned = 0;
};

void PrintTo(const Litmus& litmus, std::ostream* out) { *out << litmus.name; }

class LitmusTest : public testing::TestWithParam<Litmus> {};

TEST_P(LitmusTest, OneWholeExecutionOfEachClass) {
  SimulatedFiles files(GetParam().programs, {{"k", "xy"}});
  const Count reduced = Reduced(files);
  EXPECT_EQ(reduced.classes.size(), GetParam().classes);
  EXPECT_EQ(reduced.whole, GetParam().classes);
  EXPECT_EQ(reduced.abandoned, GetParam().abandoned);
}

TEST_P(LitmusTest, PlainDepthFirstSeesTheSameClasses) {
  SimulatedFiles files(GetParam().programs, {{"k", "xy"}});
  const Count plain = Plain(files);
  EXPECT_EQ(plain.whole, GetParam().interleavings);
  const Count reduced = Reduced(files);
  EXPECT_EQ(plain.classes, reduced.classes);
  EXPECT_EQ(plain.outcomes, reduced.outcomes);
}

const Program kLockingWriter = {Open("k"), Lock(), Write("a"), Write("b"), Close()};
const Program kLockingReader = {Open("k"), Lock(true), Read(), Read(), Close()};

INSTANTIATE_TEST_SUITE_P(
    All, LitmusTest,
    testing::Values(
        Litmus{"naive", {kNaiveWriter, kReader}, 70, 10},
        Litmus{"rename", {RenamingWriter("t"), kReader}, 126, 2},
        Litmus{"two_naive", {kNaiveWriter, kNaiveWriter, kReader}, 34'650, 560},
        Litmus{"two_rename", {RenamingWriter("t"), RenamingWriter("u"), kReader}, 252'252, 6},
        Litmus{
            "shared_temp", {RenamingWriter("t"), RenamingWriter("t"), kReader}, 252'252, 150, 22},
        Litmus{"flock", {kLockingWriter, kLockingReader}, 12, 2}),
    [](const auto& litmus) { return litmus.param.name; });

Command RandomCommand(Random& random) {
  const auto name = [&] { return random.Below(3) == 0 ? "t" : "k"; };
  const int slot = static_cast<int>(random.Below(2));
  switch (random.Below(14)) {
    case 0:
      return Open(name(), "creat|trunc", slot);
    case 1:
      return Retry(Open(name(), "creat|excl", slot), 1 + static_cast<uint32_t>(random.Below(2)));
    case 2:
      return Open(name(), "", slot);
    case 3:
      return Read(slot);
    case 4:
      return Write("a", slot);
    case 5:
      return Rename(name(), name());
    case 6:
      return Unlink(name());
    case 7:
      return Stat(name());
    case 8:
      return List();
    case 9:
      return random.Below(2) == 0 ? Begin() : End();
    case 10:
      return Unlock(slot);
    case 11:
      return Close(slot);
    default:
      return Lock(random.Below(3) == 0, random.Below(4) != 0, slot);
  }
}

// Locks that are hardly ever given back: most executions end with somebody who waits for ever.
Command RandomLockingCommand(Random& random) {
  if (random.Below(3) == 0) return Lock(random.Below(2) == 0, random.Below(8) != 0);
  const auto name = [&] { return random.Below(3) == 0 ? "t" : "k"; };
  switch (random.Below(10)) {
    case 0:
      return Open("k", "trunc");
    case 1:
      return Open("t", "creat", 1);
    case 2:
      return Stat(name());
    case 3:
      return Unlink(name());
    case 4:
      return Write("a");
    case 5:
      return random.Below(2) == 0 ? Begin() : End();
    case 6:
      return random.Below(2) == 0 ? Unlock() : Lock(true, true, 1);
    default:
      return Rename(name(), name());
  }
}

// Names that come and go: what a call touches depends on what others did to the names before it.
Command RandomNamingCommand(Random& random) {
  const auto name = [&] { return std::string(1, "ktu"[random.Below(3)]); };
  switch (random.Below(9)) {
    case 0:
      return Open(name(), "creat");
    case 1:
      return Open(name(), "creat|excl");
    case 2:
      return Open(name(), "trunc");
    case 3:
      return Stat(name());
    case 4:
      return Unlink(name());
    case 5:
      return Write("a");
    case 6:
      return End();
    default:
      return Rename(name(), name());
  }
}

// Small enough to go through all interleavings; most processes begin with a file in hand.
std::vector<Program> RandomPrograms(Random& random, Command (*command)(Random&)) {
  static const std::vector<std::vector<size_t>> kLengths = {
      {4, 5}, {6, 3}, {3, 3, 2}, {2, 3, 4}, {1, 5, 2}, {2, 2, 1, 2}, {1, 1, 3, 3}};
  std::vector<Program> programs;
  for (const size_t length : kLengths[random.Below(kLengths.size())]) {
    Program program;
    while (program.size() < length) {
      const bool first = program.empty() && random.Below(4) != 0;
      program.push_back(first ? Open("k") : command(random));
    }
    programs.push_back(program);
  }
  return programs;
}

std::string Print(const std::vector<Program>& programs) {
  std::string text;
  for (const Program& program : programs) {
    for (const Command& command : program) text += Label(command) + "; ";
    text += '\n';
  }
  return text;
}

// The reduced exploration sees what every interleaving shows, each class once.
void CompareRandomPrograms(Command (*command)(Random&), uint64_t seeds) {
  // Others than the usual ones: TEARPROOF_SEED=n; more of them: TEARPROOF_SEEDS=n.
  const auto number = [](const char* name, uint64_t otherwise) {
    const char* const text = getenv(name);
    return text != nullptr ? strtoull(text, nullptr, 10) : otherwise;
  };
  const uint64_t base = number("TEARPROOF_SEED", 0);
  seeds = number("TEARPROOF_SEEDS", seeds);
  uint64_t abandoned = 0;
  uint64_t classes = 0;
  for (uint64_t seed = base; seed < base + seeds; ++seed) {
    Random random(seed);
    const std::vector<Program> programs = RandomPrograms(random, command);
    SCOPED_TRACE(fmt::format("seed {}\n{}", seed, Print(programs)));
    SimulatedFiles files(programs, {{"k", "xy"}});
    const Count plain = Plain(files);
    const Count reduced = Reduced(files);
    ASSERT_TRUE(plain.classes == reduced.classes)
        << reduced.classes.size() << " of " << plain.classes.size();
    ASSERT_EQ(plain.outcomes, reduced.outcomes);
    ASSERT_EQ(reduced.whole, reduced.classes.size());
    abandoned += reduced.abandoned;
    classes += reduced.whole;
  }
  // What is needless stays rare.
  EXPECT_LT(abandoned * 20, classes);
}

TEST(ReductionTreeTest, RandomProgramsHaveOneExecutionOfEachClass) {
  CompareRandomPrograms(RandomCommand, 500);
}

TEST(ReductionTreeTest, RandomLockingProgramsHaveOneExecutionOfEachClass) {
  CompareRandomPrograms(RandomLockingCommand, 500);
}

TEST(ReductionTreeTest, RandomNamingProgramsHaveOneExecutionOfEachClass) {
  CompareRandomPrograms(RandomNamingCommand, 300);
}

// What conflicts with a sleeper, but not with what it has become when it is awake, may come first.
TEST(ReductionTreeTest, ASleeperThatHasChangedIsOvertaken) {
  struct Case {
    std::vector<Program> programs;
    size_t classes;
  };
  for (const Case& c :
       // A rename whose source has gone does not look at its target,
       std::vector<Case>{
           {{{Open("k", "trunc"), Rename("k", "t")},
             {End(), Unlink("k")},
             {Open("t", "creat"), Open("t", "creat")}},
            5},
           // nor stat, where nothing is, at the data; there the order that shows it
           // is met only after the race itself.
           {{{Rename("k", "t")}, {Open("k"), Stat("k"), Write("a")}, {Open("k"), Write("a")}},
            9}}) {
    SimulatedFiles files(c.programs, {{"k", "xy"}});
    const Count plain = Plain(files);
    const Count reduced = Reduced(files);
    EXPECT_EQ(reduced.classes.size(), c.classes);
    EXPECT_TRUE(plain.classes == reduced.classes);
    EXPECT_EQ(reduced.whole, c.classes);
  }
}

// The one execution with a deadlock in which the first lock is taken too early ends asleep.
TEST(ReductionTreeTest, AnAttemptThatWaitsAmongSleepersIsReversed) {
  SimulatedFiles files({{Unlink("t")},
                        {Lock(false, true, 1), Rename("k", "k"), Open("k", "", 1),
                         Lock(true, true, 1), Rename("k", "t")},
                        {Open("k"), Lock()}},
                       {{"k", "xy"}});
  const Count plain = Plain(files);
  const Count reduced = Reduced(files);
  EXPECT_EQ(reduced.classes.size(), 8);
  EXPECT_TRUE(plain.classes == reduced.classes);
  EXPECT_EQ(reduced.whole, 8);
}

TEST(ReductionTreeTest, PollingEndsAsInEveryInterleaving) {
  const Program take = {Retry(Open("l", "creat|excl"), 1000), Stat("k"), Unlink("l")};
  const Program look_first = {Stat("l"), Retry(Open("l", "creat|excl"), 1000), Unlink("k"),
                              Unlink("l")};
  const Program keep = {Open("l", "creat|excl"), Unlink("k")};
  const Program replace = {Open("l", "creat"), Rename("l", "k")};
  for (const std::vector<Program>& programs :
       std::vector<std::vector<Program>>{{take, take},
                                         {take, look_first},
                                         {look_first, look_first},
                                         {take, keep},
                                         {take, replace},
                                         {look_first, replace},
                                         {take, take, replace}}) {
    SCOPED_TRACE(Print(programs));
    SimulatedFiles files(programs, {{"k", "xy"}});
    RunnerOptions options;
    options.idle_steps = 2;
    const Count plain = Plain(files, options);
    const Count reduced = Reduced(files, options);
    EXPECT_EQ(plain.outcomes, reduced.outcomes);
    EXPECT_EQ(reduced.whole, reduced.classes.size());
  }
}

}  // namespace
}  // namespace tearproof::explore
