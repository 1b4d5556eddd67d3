#include "harness/crash/crash_engine.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "harness/crash/files_cache_for_tests.h"

namespace tearproof::crash {
namespace {

using testing::ElementsAre;
using testing::Not;

// A set that writes beside and renames over; synced as in persistence_test.cc.
CrashRun Replacement(const std::string& synced) {
  LogMaker maker;
  maker.Base("k", ValueOf(0)).Create("t").Write("t", 0, ValueOf(1));
  if (synced.find('f') != std::string::npos) maker.Sync("t");
  maker.Close("t").Rename("t", "k");
  if (synced.find('d') != std::string::npos) maker.SyncDirectory();
  const WriteLog log = maker.Build();
  const auto end = static_cast<int64_t>(log.calls.size());
  return RunOf(log, {SetOf(0, 0, 0), SetOf(1, 1, end)});
}

ModelResult CrashIn(const CrashRun& run, std::string_view model, const CrashBudget& budget = {}) {
  FilesCacheBench bench;
  ModelResult result;
  result.model = &ModelNamed(model);
  EXPECT_TRUE(bench.judge().Begin(run).ok());
  EXPECT_TRUE(CrashEverywhere(run, bench.judge(), budget, &result).ok());
  return result;
}

Judgement Of(const ModelResult& result, Promise promise) {
  return result.verdicts.at(promise).judgement;
}

TEST(CrashEngineTest, WithoutASyncBothPromisesBreakAndTheSmallestStateIsKept) {
  const CrashRun run = Replacement("");
  const ModelResult result = CrashIn(run, "ext4-ordered");
  EXPECT_EQ(Of(result, Promise::kCrashAtomic), Judgement::kBroken);
  EXPECT_EQ(Of(result, Promise::kDurable), Judgement::kBroken);
  EXPECT_TRUE(result.exhausted);
  EXPECT_EQ(result.breaks.at(Promise::kCrashAtomic).state.picks.size(), 1u);
  // All is done, and the journal was not written to its end.
  const CrashBreak& durable = result.breaks.at(Promise::kDurable);
  EXPECT_EQ(durable.state.calls, 4u);
  EXPECT_EQ(durable.state.picks.size(), 1u);
  const Persistence persistence(run.log, *result.model);
  EXPECT_THAT(Print(StateAt(persistence, durable.state).value().tree),
              testing::StartsWith("k=" + ValueOf(0)));
}

TEST(CrashEngineTest, WithAllSyncedBothHoldInEveryStateOfEveryModel) {
  for (const PersistenceModel& model : AllModels()) {
    const ModelResult result = CrashIn(Replacement("fd"), model.name);
    EXPECT_EQ(Of(result, Promise::kCrashAtomic), Judgement::kHeld) << model.name;
    EXPECT_EQ(Of(result, Promise::kDurable), Judgement::kHeld) << model.name;
    EXPECT_TRUE(result.exhausted) << model.name;
  }
}

TEST(CrashEngineTest, TheFileAloneSyncedIsAtomicAndNotDurable) {
  const ModelResult result = CrashIn(Replacement("f"), "xfs");
  EXPECT_EQ(Of(result, Promise::kCrashAtomic), Judgement::kHeld);
  EXPECT_EQ(Of(result, Promise::kDurable), Judgement::kBroken);
}

// Moments are before the first call, and after each that changed or forced something or ended an
// operation: not after the close.
TEST(CrashEngineTest, CountsMomentsAndStates) {
  const ModelResult result = CrashIn(Replacement("fd"), "xfs");
  EXPECT_EQ(result.points, 6u);
  // No t; an empty t, and t with its bytes; k replaced.
  EXPECT_EQ(result.states.size(), 4u);
  EXPECT_GT(result.candidates, result.judged);
  // Before the set began, after it began, and after it had returned, the bytes may be the same.
  EXPECT_GT(result.judged, result.states.size());
}

TEST(CrashEngineTest, WhereAnOperationReturnsIsAMomentThoughNothingChanged) {
  LogMaker maker;
  maker.Base("k", ValueOf(0)).Write("k", 0, ValueOf(1)).Sync("k").Close("k");
  const ModelResult result = CrashIn(RunOf(maker.Build(), {SetOf(0, 0, 0), SetOf(1, 1, 3)}), "xfs");
  EXPECT_EQ(result.points, 4u);
  EXPECT_EQ(Of(result, Promise::kDurable), Judgement::kHeld);
}

TEST(CrashEngineTest, TheBoundOfSeveralRunsIsThatOfTheLeastSearchedOne) {
  const CrashRun run = Replacement("");
  FilesCacheBench bench;
  ModelResult result;
  result.model = &ModelNamed("ext4-ordered");
  ASSERT_TRUE(bench.judge().Begin(run).ok());
  CrashBudget small;
  small.candidates = 8;
  ASSERT_TRUE(CrashEverywhere(run, bench.judge(), small, &result).ok());
  ASSERT_TRUE(CrashEverywhere(run, bench.judge(), {}, &result).ok());
  EXPECT_EQ(result.losses, 1u);
  EXPECT_FALSE(result.exhausted);
  EXPECT_EQ(result.runs, 2u);
}

TEST(CrashEngineTest, ABudgetOfStatesEndsItAndSaysWhere) {
  CrashBudget budget;
  budget.states = 3;
  const ModelResult result = CrashIn(Replacement(""), "ext4-ordered", budget);
  EXPECT_FALSE(result.exhausted);
  EXPECT_EQ(result.states.size(), 3u);
  EXPECT_EQ(result.losses, 0u);
  budget.states = 1000;
  budget.candidates = 8;
  const ModelResult drawn = CrashIn(Replacement(""), "ext4-ordered", budget);
  EXPECT_FALSE(drawn.exhausted);
  EXPECT_EQ(drawn.candidates, 8u);
  EXPECT_EQ(drawn.losses, 1u);
}

TEST(CrashEngineTest, StopsWhenItIsToldTo) {
  const std::atomic<bool> stop = true;
  CrashBudget budget;
  budget.stop = &stop;
  const ModelResult result = CrashIn(Replacement(""), "xfs", budget);
  EXPECT_EQ(result.candidates, 0u);
  EXPECT_FALSE(result.exhausted);
}

TEST(CrashEngineTest, EveryStateThatIsDrawnIsShownAgainByItsPicks) {
  const CrashRun run = Replacement("");
  for (const char* model : {"posix-minimal", "ext4-writeback", "btrfs"}) {
    const ModelResult result = CrashIn(run, model);
    const Persistence persistence(run.log, *result.model);
    FilesCacheBench bench;
    ASSERT_TRUE(bench.judge().Begin(run).ok());
    for (const auto& each : result.breaks) {
      const CrashBreak& broken = each.second;
      const auto shown = StateAt(persistence, broken.state);
      ASSERT_TRUE(shown.ok());
      const auto judged =
          bench.judge().Judge(shown.value().tree, DigestOf(shown.value().tree), broken.state.calls);
      ASSERT_TRUE(judged.ok());
      const auto& verdicts = *judged.value().verdicts;
      EXPECT_TRUE(std::any_of(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
        return verdict.promise == broken.promise && verdict.judgement == Judgement::kBroken;
      })) << model;
    }
  }
}

TEST(CrashEngineTest, PicksThatLeadNowhereAreAUsageError) {
  const CrashRun run = Replacement("");
  const Persistence persistence(run.log, ModelNamed("xfs"));
  EXPECT_FALSE(StateAt(persistence, {4, {1000}}).ok());
  EXPECT_FALSE(StateAt(persistence, {4, std::vector<uint64_t>(50, 0)}).ok());
  EXPECT_TRUE(StateAt(persistence, {4, {0}}).ok());
}

TEST(CrashEngineTest, AllStatesOfAMomentAreThoseThatAreDrawnThere) {
  const CrashRun run = Replacement("f");
  const Persistence persistence(run.log, ModelNamed("ext4-ordered"));
  // Old with t, or new: after the sync and the rename.
  EXPECT_EQ(AllStatesAt(persistence, 5, 1000).size(), 2u);
  EXPECT_EQ(AllStatesAt(persistence, 5, 1).size(), 1u);
  EXPECT_EQ(AllStatesAt(persistence, 0, 1000).size(), 1u);
}

TEST(CrashEngineTest, BreaksLooksNoFurtherThanItIsAsked) {
  const CrashRun run = Replacement("f");
  FilesCacheBench bench;
  ASSERT_TRUE(bench.judge().Begin(run).ok());
  const PersistenceModel& model = ModelNamed("xfs");
  EXPECT_FALSE(Breaks(run, model, bench.judge(), Promise::kDurable, 0, {}).value());
  EXPECT_TRUE(Breaks(run, model, bench.judge(), Promise::kDurable, 1, {}).value());
  EXPECT_FALSE(Breaks(run, model, bench.judge(), Promise::kCrashAtomic, 3, {}).value());
}

}  // namespace
}  // namespace tearproof::crash
