#include "harness/trace/trace_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::ElementsAre;

using TraceSessionTest = SessionTest;

constexpr char kWrite[] = "open \"k0\" O_CREAT|O_TRUNC|O_WRONLY 420; write $0 @a 4096; close $0";
constexpr char kRead[] = "open \"k0\" O_RDONLY; read $0 & 8; close $0";

TEST_F(TraceSessionTest, OneCallHappensAtATime) {
  StartSubjects({"", ""});
  ASSERT_EQ(StandingOf(0), Standing::kWaitsForInput);
  Tell(0, kWrite);
  Tell(1, kRead);
  ASSERT_EQ(StandingOf(0), Standing::kAtCall);
  ASSERT_EQ(StandingOf(1), Standing::kAtCall);
  EXPECT_EQ(session_->Pending(0).label, "open(\"k0\", O_CREAT|O_TRUNC|O_WRONLY)");
  EXPECT_EQ(session_->Pending(1).label, "open(\"k0\", O_RDONLY)");
  EXPECT_TRUE(Conflict(session_->Pending(0).footprint, session_->Pending(1).footprint));

  const auto created = session_->Step(0);
  ASSERT_TRUE(created);
  EXPECT_EQ(created->Outcome(), "→ 3");
  EXPECT_EQ(created->effect, "creates \"k0\"");
  EXPECT_EQ(ReadFile("k0"), "");
  EXPECT_EQ(session_->Step(1)->Outcome(), "→ 3");

  ASSERT_EQ(StandingOf(0), Standing::kAtCall);
  EXPECT_EQ(session_->Pending(0).label, "write(\"k0\", 4096)");
  EXPECT_EQ(session_->Pending(1).label, "read(\"k0\", 8)");
  EXPECT_TRUE(Conflict(session_->Pending(0).footprint, session_->Pending(1).footprint));
  EXPECT_EQ(session_->Step(1)->Outcome(), "→ 0");
  EXPECT_EQ(session_->Step(0)->Outcome(), "→ 4096");
  EXPECT_EQ(ReadFile("k0").size(), 4096U);
  EXPECT_THAT(StepAll(0), ElementsAre("close(\"k0\") → 0"));
  EXPECT_THAT(StepAll(1), ElementsAre("close(\"k0\") → 0"));
  EXPECT_EQ(StandingOf(0), Standing::kWaitsForInput);
  EXPECT_EQ(Answers(0), "3 4096 0\n");
  EXPECT_EQ(Answers(1), "3 0: 0\n");
}

TEST_F(TraceSessionTest, AFailedCallOnlyReads) {
  StartSubjects({""});
  Tell(0, "unlink \"k0\"; open \"k0\" O_RDONLY");
  const auto event = session_->Step(0);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->Outcome(), "→ ENOENT");
  EXPECT_FALSE(Conflict(event->footprint, session_->Pending(0).footprint));
}

// Writes to descriptors 1 and 2 pass the filter, unless they lead into the cache.
TEST_F(TraceSessionTest, WritesToAReplacedOutputAreSeen) {
  for (const bool tap : {true, false}) {
    tap_ = tap;
    StartSubjects({""});
    EXPECT_THAT(
        Do(0, "open \"k0\" O_CREAT|O_WRONLY 384; dup2 $0 2; write 2 @a 4; close 2; write 2 @a 4"),
        ElementsAre("open(\"k0\", O_CREAT|O_WRONLY) → 3", "dup2(\"k0\", 2) → 2",
                    "write(\"k0\", 4) → 4", "close(\"k0\") → 0"));
    session_.reset();
  }
}

TEST_F(TraceSessionTest, ADirectoryThatWasMovedIsLookedForAgain) {
  StartSubjects({""});
  Do(0, "mkdir \"d\" 448; open \"d/f\" O_CREAT|O_WRONLY 384; close $1");
  Tell(0, "open \"d/f\" O_RDONLY");
  EXPECT_EQ(session_->Pending(0).footprint.size(), 5U)
      << "modes and names of both, the file's mode";
  StepAll(0);
  Do(0, "rename \"d\" \"e\"");
  Tell(0, "open \"d/f\" O_RDONLY");
  EXPECT_EQ(session_->Pending(0).footprint.size(), 2U) << "the way ends at the first name";
}

TEST_F(TraceSessionTest, CallsThatDoNotConcernTheCachePass) {
  StartSubjects({""});
  EXPECT_THAT(Do(0, "open \"/etc/hostname\" O_RDONLY; read $0 & 1; close $0; access \"/\" 0"),
              ElementsAre());
  EXPECT_EQ(StandingOf(0), Standing::kWaitsForInput);
}

}  // namespace
}  // namespace tearproof::trace
