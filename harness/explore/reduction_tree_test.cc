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

const Program kNaiveWriter = {Open("k", "creat|trunc"), Write("a"), Write("b"), Close()};
const Program kReader = {Open("k"), Read(), Read(), Close()};

Program RenamingWriter(const std::string& temporary) {
  return {Open(temporary, "creat|trunc"), Write("a"), Write("b"), Close(), Rename(temporary, "k")};
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

// Small enough to go through all interleavings; most processes begin with a file in hand.
std::vector<Program> RandomPrograms(Random& random) {
  static const std::vector<std::vector<size_t>> kLengths = {
      {4, 5}, {6, 3}, {3, 3, 2}, {2, 3, 4}, {2, 2, 1, 2}};
  std::vector<Program> programs;
  for (const size_t length : kLengths[random.Below(kLengths.size())]) {
    Program program;
    while (program.size() < length) {
      const bool first = program.empty() && random.Below(4) != 0;
      program.push_back(first ? Open("k") : RandomCommand(random));
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

constexpr uint64_t kSeeds = 1000;

TEST(ReductionTreeTest, RandomProgramsHaveOneExecutionOfEachClass) {
  // Others than the usual ones: TEARPROOF_SEED=n.
  const char* const from = getenv("TEARPROOF_SEED");
  const uint64_t base = from != nullptr ? strtoull(from, nullptr, 10) : 0;
  uint64_t abandoned = 0;
  uint64_t classes = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    Random random(seed + base);
    const std::vector<Program> programs = RandomPrograms(random);
    SCOPED_TRACE(fmt::format("seed {}\n{}", seed, Print(programs)));
    SimulatedFiles files(programs, {{"k", "xy"}});
    const Count plain = Plain(files);
    const Count reduced = Reduced(files);
    ASSERT_TRUE(plain.classes == reduced.classes);
    ASSERT_EQ(plain.outcomes, reduced.outcomes);
    ASSERT_EQ(reduced.whole, reduced.classes.size());
    abandoned += reduced.abandoned;
    classes += reduced.whole;
  }
  // What is needless stays rare.
  EXPECT_LT(abandoned * 20, classes);
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
