#include "harness/stress/round_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "harness/core/owned_directory.h"

namespace tearproof::stress {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class RoundDirectoryTest : public testing::Test {
 protected:
  RoundDirectoryTest() : work_(Create()) {}

  static OwnedDirectory Create() {
    Result<OwnedDirectory> directory = OwnedDirectory::Create("/tmp");
    TEARPROOF_CHECK(directory.ok(), directory.error().Message());
    return std::move(directory).value();
  }
  RoundDirectory Make(bool foreign) {
    Result<RoundDirectory> round = RoundDirectory::Create(work_.path(), 3, foreign);
    TEARPROOF_CHECK(round.ok(), round.error().Message());
    return std::move(round).value();
  }
  static void Write(const std::string& path) { std::ofstream(path) << "x"; }

  OwnedDirectory work_;
};

TEST_F(RoundDirectoryTest, LeavesTheCachesDirectoryToTheCache) {
  const RoundDirectory round = Make(false);
  EXPECT_NE(access(round.paths().cache.c_str(), F_OK), 0);
  EXPECT_THAT(round.CacheFiles(), IsEmpty());
}

TEST_F(RoundDirectoryTest, ListsFilesButNotForeignOnes) {
  const RoundDirectory round = Make(true);
  Write(round.paths().cache + "/entry");
  mkdir((round.paths().cache + "/1f").c_str(), 0777);
  Write(round.paths().cache + "/1f/deep");
  EXPECT_THAT(round.CacheFiles(), UnorderedElementsAre("entry", "1f/deep"));
}

TEST_F(RoundDirectoryTest, SeesNoTrespassInWhatTheCacheDoesAtHome) {
  const RoundDirectory round = Make(true);
  Write(round.paths().cache + "/entry");
  unlink((round.paths().cache + "/entry").c_str());
  EXPECT_THAT(round.Trespasses(), IsEmpty());
}

TEST_F(RoundDirectoryTest, SeesADeletedForeignFile) {
  const RoundDirectory round = Make(true);
  unlink((round.paths().working + "/1f/keep").c_str());
  EXPECT_THAT(round.Trespasses(), ElementsAre("deleted: cwd/1f/keep"));
}

TEST_F(RoundDirectoryTest, SeesAForeignFileInTheCachesOwnDirectory) {
  const RoundDirectory round = Make(true);
  unlink((round.paths().cache + "/NOT-A-CACHE-FILE.txt").c_str());
  EXPECT_THAT(round.Trespasses(), ElementsAre("deleted: cache/NOT-A-CACHE-FILE.txt"));
}

TEST_F(RoundDirectoryTest, SeesAChangedAndACreatedFile) {
  const RoundDirectory round = Make(true);
  Write(round.paths().root + "/beside");
  Write(round.paths().root + "/escaped");
  EXPECT_THAT(round.Trespasses(), UnorderedElementsAre("changed: beside", "created: escaped"));
}

TEST_F(RoundDirectoryTest, GoesWithAllThatLiesInIt) {
  RoundDirectory round = Make(true);
  ASSERT_TRUE(round.Remove(work_.fd()).ok());
  EXPECT_NE(access(round.paths().root.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace tearproof::stress
