// Locks: nobody sleeps in the kernel, and who waits is told when it may try again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

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
    EXPECT_EQ(taken->lock, LockRole::kAttempt);
    ASSERT_EQ(StandingOf(1), Standing::kBlocked) << "known before anybody tries";
    EXPECT_TRUE(Conflict(taken->footprint, session_->Pending(1).footprint));
  }

  // The first closes; the second gets the lock.
  void ReleaseAndTake(const std::string& label) {
    const auto closed = session_->Step(0);
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->lock, LockRole::kRelease);
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

// It is another number in each execution, also that of a process that has been killed.
TEST_F(LockTest, TheByteOfAProcessNumberIsPrintedAsThat) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  for (const bool again : {false, true}) {
    const std::string other = std::to_string(session_->id(1));
    if (again) {
      ASSERT_TRUE(session_->Restart(1).ok());
    }
    EXPECT_THAT(Do(0, "open \"lock\" O_RDWR; fcntl $0 F_GETLK &wrlock+" + other + "; close $0"),
                testing::Contains("fcntl(\"lock\", F_GETLK, F_WRLCK, pid of 1+1) → 0"));
  }
  EXPECT_THAT(Do(0, "open \"lock\" O_RDWR; fcntl $0 F_GETLK &wrlock+7; close $0"),
              testing::Contains("fcntl(\"lock\", F_GETLK, F_WRLCK, 7+1) → 0"));
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
    Tell(process, "open \"lock\" O_RDWR; flock $0 LOCK_SH; flock $0 LOCK_UN");
    ASSERT_TRUE(session_->Step(process));
  }
  const auto first = session_->Step(0);
  const auto second = session_->Step(1);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(Conflict(first->footprint, second->footprint));
  const auto freed = session_->Step(0);
  ASSERT_TRUE(freed);
  EXPECT_EQ(freed->lock, LockRole::kRelease);
  EXPECT_FALSE(Conflict(freed->footprint, second->footprint));
}

// flock belongs to the description: closing one of two numbers does not free it.
TEST_F(LockTest, ADuplicateKeepsTheLock) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  Do(0, "open \"lock\" O_RDWR; dup $0; flock $0 LOCK_EX");
  Do(1, "open \"lock\" O_RDWR");
  Tell(1, "flock 3 LOCK_EX");
  EXPECT_EQ(StandingOf(1), Standing::kBlocked);
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
  EXPECT_EQ(StandingOf(1), Standing::kBlocked);
  Do(0, "close 4");
  EXPECT_EQ(StandingOf(1), Standing::kAtCall);
  EXPECT_THAT(StepAll(1), ElementsAre("fcntl(\"lock\", F_SETLKW, F_WRLCK) → 0"));
}

// The table of locks does not know of it; the kernel does.
TEST_F(LockTest, AStrangersLockBlocksToo) {
  WriteFile("lock", "");
  StartSubjects({"", ""});
  const UniqueFd strangers(open((directory_.path() + "/lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(flock(strangers.get(), LOCK_EX), 0);
  Do(0, "open \"lock\" O_RDWR");
  Tell(0, "flock 3 LOCK_SH");
  EXPECT_FALSE(session_->Step(0)) << "a blocked attempt is no event";
  EXPECT_EQ(StandingOf(0), Standing::kBlocked);
  ASSERT_EQ(flock(strangers.get(), LOCK_UN), 0);
  Do(1, "mkdir \"d\" 493");
  EXPECT_EQ(StandingOf(0), Standing::kAtCall);
  EXPECT_THAT(StepAll(0), ElementsAre("flock(\"lock\", LOCK_SH) → 0"));
}

}  // namespace
}  // namespace tearproof::trace
