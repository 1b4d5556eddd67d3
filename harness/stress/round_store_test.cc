#include "harness/stress/round_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/core/owned_directory.h"

namespace tearproof::stress {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  return names;
}

TEST(RoundStoreTest, KeepsARoundAsAWholeOrNotAtAll) {
  Result<OwnedDirectory> cell = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(cell.ok()) << cell.error().Message();
  const std::string path = cell.value().path();
  ASSERT_TRUE(MakeLive(path).ok());
  ASSERT_TRUE(WriteRoundInfo(RoundInfo(), LiveDirectory(path, 7)).ok());
  std::ofstream(SegmentPath(path, 7, 1)) << "no segment";

  EXPECT_FALSE(KeepRound(path, 7).ok());
  EXPECT_THAT(NamesIn(path), ElementsAre("live"));

  fs::remove(SegmentPath(path, 7, 1));
  ASSERT_TRUE(KeepRound(path, 7).ok());
  EXPECT_THAT(ListRounds(path), ElementsAre(path + "/round-7", LiveDirectory(path, 7)));
}

// While one round runs, the one before it is judged.
TEST(RoundStoreTest, TwoRoundsInARowDoNotMeet) {
  Result<OwnedDirectory> cell = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(cell.ok()) << cell.error().Message();
  const std::string path = cell.value().path();
  ASSERT_TRUE(MakeLive(path).ok());
  for (const uint64_t round : {4, 5}) {
    RoundInfo info;
    info.header.round = round;
    ASSERT_TRUE(WriteRoundInfo(info, LiveDirectory(path, round)).ok());
  }
  EXPECT_EQ(ReadRoundInfo(LiveDirectory(path, 4)).value().header.round, 4u);
  EXPECT_EQ(ReadRoundInfo(LiveDirectory(path, 5)).value().header.round, 5u);
  EXPECT_THAT(ListRounds(path), ElementsAre(LiveDirectory(path, 4), LiveDirectory(path, 5)));
  ASSERT_TRUE(RemoveLive(path).ok());
  EXPECT_THAT(ListRounds(path), IsEmpty());
  EXPECT_THAT(NamesIn(path), IsEmpty());
}

// What a coordinator leaves that is killed while it keeps a round.
TEST(RoundStoreTest, TakesNoPartForARound) {
  Result<OwnedDirectory> cell = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(cell.ok()) << cell.error().Message();
  fs::create_directory(cell.value().path() + "/round-7.part");
  EXPECT_THAT(ListRounds(cell.value().path()), IsEmpty());
}

}  // namespace
}  // namespace tearproof::stress
