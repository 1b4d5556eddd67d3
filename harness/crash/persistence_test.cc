#include "harness/crash/persistence.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "harness/crash/log_for_tests.h"

namespace tearproof::crash {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

std::string Sectors(const std::string& letters) {
  std::string bytes;
  for (const char letter : letters) bytes += std::string(512, letter);
  return bytes;
}

// Writes beside, renames over; `synced` is a word for each fsync: 'f' before, 'd' the directory.
WriteLog Replace(const std::string& synced, bool close = true) {
  LogMaker maker;
  maker.Base("k", "old").Create("t").Write("t", 0, "new");
  if (synced.find('f') != std::string::npos) maker.Sync("t");
  if (close) maker.Close("t");
  maker.Rename("t", "k");
  if (synced.find('d') != std::string::npos) maker.SyncDirectory();
  return maker.Build();
}

TEST(PersistenceTest, ARenameWithoutASyncMayLeaveNothingBehindTheName) {
  for (const char* model : {"posix-minimal", "ext4-ordered", "ext4-writeback", "xfs", "btrfs"}) {
    EXPECT_THAT(StatesAtEnd(Replace(""), model), IsSupersetOf({"k=old", "k=", "k=new"})) << model;
  }
}

TEST(PersistenceTest, LengthWithoutBytesOnlyWhereNothingOrdersThem) {
  for (const char* model : {"posix-minimal", "ext4-ordered", "ext4-writeback"}) {
    EXPECT_THAT(StatesAtEnd(Replace(""), model), Contains("k=000")) << model;
  }
  for (const char* model : {"xfs", "btrfs"}) {
    EXPECT_THAT(StatesAtEnd(Replace(""), model), Not(Contains("k=000"))) << model;
  }
}

TEST(PersistenceTest, AutoDaAllocWritesTheLengthBeforeTheNameThatReplaces) {
  EXPECT_THAT(
      StatesAtEnd(Replace(""), "ext4-ordered-auto"),
      UnorderedElementsAre("k=old", "k=new", "k=000", "k=old t=", "k=old t=000", "k=old t=new"));
}

TEST(PersistenceTest, AutoDaAllocDoesNothingForANameThatIsNew) {
  LogMaker maker;
  maker.Create("t").Write("t", 0, "new").Rename("t", "k");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "ext4-ordered-auto"), Contains("k="));
}

TEST(PersistenceTest, ASyncBeforeTheRenameLeavesTheOldValueOrTheNewOne) {
  for (const PersistenceModel& model : AllModels()) {
    for (const std::string& state : StatesAtEnd(Replace("f"), model.name)) {
      const bool old_or_new = state.starts_with("k=old") || state.starts_with("k=new");
      EXPECT_TRUE(old_or_new) << model.name << ": " << state;
    }
  }
}

TEST(PersistenceTest, WithTheDirectorySyncedOnlyTheNewValueIsLeft) {
  for (const PersistenceModel& model : AllModels()) {
    EXPECT_THAT(StatesAtEnd(Replace("fd"), model.name), ElementsAre("k=new")) << model.name;
  }
}

// A journal brings the bytes only where something asks for them.
TEST(PersistenceTest, SyncingTheDirectoryAloneSaysNothingOfTheBytes) {
  for (const char* model : {"posix-minimal", "ext4-ordered", "xfs", "btrfs"}) {
    EXPECT_THAT(StatesAtEnd(Replace("d"), model), IsSupersetOf({"k=", "k=new"})) << model;
  }
}

TEST(PersistenceTest, PosixMayHaveHalfARename) {
  EXPECT_THAT(StatesAtEnd(Replace("f"), "posix-minimal"),
              IsSupersetOf({"k=old t=new", "k=new t=new", "k=old"}));
  EXPECT_THAT(StatesAtEnd(Replace("f"), "ext4-ordered"),
              UnorderedElementsAre("k=old t=new", "k=new"));
}

TEST(PersistenceTest, AJournalKeepsTheOrderOfNames) {
  LogMaker maker;
  maker.Create("a").Create("b");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "xfs"), UnorderedElementsAre("", "a=", "a= b="));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"),
              UnorderedElementsAre("", "a=", "b=", "a= b="));
}

