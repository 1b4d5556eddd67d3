#include "harness/trace/trace_session.h"

#include <utility>

namespace tearproof::trace {

Result<std::unique_ptr<TraceSession>> TraceSession::Start(TraceOptions options) {
  auto session = std::unique_ptr<TraceSession>(new TraceSession(options.subjects.size()));
  session->scene_.owns_clock = options.owns_clock;
  session->scene_.records_changes = options.records_changes;
  session->scene_.refuses_sharing = options.refuses_sharing;
  // Changes are read back before the thread goes on.
  if (options.tap && !options.records_changes) session->scene_.tap = ResultTap::Shared();
  TEARPROOF_ASSIGN_OR_RETURN(session->core_, OneCore::Take(options.core, options.realtime));
  for (size_t i = 0; i < options.subjects.size(); ++i) {
    session->processes_.push_back(
        std::make_unique<TracedProcess>(i, std::move(options.subjects[i]), options.patience,
                                        &session->scene_, session->core_.get()));
    TEARPROOF_RETURN_IF_ERROR(session->processes_.back()->Start());
  }
  return session;
}

TraceSession::~TraceSession() = default;

Result<void> TraceSession::BeginExecution(const std::string& directory) {
  ForgetExecution();
  return scene_.view.Enter(directory);
}

void TraceSession::BeginExecutionAgain() {
  TEARPROOF_CHECK(scene_.view.entered(), "an execution had a directory before");
  ForgetExecution();
  scene_.view.EnterAgain();
}

void TraceSession::ForgetExecution() {
  for (const auto& process : processes_) {
    const Standing standing = process->state().standing;
    TEARPROOF_CHECK(standing != Standing::kAtCall && standing != Standing::kBlocked,
                    "an execution begins when no subject is at a call");
    process->BeginExecution();
  }
  scene_.identity.Renew();
  scene_.mapped.clear();
  scene_.openings.Clear();
  scene_.trespasses.clear();
  scene_.locks.Clear();
  scene_.clock.Reset();
}

std::string TraceSession::TextToShow(std::string text, const std::string& directory) const {
  return scene_.identity.TextToShow(std::move(text), directory);
}

void TraceSession::Advance(int64_t nanos) {
  TEARPROOF_CHECK(scene_.owns_clock, "a clock that is not ours cannot be moved");
  scene_.clock.Advance(nanos);
}

void TraceSession::Reconsider(size_t process) {
  processes_[process]->TakeFreed();
  for (const auto& each : processes_) each->Reconsider();
}

std::optional<Event> TraceSession::Step(size_t process, std::optional<Fault> fault) {
  std::optional<Event> event = processes_[process]->Step(fault);
  Reconsider(process);
  return event;
}

void TraceSession::Resume(size_t process) {
  processes_[process]->Resume();
  Reconsider(process);
}

void TraceSession::RunFreely(size_t process, std::vector<Event>* events) {
  processes_[process]->RunFreely(events);
  Reconsider(process);
}

Event TraceSession::Kill(size_t process) {
  Event event = processes_[process]->Kill();
  Reconsider(process);
  return event;
}

std::optional<Event> TraceSession::KillWithin(size_t process, uint64_t bytes) {
  std::optional<Event> event = processes_[process]->KillWithin(bytes);
  Reconsider(process);
  return event;
}

Result<void> TraceSession::Restart(size_t process) {
  Kill(process);
  return processes_[process]->Start();
}

}  // namespace tearproof::trace
