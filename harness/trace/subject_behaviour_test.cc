// Subjects that do not behave: a typed result each, no orphan, no hang.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kShort = 200 * kNanosPerMilli;

class SubjectBehaviourTest : public SessionTest {
 protected:
  // Nobody in the process group lives: what is not reaped by its parent may be left.
  void ExpectGone(pid_t group) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "stat");
      std::string text;
      std::getline(file, text);
      const size_t name_end = text.rfind(')');
      if (name_end == std::string::npos) continue;
      char state = ' ';
      pid_t parent = 0;
      pid_t its_group = 0;
      std::istringstream(text.substr(name_end + 1)) >> state >> parent >> its_group;
      EXPECT_FALSE(its_group == group && state != 'Z' && state != 'X') << text;
    }
  }
};

TEST_F(SubjectBehaviourTest, ASubjectThatCannotBeExecutedIsTheUsersError) {
  TraceOptions options;
  options.subjects = {{{"/nonexistent/program"}, {}, ""}};
  const auto session = TraceSession::Start(std::move(options));
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(session.error().Message(), HasSubstr("/nonexistent/program"));
}

TEST_F(SubjectBehaviourTest, ExitBeforeAnyRequest) {
  StartSubjects({"exit"});
  EXPECT_EQ(StandingOf(0), Standing::kEnded);
  EXPECT_EQ(session_->state(0).end.Describe(), "exited with status 3");
}

TEST_F(SubjectBehaviourTest, Crash) {
  StartSubjects({"crash"});
  Tell(0, "go");
  EXPECT_EQ(StandingOf(0), Standing::kEnded);
  EXPECT_EQ(session_->state(0).end.Describe(), "was ended by signal 11 (SEGV)");
}

TEST_F(SubjectBehaviourTest, SpinningIsStoppedByTheWatchdog) {
  for (const bool realtime : {true, false}) {
    StartSubjects({"spin"}, kShort, realtime);
    const pid_t id = session_->id(0);
    Tell(0, "go");
    EXPECT_EQ(StandingOf(0), Standing::kStuck);
    EXPECT_EQ(session_->state(0).why, "computes");
    session_->Kill(0);
    EXPECT_EQ(StandingOf(0), Standing::kEnded);
    ExpectGone(id);
    session_.reset();
  }
}

// Somebody else has the subject's core for several times as long as patience lasts, and then gives
// it back. (With one core, or without the right to priorities, nothing is taken away from it.)
TEST_F(SubjectBehaviourTest, WhoIsGivenNoProcessorIsNotStuck) {
  StartSubjects({""}, kShort, /*realtime=*/false);
  cpu_set_t other;
  CPU_ZERO(&other);
  CPU_SET(sched_getcpu() == 0 ? 1 : 0, &other);
  std::atomic<bool> has_core = false;
  std::thread hog([&] {
    sched_param parameters = {};
    parameters.sched_priority = 1;
    const bool above = sched_setaffinity(0, sizeof(other), &other) == 0 &&
                       sched_setaffinity(session_->id(0), sizeof(other), &other) == 0 &&
                       sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
    has_core = true;
    has_core.notify_all();
    const int64_t end = MonotonicNanos() + 4 * kShort;
    while (above && MonotonicNanos() < end) {
    }
  });
  has_core.wait(false);
  Tell(0, "stat \"f\" &");
  hog.join();
  EXPECT_EQ(StandingOf(0), Standing::kAtCall);
}

TEST_F(SubjectBehaviourTest, NeverAnswering) {
  StartSubjects({"silent"}, kShort);
  Tell(0, "go");
  EXPECT_EQ(StandingOf(0), Standing::kStuck);
  EXPECT_THAT(session_->state(0).why, HasSubstr("sleeps in"));
}

TEST_F(SubjectBehaviourTest, ClosingItsInputIsBeingStuck) {
  StartSubjects({"close-input"}, kShort);
  EXPECT_EQ(StandingOf(0), Standing::kStuck);
}

TEST_F(SubjectBehaviourTest, WaitingInSharedMemoryIsForAnotherToEnd) {
  StartSubjects({"by-memory", "by-memory"});
  Tell(0, "wait");
  ASSERT_EQ(StandingOf(0), Standing::kWaitsForMemory);
  Tell(1, "wake");
  ASSERT_EQ(StandingOf(0), Standing::kWaitsForMemory);
  ASSERT_EQ(session_->Step(1)->name, "mkdir");
  EXPECT_EQ(StandingOf(0), Standing::kWaitsForInput);
  EXPECT_EQ(Answers(0), "done\n");
  EXPECT_EQ(StandingOf(1), Standing::kAtCall) << "one call happens at a time";
}

TEST_F(SubjectBehaviourTest, StartingTakesAsLongAsItTakes) {
  StartSubjects({""}, /*patience=*/1);
  EXPECT_GT(session_->id(0), 0);
}

TEST_F(SubjectBehaviourTest, PrintingWithoutEnd) {
  StartSubjects({"flood"});
  Tell(0, "go");
  ASSERT_EQ(StandingOf(0), Standing::kOutputFull);
  EXPECT_GE(Answers(0).size(), 4096U);
  session_->Resume(0);
  EXPECT_EQ(StandingOf(0), Standing::kOutputFull);
}

TEST_F(SubjectBehaviourTest, AChildThatOutlivesItsParentIsFollowedAndEnded) {
  StartSubjects({"fork-away"});
  const pid_t id = session_->id(0);
  Tell(0, "go");
  ASSERT_EQ(StandingOf(0), Standing::kAtCall);
  EXPECT_EQ(session_->Pending(0).label, "creat(\"late\")");
  EXPECT_EQ(session_->Pending(0).task, 1U);
  ASSERT_TRUE(session_->Step(0));
  EXPECT_EQ(StandingOf(0), Standing::kEnded);
  session_.reset();
  ExpectGone(id);
}

