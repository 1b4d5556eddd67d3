// A session over a fresh directory in memory, and its subjects, for tests.
#ifndef TEARPROOF_HARNESS_TRACE_SESSION_FOR_TESTS_H_
#define TEARPROOF_HARNESS_TRACE_SESSION_FOR_TESTS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "harness/core/owned_directory.h"
#include "harness/trace/trace_session.h"

namespace tearproof::trace {

class SessionTest : public testing::Test {
 protected:
  SessionTest();

  // Subjects of the test program, one for each behaviour ("" interprets), in the fresh directory,
  // which is the cache.
  void StartSubjects(const std::vector<std::string>& behaviours,
                     int64_t patience = 10 * kNanosPerSecond, bool realtime = true);
  // Writes the line, and lets the subject run to its first call.
  void Tell(size_t process, const std::string& line);
  // All that it has answered.
  std::string Answers(size_t process);
  // Steps it until it waits for input: "label → result" of each.
  std::vector<std::string> StepAll(size_t process);
  // Tell and StepAll.
  std::vector<std::string> Do(size_t process, const std::string& line);
  void WriteFile(const std::string& name, const std::string& content);
  std::string ReadFile(const std::string& name);
  Standing StandingOf(size_t process) { return session_->state(process).standing; }

  OwnedDirectory directory_;
  bool records_changes_ = false;
  bool tap_ = true;
  std::unique_ptr<TraceSession> session_;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_SESSION_FOR_TESTS_H_
