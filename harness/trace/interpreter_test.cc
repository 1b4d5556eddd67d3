// Programs that nobody wrote for us: an interpreter with thousands of calls before the first
// request, buffers of its own, and a garbage collector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

using testing::ElementsAre;

constexpr char kPython[] = R"(
import os, sys, tempfile, time
directory = sys.argv[1]
def set_value(value):
    handle, path = tempfile.mkstemp(dir=directory)
    with open(handle, "wb") as file:
        file.write(value)
    os.replace(path, os.path.join(directory, "k0"))
def get_value():
    try:
        with open(os.path.join(directory, "k0"), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
for line in sys.stdin:
    if line == "set\n":
        set_value(b"v" * 100)
    elif line == "get\n":
        print(get_value() is not None)
    elif line == "sleep\n":
        time.sleep(1000)
    print("done", flush=True)
)";

class InterpreterTest : public SessionTest {
 protected:
  void StartPython(size_t processes, bool realtime) {
    TraceOptions options;
    options.realtime = realtime;
    for (size_t i = 0; i < processes; ++i) {
      Subject subject;
      subject.command = {"python3", "-c", kPython, directory_.path()};
      options.subjects.push_back(std::move(subject));
    }
    auto session = TraceSession::Start(std::move(options));
    ASSERT_TRUE(session.ok()) << session.error().Message();
    session_ = std::move(session).value();
    ASSERT_TRUE(session_->BeginExecution(directory_.path()).ok());
  }
};

TEST_F(InterpreterTest, PythonMakesOneCallAtATime) {
  for (const bool realtime : {true, false}) {
    StartPython(2, realtime);
    Tell(0, "set");
    Tell(1, "get");
    // The first set of a process looks for a directory to be random in; the second is like all.
    StepAll(0);
    StepAll(1);
    EXPECT_EQ(StandingOf(0), Standing::kWaitsForInput) << session_->state(0).why;
    const std::vector<std::string> first = Do(0, "set");
    EXPECT_THAT(first, testing::Contains("rename(\"temp#3\", \"k0\") → 0"));
    EXPECT_THAT(first, testing::Contains(testing::StartsWith("openat(\"temp#3\", O_CREAT|O_EXCL")));
    const std::vector<std::string> read = Do(1, "get");
    EXPECT_THAT(read, testing::Contains("openat(\"k0\", O_RDONLY) → 3"));
    EXPECT_THAT(read, testing::Contains(testing::EndsWith("→ 100")));
    EXPECT_THAT(Do(0, "sleep"), ElementsAre());
    EXPECT_EQ(Answers(0), "done\ndone\ndone\n");
    session_.reset();
  }
}

// The same requests over fresh directories: the same calls, whatever the names drawn.
TEST_F(InterpreterTest, ExecutionsAgree) {
  StartPython(1, true);
  Do(0, "set");
  std::vector<std::vector<std::string>> executions;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(session_->BeginExecution(directory_.path()).ok());
    executions.push_back(Do(0, "set"));
  }
  for (const auto& execution : executions) EXPECT_EQ(execution, executions.front());
}

}  // namespace
}  // namespace tearproof::trace
