#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

OwnedDirectory FreshDirectory() {
  auto made = OwnedDirectory::Create("/dev/shm");
  TEARPROOF_CHECK(made.ok(), made.ok() ? "" : made.error().Message());
  return std::move(made).value();
}

}  // namespace

SessionTest::SessionTest() : directory_(FreshDirectory()) {}

void SessionTest::StartSubjects(const std::vector<std::string>& behaviours, int64_t patience,
                                bool realtime) {
  TraceOptions options;
  options.records_changes = records_changes_;
  options.patience = patience;
  options.realtime = realtime;
  options.tap = tap_;
  for (const std::string& behaviour : behaviours) {
    Subject subject;
    subject.command = {TRACE_SUBJECT};
    if (!behaviour.empty()) subject.command.push_back(behaviour);
    subject.directory = directory_.path();
    options.subjects.push_back(std::move(subject));
  }
  auto session = TraceSession::Start(std::move(options));
  // Nothing that a test does makes sense without a session, and the message names the setting that
  // forbids tracing.
  TEARPROOF_CHECK(session.ok(), session.ok() ? "" : session.error().Message());
  session_ = std::move(session).value();
  const auto begun = session_->BeginExecution(directory_.path());
  ASSERT_TRUE(begun.ok()) << begun.error().Message();
}

void SessionTest::Tell(size_t process, const std::string& line) {
  const std::string text = line + "\n";
  ASSERT_EQ(write(session_->input(process), text.data(), text.size()),
            static_cast<ssize_t>(text.size()));
  session_->Resume(process);
}

std::string SessionTest::Answers(size_t process) {
  std::string answers;
  std::array<char, 4096> part;
  ssize_t got = 0;
  while ((got = read(session_->output(process), part.data(), part.size())) > 0) {
    answers.append(part.data(), static_cast<size_t>(got));
  }
  return answers;
}

std::vector<std::string> SessionTest::StepAll(size_t process) {
  std::vector<std::string> lines;
  while (StandingOf(process) == Standing::kAtCall) {
    const std::string pending = session_->Pending(process).label;
    const auto event = session_->Step(process);
    if (!event) continue;
    EXPECT_EQ(event->label, pending);
    lines.push_back(event->label + " " + event->Outcome());
  }
  return lines;
}

std::vector<std::string> SessionTest::Do(size_t process, const std::string& line) {
  Tell(process, line);
  return StepAll(process);
}

void SessionTest::WriteFile(const std::string& name, const std::string& content) {
  std::ofstream(directory_.path() + "/" + name, std::ios::binary) << content;
}

std::string SessionTest::ReadFile(const std::string& name) {
  std::ifstream file(directory_.path() + "/" + name, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace tearproof::trace
