// Calls that are made to fail, as the subject sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::IsEmpty;

class FaultTest : public SessionTest {
 protected:
  std::string Fail(size_t process, Fault fault) {
    EXPECT_TRUE(trace::Contains(session_->PossibleFaults(process, kSingleFaults), fault));
    const auto event = session_->Step(process, fault);
    if (!event) return "nothing";
    EXPECT_EQ(event->fault, fault);
    return event->label + " " + event->Outcome();
  }
};

TEST_F(FaultTest, ACallThatFailsHasNotHappened) {
  StartSubjects({""});
  Tell(0, "open \"f\" O_WRONLY|O_CREAT 420");
  EXPECT_THAT(Fail(0, Fault::kNoSpace), testing::EndsWith("→ ENOSPC"));
  EXPECT_EQ(Answers(0), "-28\n");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() + "/f"));
}

TEST_F(FaultTest, AShortWriteWritesHalfAndLeavesTheRegistersAlone) {
  StartSubjects({""});
  Tell(0, "open \"f\" O_WRONLY|O_CREAT 420; write $0 @a 8; close $0");
  ASSERT_TRUE(session_->Step(0));
  EXPECT_THAT(Fail(0, Fault::kShort), testing::EndsWith("→ 4"));
  ASSERT_TRUE(session_->Step(0));
  EXPECT_EQ(ReadFile("f"), "aaaa");
}

TEST_F(FaultTest, AReadIsCutShortOfWhatIsThere) {
  WriteFile("f", "abcdef");
  StartSubjects({""});
  Tell(0, "open \"f\" O_RDONLY 0; read $0 & 100; read $0 & 100; read $0 & 100; close $0");
  ASSERT_TRUE(session_->Step(0));
  EXPECT_THAT(Fail(0, Fault::kShort), testing::EndsWith("→ 3"));
  EXPECT_THAT(Fail(0, Fault::kShort), testing::EndsWith("→ 1"));
  ASSERT_TRUE(session_->Step(0));
  // At the end nothing is left to be cut.
  EXPECT_FALSE(trace::Contains(session_->PossibleFaults(0, kSingleFaults), Fault::kShort));
}

TEST_F(FaultTest, CloseClosesEvenWhereItFails) {
  WriteFile("f", "");
  StartSubjects({""});
  Tell(0, "open \"f\" O_RDONLY 0; close $0; close $0");
  ASSERT_TRUE(session_->Step(0));
  EXPECT_EQ(session_->OpenPaths(0).size(), 1);
  EXPECT_THAT(Fail(0, Fault::kInputOutput), testing::EndsWith("→ EIO"));
  EXPECT_THAT(session_->OpenPaths(0), IsEmpty());
  EXPECT_THAT(Answers(0), testing::HasSubstr("-5 -9\n"));
}

TEST_F(FaultTest, AWaitForALockIsInterrupted) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  for (const size_t process : {0, 1}) {
    Tell(process, "open \"lock\" O_RDWR; flock $0 LOCK_EX; close $0");
    ASSERT_TRUE(session_->Step(process));
  }
  ASSERT_TRUE(session_->Step(0));
  ASSERT_EQ(StandingOf(1), Standing::kBlocked);
  EXPECT_THAT(Fail(1, Fault::kInterrupted), testing::EndsWith("→ EINTR"));
  EXPECT_EQ(StandingOf(1), Standing::kAtCall);
}

TEST_F(FaultTest, OnlyWhatTheManualPageKnowsIsPossible) {
  WriteFile("f", "");
  StartSubjects({""});
  Tell(0, "open \"f\" O_RDWR|O_CREAT 420; unlink \"f\"");
  // It is there: no room is needed.
  EXPECT_EQ(session_->PossibleFaults(0, kSingleFaults),
            Only(Fault::kNoAccess) | Only(Fault::kTooManyFiles));
  ASSERT_TRUE(session_->Step(0));
  EXPECT_EQ(session_->PossibleFaults(0, kSingleFaults),
            Only(Fault::kNoAccess) | Only(Fault::kInputOutput));
  EXPECT_EQ(session_->PossibleFaults(0, Only(Fault::kNoAccess)), Only(Fault::kNoAccess));
}

}  // namespace
}  // namespace tearproof::trace
