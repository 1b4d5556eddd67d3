// Locks: nobody sleeps in the kernel, and who waits is told when it may try again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::ElementsAre;

class LockTest : public SessionTest {
 protected:
  // The first takes the lock; the second finds it held.
  void HoldAndBlock(const std::string& take) {
    WriteFile("lock", "");
    StartSubjects({"", ""});
    for (const size_t process : {0, 1}) {
      Tell(process, "open \"lock\" O_RDWR; " + take + "; close $0");
      ASSERT_TRUE(session_->Step(process));
    }
    const auto taken = session_->Step(0);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->result, 0);
    ASSERT_EQ(StandingOf(1), Standing::kAtCall);
    EXPECT_TRUE(Conflict(taken->footprint, session_->Pending(1).footprint));
    EXPECT_FALSE(session_->Step(1)) << "a blocked attempt is no event";
    ASSERT_EQ(StandingOf(1), Standing::kBlocked);
  }

  // The first closes; the second gets the lock.
  void ReleaseAndTake(const std::string& label) {
    const auto closed = session_->Step(0);
    ASSERT_TRUE(closed);
    EXPECT_THAT(closed->footprint,
                testing::Contains(Access{session_->state(1).lock, AccessMode::kWrite}));
    ASSERT_EQ(StandingOf(1), Standing::kAtCall);
    EXPECT_THAT(StepAll(1), ElementsAre(label + " → 0", "close(\"lock\") → 0"));
    EXPECT_EQ(Answers(1), "3 0 0\n");
  }
};

TEST_F(LockTest, FlockWaitsUntilTheLastDescriptorCloses) {
  HoldAndBlock("flock $0 LOCK_EX");
  ReleaseAndTake("flock(\"lock\", LOCK_EX)");
}

TEST_F(LockTest, RecordLockWaitsUntilTheProcessCloses) {
  HoldAndBlock("fcntl $0 F_SETLKW &wrlock");
  ReleaseAndTake("fcntl(\"lock\", F_SETLKW, F_WRLCK)");
}

TEST_F(LockTest, LockOfADescriptionWaits) {
  HoldAndBlock("fcntl $0 F_OFD_SETLKW &wrlock");
  ReleaseAndTake("fcntl(\"lock\", F_OFD_SETLKW, F_WRLCK)");
}

TEST_F(LockTest, ABlockedProcessMayTryAsOftenAsItLikes) {
  HoldAndBlock("flock $0 LOCK_EX");
  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_FALSE(session_->Step(1));
    EXPECT_EQ(StandingOf(1), Standing::kBlocked);
  }
  ReleaseAndTake("flock(\"lock\", LOCK_EX)");
}

TEST_F(LockTest, TheHoldersDeathFreesTheLock) {
  HoldAndBlock("flock $0 LOCK_EX");
  const Object lock = session_->state(1).lock;
  const Event killed = session_->Kill(0);
  EXPECT_THAT(killed.footprint, ElementsAre(Access{lock, AccessMode::kWrite}));
  EXPECT_EQ(StandingOf(0), Standing::kEnded);
  EXPECT_EQ(StandingOf(1), Standing::kAtCall);
  EXPECT_THAT(StepAll(1), ElementsAre("flock(\"lock\", LOCK_EX) → 0", "close(\"lock\") → 0"));
}

TEST_F(LockTest, AnAttemptThatDoesNotWaitIsAnEvent) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  Tell(0, "open \"lock\" O_RDWR; flock $0 LOCK_SH; flock $0 LOCK_UN; close $0");
  Tell(1, "open \"lock\" O_RDWR; flock $0 LOCK_EX|LOCK_NB; close $0");
  session_->Step(0);
  session_->Step(0);
  session_->Step(1);
  const auto event = session_->Step(1);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->label + " " + event->Outcome(), "flock(\"lock\", LOCK_EX|LOCK_NB) → EAGAIN");
  EXPECT_TRUE(Conflict(event->footprint, session_->Pending(0).footprint));
}

TEST_F(LockTest, SharedLocksAreHeldTogether) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  for (const size_t process : {0, 1}) {
    EXPECT_THAT(Do(process, "open \"lock\" O_RDWR; flock $0 LOCK_SH"),
                ElementsAre("open(\"lock\", O_RDWR) → 3", "flock(\"lock\", LOCK_SH) → 0"));
  }
}

// flock belongs to the description: closing one of two numbers does not free it.
TEST_F(LockTest, ADuplicateKeepsTheLock) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  Do(0, "open \"lock\" O_RDWR; dup $0; flock $0 LOCK_EX");
  Do(1, "open \"lock\" O_RDWR");
  Tell(1, "flock 3 LOCK_EX");
  EXPECT_FALSE(session_->Step(1));
  Do(0, "close 3");
  EXPECT_EQ(StandingOf(1), Standing::kBlocked);
  Do(0, "close 4");
  EXPECT_EQ(StandingOf(1), Standing::kAtCall);
  EXPECT_THAT(StepAll(1), ElementsAre("flock(\"lock\", LOCK_EX) → 0"));
}

// fcntl's record locks belong to the process: closing any descriptor of the file frees them.
TEST_F(LockTest, ClosingAnotherDescriptorFreesRecordLocks) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  Do(0, "open \"lock\" O_RDWR; open \"lock\" O_RDWR; fcntl $0 F_SETLK &wrlock");
  Do(1, "open \"lock\" O_RDWR");
  Tell(1, "fcntl 3 F_SETLKW &wrlock");
  EXPECT_FALSE(session_->Step(1));
  Do(0, "close 4");
  EXPECT_EQ(StandingOf(1), Standing::kAtCall);
  EXPECT_THAT(StepAll(1), ElementsAre("fcntl(\"lock\", F_SETLKW, F_WRLCK) → 0"));
}

}  // namespace
}  // namespace tearproof::trace
