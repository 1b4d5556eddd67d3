#include "harness/crash/state_judge.h"

#include <gmock/gmock.h>

#include "harness/crash/files_cache_for_tests.h"

namespace tearproof::crash {
namespace {

using testing::HasSubstr;

// Two sets, one after the other; each is one call that replaces k and returns.
CrashRun TwoSets() {
  LogMaker maker;
  maker.Base("k", ValueOf(0)).Base("stays", "x");
  maker.Write("k", 0, ValueOf(1)).Write("k", 0, ValueOf(2));
  return RunOf(maker.Build(), {SetOf(0, 0, 0), SetOf(1, 1, 1), SetOf(2, 2, 2)});
}

class StateJudgeTest : public testing::Test {
 protected:
  explicit StateJudgeTest(CrashRun run = TwoSets()) : run_(std::move(run)) {
    EXPECT_TRUE(bench_.judge().Begin(run_).ok());
  }

  // A disk on which k holds `bytes`, and beside it lies `other`, if that is a name.
  static Tree Disk(const std::optional<std::string>& bytes, const std::string& other = "") {
    Tree tree;
    const auto add = [&tree](const std::string& name, const std::string& content) {
      tree.nodes[kRoot].entries[name] = tree.Add(NodeKind::kFile, 0600);
      tree.nodes.back().bytes = content;
    };
    if (bytes) add("k", *bytes);
    if (!other.empty()) add(other, "x");
    return tree;
  }

  StateJudge::Judged JudgeAt(const Tree& disk, uint32_t calls) {
    return bench_.judge().Judge(disk, DigestOf(disk), calls).value();
  }

  Judgement Of(Promise promise, const Tree& disk, uint32_t calls) {
    for (const Verdict& verdict : *JudgeAt(disk, calls).verdicts) {
      if (verdict.promise == promise) return verdict.judgement;
    }
    return Judgement::kInconclusive;
  }

  FilesCacheBench bench_;
  const CrashRun run_;
};

TEST_F(StateJudgeTest, WhatHadReturnedMustBeThereAndNothingElse) {
  const Tree first = Disk(ValueOf(1));
  // After no call nothing of the run had returned; after one the first set had; after two both.
  EXPECT_NE(Of(Promise::kDurable, Disk(ValueOf(0)), 0), Judgement::kBroken);
  EXPECT_EQ(Of(Promise::kDurable, Disk(ValueOf(0)), 1), Judgement::kBroken);
  EXPECT_EQ(Of(Promise::kDurable, first, 1), Judgement::kHeld);
  EXPECT_EQ(Of(Promise::kDurable, first, 2), Judgement::kBroken);
  EXPECT_EQ(Of(Promise::kDurable, Disk(ValueOf(2)), 2), Judgement::kHeld);
  EXPECT_EQ(Of(Promise::kDurable, Disk(std::nullopt), 1), Judgement::kBroken);
}

TEST_F(StateJudgeTest, AnOldValueIsAtomicAndNoneIsNot) {
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(ValueOf(0)), 2), Judgement::kHeld);
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(ValueOf(1)), 2), Judgement::kHeld);
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(ValueOf(2)), 2), Judgement::kHeld);
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(std::nullopt), 2), Judgement::kBroken);
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(""), 2), Judgement::kBroken);
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(std::string(64, '\0')), 2), Judgement::kBroken);
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk("fail"), 2), Judgement::kBroken);
}

// A value that nobody had begun to set cannot be on the disk.
TEST_F(StateJudgeTest, AValueOfTheFutureIsAStranger) {
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(ValueOf(2)), 1), Judgement::kBroken);
}

TEST_F(StateJudgeTest, EqualStatesAreReadOnceAndJudgedOnceForEachProgress) {
  const Tree disk = Disk(ValueOf(1));
  const StateJudge::Judged first = JudgeAt(disk, 1);
  EXPECT_TRUE(first.fresh);
  const StateJudge::Judged again = JudgeAt(disk, 1);
  EXPECT_FALSE(again.fresh);
  EXPECT_EQ(again.verdicts, first.verdicts);
  EXPECT_TRUE(JudgeAt(disk, 2).fresh);
  EXPECT_TRUE(JudgeAt(Disk(ValueOf(2)), 2).fresh);
  // What was read is kept, and what it was judged to be is not.
  ASSERT_TRUE(bench_.judge().Begin(run_).ok());
  EXPECT_TRUE(JudgeAt(disk, 1).fresh);
}

TEST_F(StateJudgeTest, OnlyWhatNoRunLeavesIsLitter) {
  // Within a set of two calls.
  LogMaker maker;
  maker.Base("k", ValueOf(0)).Base("stays", "x").Write("k", 0, ValueOf(1)).Close("k");
  const CrashRun run = RunOf(maker.Build(), {SetOf(0, 0, 0), SetOf(1, 1, 2)});
  ASSERT_TRUE(bench_.judge().Begin(run).ok());
  EXPECT_EQ(Of(Promise::kTidyAfterKill, Disk(ValueOf(0), "stays"), 1), Judgement::kHeld);
  EXPECT_EQ(Of(Promise::kTidyAfterKill, Disk(ValueOf(0), "litter"), 1), Judgement::kBroken);
  // Which clear removes.
  EXPECT_EQ(Of(Promise::kTidyAfterKill, Disk(ValueOf(0), "t"), 1), Judgement::kHeld);
}

TEST_F(StateJudgeTest, AReaderThatDiesIsAnErrorAndTheNextOneReads) {
  const Tree deadly = Disk("die");
  EXPECT_EQ(Of(Promise::kCrashAtomic, deadly, 2), Judgement::kBroken);
  const Reading& reading = bench_.judge().ReadingOf(DigestOf(deadly));
  EXPECT_THAT(reading.answers.back(), HasSubstr("the process died"));
  EXPECT_FALSE(reading.stalled);
  EXPECT_EQ(bench_.judge().unread(), 0u);
  EXPECT_EQ(Of(Promise::kCrashAtomic, Disk(ValueOf(2)), 2), Judgement::kHeld);
}

TEST_F(StateJudgeTest, TellsWhichCallsEndOperations) {
  EXPECT_TRUE(bench_.judge().ReturnsAt(0));
  EXPECT_TRUE(bench_.judge().ReturnsAt(1));
  LogMaker maker;
  maker.Base("k", "x").Write("k", 0, "y").Close("k");
  const CrashRun run = RunOf(maker.Build(), {SetOf(1, 1, 2)});
  ASSERT_TRUE(bench_.judge().Begin(run).ok());
  EXPECT_FALSE(bench_.judge().ReturnsAt(0));
  EXPECT_TRUE(bench_.judge().ReturnsAt(1));
}

TEST_F(StateJudgeTest, JudgesWhatAPowerCutCanBreakAndNothingElse) {
  EXPECT_EQ(bench_.judge().applying(), CrashPromises());
}

}  // namespace
}  // namespace tearproof::crash
