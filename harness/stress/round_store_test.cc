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
  fs::create_directory(path + "/live");
  ASSERT_TRUE(WriteRoundInfo(RoundInfo(), path + "/live").ok());
  std::ofstream(path + "/live/p1.segment") << "no segment";

  EXPECT_FALSE(KeepRound(path, 7).ok());
  EXPECT_THAT(NamesIn(path), ElementsAre("live"));

  fs::remove(path + "/live/p1.segment");
  ASSERT_TRUE(KeepRound(path, 7).ok());
  EXPECT_THAT(ListRounds(path), ElementsAre(path + "/round-7", path + "/live"));
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