TEST_F(SubjectBehaviourTest, EndOfInputEndsIt) {
  StartSubjects({""});
  session_->CloseInput(0);
  session_->Resume(0);
  EXPECT_EQ(StandingOf(0), Standing::kEnded);
  EXPECT_EQ(session_->state(0).end.exit_code(), 0);
}

TEST_F(SubjectBehaviourTest, RestartBeginsAnew) {
  StartSubjects({"", "crash"});
  Tell(1, "go");
  ASSERT_EQ(StandingOf(1), Standing::kEnded);
  ASSERT_TRUE(session_->Restart(1).ok());
  EXPECT_EQ(StandingOf(1), Standing::kWaitsForInput);
  Tell(0, "mkdir \"d\" 493");
  ASSERT_EQ(StandingOf(0), Standing::kAtCall);
  ASSERT_TRUE(session_->Restart(0).ok());
  EXPECT_EQ(StandingOf(0), Standing::kWaitsForInput);
  EXPECT_NE(access((directory_.path() + "/d").c_str(), F_OK), 0) << "the call never happened";
}

TEST_F(SubjectBehaviourTest, AChildsCallsAreTheSubjects) {
  StartSubjects({"by-child"});
  EXPECT_THAT(Do(0, "creat \"k0\" 420; write $0 @a 10"),
              ElementsAre("creat(\"k0\") → 3", "write(\"k0\", 10) → 10"));
  EXPECT_EQ(Answers(0), "0\n");
}

TEST_F(SubjectBehaviourTest, AShellStartedByVforkIsFollowed) {
  StartSubjects({"by-spawn"});
  EXPECT_THAT(Do(0, "echo hello > k0"),
              ElementsAre("newfstatat(\".\") → 0", "openat(\"k0\", O_CREAT|O_TRUNC|O_WRONLY) → 3",
                          testing::StartsWith("dup2(\"k0\", 1) → 1"), "close(\"k0\") → 0",
                          "write(\"k0\", 6) → 6", testing::StartsWith("dup2(")));
  EXPECT_EQ(ReadFile("k0"), "hello\n");
  EXPECT_EQ(Answers(0), "0\n");
}

TEST_F(SubjectBehaviourTest, ThreadsThatTakeTurnsAreOneProgramOrder) {
  for (const bool realtime : {true, false}) {
    StartSubjects({"by-thread"}, 10 * kNanosPerSecond, realtime);
    for (int turn = 0; turn < 2; ++turn) {
      Tell(0, "open \"k0\" O_RDWR|O_CREAT 420; write $0 @a 10; close $0");
      std::vector<Unseen> unseen;
      while (StandingOf(0) == Standing::kAtCall) unseen.push_back(session_->Step(0)->unseen);
      EXPECT_THAT(unseen, ElementsAre(Unseen::kNothing, Unseen::kNothing, Unseen::kNothing));
      EXPECT_EQ(Answers(0), "done\n");
    }
    session_.reset();
  }
}

TEST_F(SubjectBehaviourTest, ThreadsAtCallsAtOnceAreSaid) {
  for (const bool realtime : {true, false}) {
    StartSubjects({"by-two-threads"}, 10 * kNanosPerSecond, realtime);
    Tell(0, "stat \"k0\" &; stat \"k0\" &");
    size_t flagged = 0;
    size_t events = 0;
    while (StandingOf(0) == Standing::kAtCall) {
      const auto event = session_->Step(0);
      ASSERT_TRUE(event);
      ++events;
      if (event->unseen == Unseen::kConcurrentThreads) ++flagged;
    }
    EXPECT_EQ(events, 4U);
    EXPECT_GE(flagged, 1U);
    session_.reset();
  }
}

TEST_F(SubjectBehaviourTest, AnEventLoopWaitsForInputInSelect) {
  for (const bool realtime : {true, false}) {
    StartSubjects({"by-poll"}, 10 * kNanosPerSecond, realtime);
    ASSERT_EQ(StandingOf(0), Standing::kWaitsForInput);
    EXPECT_THAT(Do(0, "mkdir \"d\" 493; rmdir \"d\""),
                ElementsAre("mkdir(\"d\", 0755) → 0", "rmdir(\"d\") → 0"));
    EXPECT_EQ(Answers(0), "0 0\n");
    session_.reset();
  }
}

TEST_F(SubjectBehaviourTest, SleepingTakesNoTime) {
  StartSubjects({""});
  // A thousand seconds: patience would end first.
  EXPECT_THAT(Do(0, "nanosleep &1000 0"), ElementsAre());
  EXPECT_EQ(Answers(0), "0\n");
  EXPECT_EQ(session_->slept(0), 1000 * kNanosPerSecond);
}

TEST_F(SubjectBehaviourTest, AKilledWriteIsShort) {
  StartSubjects({""});
  Tell(0, "creat \"k0\" 420; write $0 @a 4096");
  session_->Step(0);
  ASSERT_EQ(session_->WriteSize(0), 4096U);
  const auto event = session_->KillWithin(0, 1000);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->result, 1000);
  EXPECT_EQ(StandingOf(0), Standing::kEnded);
  EXPECT_EQ(ReadFile("k0"), std::string(1000, 'a'));
}

TEST_F(SubjectBehaviourTest, IoUringIsNotThere) {
  StartSubjects({""});
  Do(0, "io_uring_setup 1 &");
  EXPECT_EQ(Answers(0), "-38\n");
}

}  // namespace
}  // namespace tearproof::trace