// ext4 and XFS write their journal in one piece, btrfs logs the one file.
TEST(PersistenceTest, WhatASyncOfAnotherFileBringsAlong) {
  LogMaker maker;
  maker.Create("a").Create("b").Write("b", 0, "x").Sync("b");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "ext4-ordered"), ElementsAre("a= b=x"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "xfs"), ElementsAre("a= b=x"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "btrfs"), UnorderedElementsAre("b=x", "a= b=x"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"),
              UnorderedElementsAre("", "a=", "b=x", "a= b=x"));
}

// Names that go from one new directory to another once made the walk upwards go round.
TEST(PersistenceTest, BtrfsBringsTheDirectoriesAboveAlong) {
  LogMaker maker;
  maker.Directory("d").Create("t").Write("t", 0, "x").Rename("t", "d/k").Sync("d/k");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "btrfs"), ElementsAre("d="));
  LogMaker before;
  before.Directory("d").Create("t").Rename("t", "d/k");
  EXPECT_THAT(StatesAtEnd(before.Build(), "btrfs"), UnorderedElementsAre("", "d=", "d= t="));
}

TEST(PersistenceTest, WhatComesAfterASyncIsNotForced) {
  LogMaker maker;
  maker.Base("k", "old").Create("t").Write("t", 0, "ne").Sync("t").Write("t", 2, "w");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "xfs"), UnorderedElementsAre("k=old t=ne", "k=old t=new"));
}

// A rename that waits for a length holds up all names after it.
TEST(PersistenceTest, WhatAJournalHoldsUpIsHeldUpWithAllBehindIt) {
  LogMaker maker;
  maker.Base("k", "old").Create("t").Write("t", 0, "new").Rename("t", "k").Create("z");
  for (const std::string& state : StatesAtEnd(maker.Build(), "ext4-ordered-auto")) {
    EXPECT_TRUE(state.find("k=old") == std::string::npos || state.find("z=") == std::string::npos)
        << state;
  }
}

// The length is written to the end of the journal when it is asked for, and all before comes along.
TEST(PersistenceTest, ASyncOfAFileThatGrewBringsLaterNames) {
  LogMaker grown;
  grown.Create("b").Write("b", 0, "x").Create("a").Sync("b");
  EXPECT_THAT(StatesAtEnd(grown.Build(), "ext4-ordered"), ElementsAre("a= b=x"));
  LogMaker overwritten;
  overwritten.Base("b", "-").Write("b", 0, "x").Create("a").Sync("b");
  EXPECT_THAT(StatesAtEnd(overwritten.Build(), "ext4-ordered"),
              UnorderedElementsAre("b=x", "a= b=x"));
}

TEST(PersistenceTest, AFileThatIsCutMayBeEmpty) {
  LogMaker maker;
  maker.Base("k", "old").Truncate("k").Write("k", 0, "new").Close("k");
  for (const char* model : {"posix-minimal", "ext4-ordered", "ext4-ordered-auto", "xfs", "btrfs"}) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model), IsSupersetOf({"k=old", "k=", "k=new"})) << model;
  }
}

TEST(PersistenceTest, BytesInPlaceTearAtSectorsAndOfBtrfsNotWithinAPage) {
  LogMaker maker;
  maker.Base("k", Sectors("aaaaaaaa")).Write("k", 0, Sectors("bbbbbbbb"));
  EXPECT_EQ(StatesAtEnd(maker.Build(), "ext4-ordered").size(), 256u);
  EXPECT_THAT(StatesAtEnd(maker.Build(), "btrfs"),
              UnorderedElementsAre("k=aaaaaaaa", "k=bbbbbbbb"));
}

TEST(PersistenceTest, NewBlocksAreThereWholeOrReadAsZero) {
  LogMaker maker;
  maker.Create("k").SyncDirectory().Write("k", 0, Sectors("abcdefghijklmnop"));
  EXPECT_THAT(
      StatesAtEnd(maker.Build(), "ext4-ordered"),
      UnorderedElementsAre("k=", "k=abcdefgh", "k=00000000", "k=abcdefgh00000000",
                           "k=00000000ijklmnop", "k=0000000000000000", "k=abcdefghijklmnop"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "xfs"),
              UnorderedElementsAre("k=", "k=abcdefgh", "k=00000000ijklmnop", "k=abcdefghijklmnop"));
}

TEST(PersistenceTest, OnlyWritebackShowsHalfABlockThatIsNew) {
  LogMaker maker;
  maker.Create("k").SyncDirectory().Write("k", 0, Sectors("ab"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "ext4-writeback"), Contains("k=0b"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "ext4-ordered"), Not(Contains("k=0b")));
}

