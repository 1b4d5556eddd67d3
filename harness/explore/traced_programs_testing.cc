#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "harness/core/check.h"
#include "harness/core/text.h"
#include "harness/explore/traced_event.h"
#include "harness/explore/traced_programs_for_tests.h"

namespace tearproof::explore {
namespace {

template <typename Value>
Value Must(Result<Value> result) {
  TEARPROOF_CHECK(result.ok(), result.ok() ? "" : result.error().Message());
  return std::move(result).value();
}

std::string OpenFlags(const Command& command) {
  return std::string(command.create || command.truncate ? "O_WRONLY" : "O_RDWR") +
         (command.create ? "|O_CREAT" : "") + (command.truncate ? "|O_TRUNC" : "") +
         (command.exclusive ? "|O_EXCL" : "");
}

// `opened`: which call of the line opened each slot.
std::string CallOf(const Command& command, const std::map<int, size_t>& opened) {
  using Kind = Command::Kind;
  const auto file = [&] { return fmt::format("${}", opened.at(command.slot)); };
  switch (command.kind) {
    case Kind::kOpen:
      return fmt::format("open \"{}\" {} 384", command.name, OpenFlags(command));
    case Kind::kRead:
      return fmt::format("read {} & 1", file());
    case Kind::kWrite:
      return fmt::format("write {} @{} 1", file(), command.name);
    case Kind::kClose:
      return "close " + file();
    case Kind::kRename:
      return fmt::format("rename \"{}\" \"{}\"", command.name, command.target);
    case Kind::kUnlink:
      return fmt::format("unlink \"{}\"", command.name);
    case Kind::kStat:
      return fmt::format("stat \"{}\" &", command.name);
    case Kind::kLock:
      return fmt::format("flock {} {}", file(), command.shared ? "LOCK_SH" : "LOCK_EX");
    default:
      TEARPROOF_CHECK(false, "no traced program makes " + Label(command));
      return "";
  }
}

std::string LineOf(const Program& program) {
  std::map<int, size_t> opened;
  std::vector<std::string> calls;
  for (const Command& command : program) {
    if (command.kind == Command::Kind::kOpen) opened[command.slot] = calls.size();
    calls.push_back(CallOf(command, opened));
  }
  return Join(calls, "; ") + "\n";
}

}  // namespace

TracedPrograms::TracedPrograms(const std::vector<Program>& programs,
                               std::map<std::string, std::string> files)
    : files_(std::move(files)), directory_(Must(OwnedDirectory::Create("/dev/shm"))) {
  directory_.Claim();
  place_.Reset(open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  trace::TraceOptions options;
  for (const Program& program : programs) {
    lines_.push_back(LineOf(program));
    options.subjects.push_back({{TRACE_SUBJECT}, {}, directory_.path()});
  }
  session_ = Must(trace::TraceSession::Start(std::move(options)));
}

void TracedPrograms::BringHome() {
  // Who waits for a lock may be let go by another that goes on.
  for (ProcessId round = 0; round < processes(); ++round) {
    for (ProcessId process = 0; process < processes(); ++process) {
      while (session_->state(process).standing == trace::Standing::kAtCall) {
        session_->Step(process);
      }
    }
  }
  for (ProcessId process = 0; process < processes(); ++process) {
    std::array<char, 4096> answers;
    while (read(session_->output(process), answers.data(), answers.size()) > 0) {
    }
  }
}

Result<void> TracedPrograms::Restart() {
  BringHome();
  TEARPROOF_RETURN_IF_ERROR(RemoveContents(place_.get(), directory_.path()));
  for (const auto& [name, content] : files_) {
    std::ofstream(directory_.path() + "/" + name, std::ios::binary) << content;
  }
  if (begun_) {
    session_->BeginExecutionAgain();
  } else {
    TEARPROOF_RETURN_IF_ERROR(session_->BeginExecution(directory_.path()));
  }
  begun_ = true;
  for (ProcessId process = 0; process < processes(); ++process) {
    const std::string& line = lines_[process];
    if (write(session_->input(process), line.data(), line.size()) !=
        static_cast<ssize_t>(line.size())) {
      return SystemError(errno, "cannot tell a program to begin");
    }
    session_->Resume(process);
  }
  return {};
}

Readiness TracedPrograms::ReadinessOf(ProcessId process) {
  switch (session_->state(process).standing) {
    case trace::Standing::kAtCall:
      return Readiness::kReady;
    case trace::Standing::kBlocked:
      return Readiness::kBlocked;
    default:
      return Readiness::kFinished;
  }
}

Result<Event> TracedPrograms::Step(ProcessId process) {
  const auto happened = session_->Step(process);
  if (!happened) return SystemError(EDEADLK, "a lock that was free was waited for");
  return EventOf(process, *happened);
}

Result<Event> TracedPrograms::Kill(ProcessId process) {
  return UsageError("traced programs are not killed", fmt::format("process {}", process));
}

}  // namespace tearproof::explore
