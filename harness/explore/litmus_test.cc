// Litmus tests on the kernel: real processes make bare system calls, and what is explored is
// counted. The numbers were found independently: of interleavings by formula, of classes by hand or
// by comparing all interleavings (explorer_test has the same programs on simulated files).
#include <gtest/gtest.h>

#include "harness/explore/explorer.h"
#include "harness/explore/traced_programs_for_tests.h"

namespace tearproof::explore {
namespace {

const Program kNaive = {Open("k", "creat|trunc"), Write("a"), Write("b"), Close()};
const Program kReads = {Open("k"), Read(), Read(), Close()};
const std::map<std::string, std::string> kExisting = {{"k", "xy"}};

Program Renaming(const std::string& temporary) {
  return {Open(temporary, "creat|trunc"), Write("a"), Write("b"), Close(), Rename(temporary, "k")};
}

Exploration ExploreKernel(const std::vector<Program>& programs, Strategy strategy) {
  const SubjectFactory factory = [&](uint32_t) {
    return Result<std::unique_ptr<Subject>>(std::make_unique<TracedPrograms>(programs, kExisting));
  };
  ExploreOptions options;
  options.strategy = strategy;
  const Result<Exploration> result = Explore(
      factory, [](Subject&, const Execution&) { return Result<std::string>(""); }, options);
  TEARPROOF_CHECK(result.ok(), result.ok() ? "" : result.error().Message());
  return result.value();
}

void ExpectCounts(const Exploration& exploration, const std::string& interleavings,
                  uint64_t classes) {
  EXPECT_TRUE(exploration.exhausted());
  EXPECT_EQ(exploration.classes, classes);
  EXPECT_EQ(exploration.interleavings.Print(), interleavings);
  EXPECT_TRUE(exploration.AddsUp());
  // The optimum: no class twice. Those that led to nothing new are told apart.
  EXPECT_EQ(exploration.repeated, 0);
  EXPECT_EQ(exploration.executions, classes + exploration.abandoned);
}

TEST(LitmusTest, NaiveWriterAndReader) {
  ExpectCounts(ExploreKernel({kNaive, kReads}, Strategy::kReduced), "70", 10);
}

TEST(LitmusTest, RenamingWriterAndReader) {
  ExpectCounts(ExploreKernel({Renaming("t"), kReads}, Strategy::kReduced), "126", 2);
}

TEST(LitmusTest, TwoNaiveWritersAndReader) {
  ExpectCounts(ExploreKernel({kNaive, kNaive, kReads}, Strategy::kReduced), "34,650", 560);
}

TEST(LitmusTest, TwoRenamingWritersAndReader) {
  ExpectCounts(ExploreKernel({Renaming("t"), Renaming("u"), kReads}, Strategy::kReduced), "252,252",
               6);
}

// The second rename finds no file, and its process goes on.
TEST(LitmusTest, OneTemporaryNameForTwoWritersAndReader) {
  ExpectCounts(ExploreKernel({Renaming("t"), Renaming("t"), kReads}, Strategy::kReduced), "252,252",
               150);
}

TEST(LitmusTest, LockedWriterAndReader) {
  const Exploration exploration =
      ExploreKernel({{Open("k"), Lock(), Write("a"), Write("b"), Close()},
                     {Open("k"), Lock(true), Read(), Read(), Close()}},
                    Strategy::kReduced);
  EXPECT_TRUE(exploration.exhausted());
  EXPECT_TRUE(exploration.waited);
  EXPECT_EQ(exploration.classes, 2);
  EXPECT_EQ(exploration.repeated, 0);
  EXPECT_EQ(exploration.interleavings.Print(), "12");
}

// Every interleaving is made, and none belongs to a class that the reduction does not know.
TEST(LitmusTest, AllInterleavingsAreTheSameClasses) {
  const Exploration naive = ExploreKernel({kNaive, kReads}, Strategy::kDepthFirst);
  EXPECT_EQ(naive.executions, 70);
  EXPECT_EQ(naive.classes, 10);
  const Exploration renaming = ExploreKernel({Renaming("t"), kReads}, Strategy::kDepthFirst);
  EXPECT_EQ(renaming.executions, 126);
  EXPECT_EQ(renaming.classes, 2);
}

}  // namespace
}  // namespace tearproof::explore