TEST(PersistenceTest, AnOlderWriteIsNeverMissingUnderANewerOneOfTheSameSector) {
  LogMaker maker;
  maker.Base("k", "....").Write("k", 0, "aa").Write("k", 2, "bb");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"),
              UnorderedElementsAre("k=....", "k=aa..", "k=aabb"));
}

TEST(PersistenceTest, AnUnlinkMayComeLate) {
  LogMaker maker;
  maker.Base("j", "x").Base("k", "old").Write("k", 0, "new").Sync("k").Unlink("j");
  for (const PersistenceModel& model : AllModels()) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model.name), UnorderedElementsAre("j=x k=new", "k=new"))
        << model.name;
  }
  maker.SyncDirectory();
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"), ElementsAre("k=new"));
}

// Else the blocks that the cut had freed would have been given out before it.
TEST(PersistenceTest, BytesInFreedBlocksNeedTheCut) {
  LogMaker maker;
  maker.Base("k", "oldold").Truncate("k").Write("k", 0, "new");
  for (const char* model : {"ext4-ordered", "ext4-writeback", "xfs", "btrfs"}) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model), Not(Contains("k=newold"))) << model;
  }
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"), Contains("k=newold"));
}

// The rename brings the length that auto_da_alloc makes it wait for.
TEST(PersistenceTest, WhatIsForcedBringsWhatItNeeds) {
  EXPECT_THAT(StatesAtEnd(Replace("d"), "ext4-ordered-auto"),
              UnorderedElementsAre("k=000", "k=new"));
}

TEST(PersistenceTest, ASyncForcesOnceItHasReturned) {
  LogMaker maker;
  maker.Base("k", "old").Write("k", 0, "new").Sync("k");
  for (const PersistenceModel& model : AllModels()) {
    EXPECT_THAT(StatesAfter(maker.Build(), model.name, 1), UnorderedElementsAre("k=old", "k=new"));
    EXPECT_THAT(StatesAfter(maker.Build(), model.name, 2), ElementsAre("k=new"));
  }
}

// The block is there; what is written behind its bytes goes where they are.
TEST(PersistenceTest, TheRestOfABlockTearsLikeItsBeginning) {
  LogMaker maker;
  maker.Base("k", Sectors("a")).Write("k", 512, Sectors("bc"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "ext4-ordered"), Contains("k=a0c"));
}

TEST(PersistenceTest, OnlyACutToNothingIsTakenForAReplacement) {
  LogMaker shortened;
  shortened.Base("k", "oldold").Truncate("k", 3).Write("k", 3, "er").Close("k").Create("z");
  EXPECT_THAT(StatesAtEnd(shortened.Build(), "ext4-ordered-auto"), Contains("k=old z="));
  LogMaker emptied;
  emptied.Base("k", "oldold").Truncate("k").Write("k", 0, "er").Close("k").Create("z");
  EXPECT_THAT(StatesAtEnd(emptied.Build(), "ext4-ordered-auto"), Not(Contains("k= z=")));
}

// Whatever was written to files between.
TEST(PersistenceTest, AJournalDoesNotGoOnBehindWhatItWaitsFor) {
  LogMaker maker;
  maker.Base("k", "old").Base("o", "x").Create("t").Write("t", 0, "new").Rename("t", "k");
  maker.Write("o", 0, "y").Create("z");
  for (const std::string& state : StatesAtEnd(maker.Build(), "ext4-ordered-auto")) {
    EXPECT_TRUE(state.find("k=old") == std::string::npos || state.find("z=") == std::string::npos)
        << state;
  }
}

TEST(PersistenceTest, SyncingEverythingLeavesOneState) {
  LogMaker maker;
  maker.Create("a").Write("a", 0, "x").Create("b").SyncAll();
  for (const PersistenceModel& model : AllModels()) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model.name), ElementsAre("a=x b=")) << model.name;
  }
}

// POSIX lets sync return before anything is written, Linux waits.
TEST(PersistenceTest, SyncForcesAllButWherePosixAloneIsCountedOn) {
  LogMaker maker;
  maker.Create("a").Write("a", 0, "x").SyncSystem();
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"), IsSupersetOf({"", "a=", "a=0", "a=x"}));
  for (const char* model :
       {"ext4-ordered", "ext4-ordered-auto", "ext4-writeback", "xfs", "btrfs"}) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model), ElementsAre("a=x")) << model;
  }
}

