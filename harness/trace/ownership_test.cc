#include "harness/trace/ownership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OwnershipTest : public SessionTest {
 protected:
  void Begin() {
    StartSubjects({"", ""});
    ASSERT_EQ(mkdir((directory_.path() + "/cache").c_str(), 0700), 0);
    WriteFile("cache/notes", "not the cache's");
    WriteFile("beside", "nor this");
    session_->Watch({"cache", {"cache/notes"}});
  }
};

TEST_F(OwnershipTest, WhatTheCacheOwnsIsItsOwn) {
  Begin();
  Do(0, "open \"cache/k0\" O_CREAT|O_WRONLY 384; write $0 @a 4; close $0");
  Do(0, "rename \"cache/k0\" \"cache/k1\"; unlink \"cache/k1\"; mkdir \"cache/d\" 448");
  Do(1, "open \"cache/notes\" O_RDONLY; read $0 & 4; close $0; stat \"beside\"");
  EXPECT_THAT(session_->trespasses(), IsEmpty());
}

TEST_F(OwnershipTest, ForeignFilesAreChangedByCalls) {
  Begin();
  Do(0, "open \"cache/notes\" O_WRONLY; write $0 @a 4; close $0");
  Do(0, "open \"beside\" O_TRUNC|O_WRONLY; close $0");
  EXPECT_THAT(session_->trespasses(), ElementsAre("write of cache/notes", "open of beside"));
}

// Nothing is left of it in the end.
TEST_F(OwnershipTest, WhatIsPutBackWasTakenAllTheSame) {
  Begin();
  Do(0, "rename \"cache/notes\" \"cache/x\"; rename \"cache/x\" \"cache/notes\"");
  EXPECT_THAT(session_->trespasses(),
              ElementsAre("rename of cache/notes", "rename of cache/notes"));
}

TEST_F(OwnershipTest, NamesBesideTheCacheAreNotItsOwn) {
  Begin();
  Do(0, "open \"cache/../escape\" O_CREAT|O_WRONLY 384; close $0; unlink \"escape\"");
  Do(0, "unlink \"nothing\"");
  EXPECT_THAT(session_->trespasses(), ElementsAre("open of escape", "unlink of escape"));
}

TEST_F(OwnershipTest, FreeRunsAreWatchedToo) {
  Begin();
  constexpr std::string_view kLine = "open \"beside\" O_WRONLY; write $0 @a 4; close $0\n";
  ASSERT_EQ(write(session_->input(1), kLine.data(), kLine.size()),
            static_cast<ssize_t>(kLine.size()));
  session_->RunFreely(1);
  EXPECT_THAT(session_->trespasses(), ElementsAre("write of beside"));
  EXPECT_TRUE(session_->BeginExecution(directory_.path()).ok());
  EXPECT_THAT(session_->trespasses(), IsEmpty());
}

}  // namespace
}  // namespace tearproof::trace
