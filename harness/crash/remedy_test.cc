#include "harness/crash/remedy.h"

#include <gmock/gmock.h>

#include "harness/crash/files_cache_for_tests.h"

namespace tearproof::crash {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CrashRun Unsynced() {
  LogMaker maker;
  maker.Base("k", ValueOf(0)).Create("t").Write("t", 0, ValueOf(1)).Close("t").Rename("t", "k");
  return RunOf(maker.Build(), {SetOf(0, 0, 0), SetOf(1, 1, 4)});
}

std::vector<std::string> RemedyOf(const CrashRun& run, const char* model, Promise promise,
                                  const CrashBudget& budget = {}) {
  FilesCacheBench bench;
  const auto remedy = FindRemedy(run, ModelNamed(model), bench.judge(), promise, 2, budget);
  EXPECT_TRUE(remedy.ok());
  std::vector<std::string> words;
  if (!remedy.value()) return {"none"};
  for (const AddedSync& added : *remedy.value()) words.push_back(Describe(added, run));
  return words;
}

TEST(RemedyTest, TheFewestSyncsThatKeepThePromise) {
  for (const char* model : {"posix-minimal", "ext4-ordered", "ext4-writeback", "xfs", "btrfs"}) {
    EXPECT_THAT(RemedyOf(Unsynced(), model, Promise::kCrashAtomic),
                ElementsAre("fsync of t after write(t)"))
        << model;
    EXPECT_THAT(
        RemedyOf(Unsynced(), model, Promise::kDurable),
        ElementsAre("fsync of t after write(t)", "fsync of the directory . after rename(t)"))
        << model;
  }
}

TEST(RemedyTest, InPlaceNothingHelps) {
  LogMaker maker;
  maker.Base("k", ValueOf(0)).Truncate("k").Write("k", 0, ValueOf(1)).Close("k");
  const CrashRun run = RunOf(maker.Build(), {SetOf(0, 0, 0), SetOf(1, 1, 3)});
  EXPECT_THAT(RemedyOf(run, "xfs", Promise::kCrashAtomic), ElementsAre("none"));
  EXPECT_THAT(RemedyOf(run, "xfs", Promise::kDurable), ElementsAre("fsync of k after write(k)"));
}

TEST(RemedyTest, AnyTwoKindsAreTriedTogether) {
  LogMaker maker;
  maker.Create("k").Write("k", 0, ValueOf(0)).Close("k");
  const CrashRun run = RunOf(maker.Build(), {SetOf(0, 1, 3)});
  EXPECT_THAT(RemedyOf(run, "posix-minimal", Promise::kDurable),
              ElementsAre("fsync of k after write(k)", "fsync of the directory . after open(k)"));
}

TEST(RemedyTest, WhoIsToldToStopFindsNone) {
  const std::atomic<bool> stop = true;
  CrashBudget budget;
  budget.stop = &stop;
  EXPECT_THAT(RemedyOf(Unsynced(), "xfs", Promise::kDurable, budget), ElementsAre("none"));
}

// The set is acknowledged once the sync behind its last call has returned, not before.
TEST(RemedyTest, AnOperationEndsWithTheSyncBehindItsLastCall) {
  const CrashRun synced = WithSyncs(Unsynced(), {"rename", SyncedThing::kDirectory});
  ASSERT_EQ(synced.log.calls.size(), 5u);
  EXPECT_EQ(synced.log.calls[4].name, "fsync");
  EXPECT_EQ(synced.log.calls[4].label, "fsync(\".\")");
  EXPECT_EQ(synced.parts.ops[1].ret, synced.log.calls[4].step);
  EXPECT_GT(synced.log.calls[4].step, synced.log.calls[3].step);
  EXPECT_GE(synced.parts.ops[1].invoke, synced.synced);
  EXPECT_LE(synced.parts.ops[0].ret, synced.synced);
}

TEST(RemedyTest, ASyncInTheMiddleMovesWhatComesAfter) {
  const CrashRun synced = WithSyncs(Unsynced(), {"write", SyncedThing::kFile});
  std::vector<std::string> names;
  for (const LogCall& call : synced.log.calls) names.push_back(call.name);
  EXPECT_THAT(names, ElementsAre("open", "write", "fsync", "close", "rename"));
  ASSERT_EQ(synced.log.syncs.size(), 2u);
  EXPECT_EQ(synced.log.syncs[0].call, 2u);
  EXPECT_EQ(synced.log.syncs[0].kind, SyncKind::kFile);
  EXPECT_EQ(synced.log.syncs[1].call, 3u);
  EXPECT_EQ(synced.log.effects.back().call, 4u);
  // The write is before the sync still.
  EXPECT_EQ(synced.log.effects[1].kind, EffectKind::kGrowth);
  EXPECT_EQ(synced.log.effects[1].call, 1u);
  EXPECT_EQ(synced.log.effects[2].call, 1u);
  EXPECT_EQ(synced.parts.ops[1].ret, synced.log.calls[4].step);
}

TEST(RemedyTest, EachCallOfTheKindIsFollowedByOne) {
  LogMaker maker;
  maker.Create("a").Write("a", 0, "1").Write("a", 1, "2").Rename("a", "b");
  const CrashRun run = RunOf(maker.Build(), {SetOf(0, 1, 4)});
  const CrashRun synced = WithSyncs(run, {"write", SyncedThing::kFile});
  std::vector<std::string> names;
  for (const LogCall& call : synced.log.calls) names.push_back(call.name);
  EXPECT_THAT(names, ElementsAre("open", "write", "fsync", "write", "fsync", "rename"));
  for (size_t i = 1; i < synced.log.calls.size(); ++i) {
    EXPECT_GT(synced.log.calls[i].step, synced.log.calls[i - 1].step);
  }
  EXPECT_THAT(WithSyncs(run, {"chmod", SyncedThing::kFile}).log.calls, testing::SizeIs(4));
}

}  // namespace
}  // namespace tearproof::crash