// A file that nobody may read is given its mode at the end, and may lack it after a crash.
TEST(PersistenceTest, AModeMayBeMissingAndComesInTheOrderOfNames) {
  LogMaker maker;
  maker.Base("k", "old").Mode("k", 0).Create("z");
  for (const char* model : {"ext4-ordered", "xfs", "btrfs"}) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model),
                UnorderedElementsAre("k=old", "k(0)=old", "k(0)=old z="))
        << model;
  }
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"), Contains("k=old z="));
}

TEST(PersistenceTest, FsyncForcesAModeAndFdatasyncDoesNot) {
  LogMaker synced;
  synced.Base("k", "old").Mode("k", 0444).Sync("k");
  LogMaker data;
  data.Base("k", "old").Mode("k", 0444).SyncData("k");
  for (const PersistenceModel& model : AllModels()) {
    EXPECT_THAT(StatesAtEnd(synced.Build(), model.name), ElementsAre("k(444)=old")) << model.name;
    EXPECT_THAT(StatesAtEnd(data.Build(), model.name), UnorderedElementsAre("k=old", "k(444)=old"))
        << model.name;
  }
}

// fdatasync of what grew writes the journal to its end, and what lies there comes along.
TEST(PersistenceTest, FdatasyncBringsAModeAlongWithALengthAfterIt) {
  LogMaker maker;
  maker.Base("k", "old").Mode("k", 0444).Truncate("k").SyncData("k");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "ext4-ordered"), ElementsAre("k(444)="));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"), UnorderedElementsAre("k=", "k(444)="));
}

TEST(PersistenceTest, OfADirectoryFdatasyncIsFsync) {
  LogMaker maker;
  maker.Create("a").SyncDataOfDirectory();
  for (const PersistenceModel& model : AllModels()) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model.name), ElementsAre("a=")) << model.name;
  }
  LogMaker after_another;
  after_another.Directory("d").Mode("d", 0500).Create("a").SyncDataOfDirectory();
  EXPECT_THAT(StatesAtEnd(after_another.Build(), "ext4-ordered"), ElementsAre("a= d(500)="));
}

TEST(PersistenceTest, TimesAndAttributesThatACallSetMayBeMissing) {
  LogMaker maker;
  maker.Base("k", "old").Attribute("k", "mtime", "5").Attribute("k", "user.ttl", "60");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "xfs"),
              UnorderedElementsAre("k=old", "k[mtime=5]=old", "k[mtime=5][user.ttl=60]=old"));
  EXPECT_THAT(StatesAtEnd(maker.Build(), "posix-minimal"), Contains("k[user.ttl=60]=old"));
  maker.Attribute("k", "user.ttl", std::nullopt).Sync("k");
  EXPECT_THAT(StatesAtEnd(maker.Build(), "btrfs"), ElementsAre("k[mtime=5]=old"));
}

TEST(PersistenceTest, AWriteEndsTheTimeThatWasSet) {
  LogMaker maker;
  maker.Base("k", "old").Attribute("k", "mtime", "5").Write("k", 0, "new").Sync("k");
  for (const PersistenceModel& model : AllModels()) {
    EXPECT_THAT(StatesAtEnd(maker.Build(), model.name), ElementsAre("k=new")) << model.name;
  }
}

TEST(PersistenceTest, ATimeThatWasSetBeforeTheLogBeginsIsOnTheDisk) {
  LogMaker maker;
  maker.Base("a", "x").Base("b", "x").Base("c", "x");
  maker.Attribute("a", "mtime", "5").Attribute("b", "mtime", "6").Write("b", 0, "x");
  maker.Attribute("c", "mtime", "7").Attribute("c", "mtime", std::nullopt);
  maker.Attribute("a", "user.ttl", "1").Before();
  EXPECT_THAT(StatesAtEnd(maker.Build(), "xfs"), ElementsAre("a[mtime=5]=x b=x c=x"));
  EXPECT_EQ(Print(WithoutTimes(maker.Build()).base), "a=x b=x c=x");
}

TEST(PersistenceTest, EachSetOfLossesIsDrawnOnce) {
  LogMaker maker;
  maker.Base("k", Sectors("aaaa")).Write("k", 0, Sectors("bbbb"));
  const WriteLog log = maker.Build();
  const Persistence persistence(log, ModelNamed("posix-minimal"));
  const CrashPoint point = persistence.PointAfter(1);
  std::multiset<std::vector<bool>> drawn;
  for (size_t losses = 0; losses < 4; ++losses) {
    ExhaustiveChoices choices;
    do {
      const auto some = DrawLosses(point, losses, choices);
      if (some) drawn.insert(persistence.Missing(point, *some));
    } while (choices.Advance());
  }
  EXPECT_EQ(drawn.size(), 16u);
  EXPECT_EQ(std::set(drawn.begin(), drawn.end()).size(), 16u);
}

