#include "harness/trace/virtual_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

int64_t RealtimeSeconds() { return RealtimeNanos() / kNanosPerSecond; }

// Answers with what it sees of the time: by the clock, and by a file's time.
constexpr char kTellsTimes[] = R"(
import os, sys, time
os.chdir(sys.argv[1])
for line in sys.stdin:
    words = line.split()
    if words[0] == "write":
        with open(words[1], "w") as file:
            file.write("x")
    elif words[0] == "set":
        os.utime(words[1], (5000, 5000))
    if words[0] == "now":
        print(int(time.time()), flush=True)
    elif words[0] == "nanos":
        print(time.time_ns(), flush=True)
    elif words[0] == "until":
        end = time.time() + 2
        while time.time() < end:
            pass
        print(1, flush=True)
    else:
        print(int(os.stat(words[1]).st_mtime), int(os.stat(".").st_mtime), flush=True)
)";

class VirtualClockTest : public SessionTest {
 protected:
  void StartPython() {
    TraceOptions options;
    options.owns_clock = true;
    Subject subject;
    subject.command = {"python3", "-c", kTellsTimes, directory_.path()};
    options.subjects = {subject};
    auto session = TraceSession::Start(std::move(options));
    ASSERT_TRUE(session.ok()) << session.error().Message();
    session_ = std::move(session).value();
    ASSERT_TRUE(session_->BeginExecution(directory_.path()).ok());
  }

  std::vector<int64_t> Ask(const std::string& line) {
    Tell(0, line);
    StepAll(0);
    std::istringstream answer(Answers(0));
    std::vector<int64_t> numbers;
    for (int64_t number = 0; answer >> number;) numbers.push_back(number);
    return numbers;
  }
};

TEST_F(VirtualClockTest, ClocksAndFileTimesMoveTogether) {
  constexpr int64_t kHour = 3600;
  // A request and its answer on a machine with others.
  constexpr int64_t kSlack = 60;
  StartPython();
  const std::vector<int64_t> start = Ask("now");
  ASSERT_EQ(start.size(), 1U);
  EXPECT_NEAR(start[0], RealtimeSeconds(), kSlack);
  const std::vector<int64_t> early = Ask("write early");
  ASSERT_EQ(early.size(), 2U);
  EXPECT_NEAR(early[0], start[0], kSlack);

  session_->Advance(kHour * kNanosPerSecond);
  EXPECT_NEAR(Ask("now").at(0), start[0] + kHour, kSlack);
  EXPECT_EQ(Ask("look early"), early) << "what was written before stays as old as it was";
  const std::vector<int64_t> late = Ask("write late");
  ASSERT_EQ(late.size(), 2U);
  EXPECT_NEAR(late[0], start[0] + kHour, kSlack);
  EXPECT_NEAR(late[1], start[0] + kHour, kSlack) << "the directory has a new name in it";

  session_->Advance(kHour * kNanosPerSecond);
  EXPECT_NEAR(Ask("look late").at(0), start[0] + kHour, kSlack);
  EXPECT_EQ(Ask("set late").at(0), 5000) << "a time that a process sets is its own";

  ASSERT_TRUE(session_->BeginExecution(directory_.path()).ok());
  EXPECT_NEAR(Ask("now").at(0), RealtimeSeconds(), kSlack);
}

TEST_F(VirtualClockTest, TheSameCallsLeadToTheSameNanoseconds) {
  StartPython();
  std::vector<int64_t> first;
  for (int execution = 0; execution < 2; ++execution) {
    ASSERT_TRUE(session_->BeginExecution(directory_.path()).ok());
    std::vector<int64_t> seen;
    // How often it has looked before makes no difference: only what it did to the cache.
    for (int look = 0; look <= 3 * execution; ++look) seen = Ask("nanos");
    for (const char* line : {"write f", "nanos"}) {
      for (const int64_t number : Ask(line)) seen.push_back(number);
    }
    if (execution == 0) first = seen;
    EXPECT_EQ(seen, first);
    EXPECT_GT(seen.back(), seen.front()) << "a call takes time";
  }
}

TEST_F(VirtualClockTest, WhoWaitsByLookingAtTheClockComesToAnEnd) {
  StartPython();
  EXPECT_EQ(Ask("until").size(), 1U);
}

}  // namespace
}  // namespace tearproof::trace