TEST(PersistenceTest, WhatHasTheSameKeyIsTheSameState) {
  LogMaker maker;
  maker.Base("k", "old").Create("t").Write("t", 0, "new").Mode("t", 0644).Rename("t", "k");
  const WriteLog log = maker.Build();
  for (const PersistenceModel& model : AllModels()) {
    const Persistence persistence(log, model);
    std::map<Digest, std::string> states;
    uint64_t drawn_again = 0;
    for (uint32_t calls = 0; calls <= log.calls.size(); ++calls) {
      const CrashPoint point = persistence.PointAfter(calls);
      for (size_t losses = 0; losses < 3; ++losses) {
        ExhaustiveChoices choices;
        do {
          const auto some = DrawLosses(point, losses, choices);
          if (!some) continue;
          const std::vector<bool> missing = persistence.Missing(point, *some);
          const std::string state = Print(persistence.StateOf(point, missing));
          const auto [known, fresh] = states.try_emplace(persistence.KeyOf(point, missing), state);
          EXPECT_EQ(known->second, state) << model.name;
          drawn_again += fresh ? 0 : 1;
        } while (choices.Advance());
      }
    }
    EXPECT_GT(drawn_again, 0u) << model.name;
  }
}

// Of logs drawn by lot: what is not told from a state by its key is no difference.
RC_GTEST_PROP(PersistencePropertyTest, WhatHasTheSameKeyIsTheSameState, ()) {
  LogMaker maker;
  const auto size = [] { return *rc::gen::element<uint64_t>(0, 100, 512, 700, 1024, 4096, 5000); };
  maker.Base("k", std::string(size(), 'b'));
  char letter = 'c';
  for (int left = *rc::gen::inRange(1, 7); left > 0; --left) {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
        maker.Truncate("k", size());
        break;
      case 1:
        maker.Sync("k");
        break;
      case 2:
        maker.Attribute("k", trace::kModified, std::to_string(letter));
        break;
      case 3:
        maker.Mode("k", 0600 + static_cast<mode_t>(left));
        break;
      default:
        maker.Write("k", size(), std::string(std::max<uint64_t>(size(), 1), letter));
    }
    ++letter;
  }
  const WriteLog log = maker.Build();
  std::mt19937 lots(*rc::gen::arbitrary<uint32_t>());
  for (const PersistenceModel& model : AllModels()) {
    const Persistence persistence(log, model);
    std::map<Digest, Digest> states;
    const CrashPoint point = persistence.PointAfter(static_cast<uint32_t>(log.calls.size()));
    for (int draws = 0; draws < 200; ++draws) {
      std::vector<bool> missing(persistence.parts().size(), false);
      for (const uint32_t part : point.parts) missing[part] = lots() % 2 == 0;
      const Digest state = DigestOf(persistence.StateOf(point, missing));
      const auto [known, fresh] = states.try_emplace(persistence.KeyOf(point, missing), state);
      RC_ASSERT(known->second == state);
    }
  }
}

// What a file-system developer reads is what is run.
TEST(PersistenceTest, TheDocumentSaysWhatTheModelsSay) {
  std::ifstream file(TEARPROOF_SOURCE_DIR "/docs/crash-model.md");
  const std::string document((std::istreambuf_iterator<char>(file)), {});
  for (const PersistenceModel& model : AllModels()) {
    const size_t begin = document.find("## " + std::string(model.name) + "\n");
    ASSERT_NE(begin, std::string::npos) << model.name;
    const std::string section = document.substr(begin, document.find("\n## ", begin) - begin);
    for (const RuleRow& row : model.rows) {
      EXPECT_THAT(section, testing::HasSubstr(PrintRow(row))) << model.name;
    }
  }
}

TEST(PersistenceTest, EveryModelHasEveryRuleWithItsSource) {
  for (const PersistenceModel& model : AllModels()) {
    std::set<Rule> rules;
    for (const RuleRow& row : model.rows) {
      rules.insert(row.rule);
      EXPECT_FALSE(row.source.empty()) << model.name << ", " << RuleName(row.rule);
    }
    EXPECT_EQ(rules.size(), kRuleCount) << model.name;
  }
}

}  // namespace
}  // namespace tearproof::crash
