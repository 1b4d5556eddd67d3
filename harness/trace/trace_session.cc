#include "harness/trace/trace_session.h"

#include <utility>

namespace tearproof::trace {

Result<std::unique_ptr<TraceSession>> TraceSession::Start(TraceOptions options) {
  auto session = std::unique_ptr<TraceSession>(new TraceSession(options.subjects.size()));
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
  for (const auto& process : processes_) {
    const Standing standing = process->state().standing;
    TEARPROOF_CHECK(standing != Standing::kAtCall && standing != Standing::kBlocked,
                    "an execution begins when no subject is at a call");
    process->ForgetFiles();
  }
  scene_.identity.Renew();
  scene_.mapped.clear();
  return scene_.view.Enter(directory);
}

void TraceSession::Spread(const Footprint& footprint) {
  for (const Access& access : footprint) {
    if (access.object.kind != ObjectKind::kLock || access.mode != AccessMode::kWrite) continue;
    for (const auto& process : processes_) process->NoteFreed(access.object);
  }
}

void TraceSession::SpreadFreed(size_t process) { Spread(processes_[process]->TakeFreed()); }

std::optional<Event> TraceSession::Step(size_t process) {
  std::optional<Event> event = processes_[process]->Step();
  if (event) Spread(event->footprint);
  SpreadFreed(process);
  return event;
}

void TraceSession::Resume(size_t process) {
  processes_[process]->Resume();
  SpreadFreed(process);
}

void TraceSession::RunFreely(size_t process, std::vector<Event>* events) {
  std::vector<Event> own;
  processes_[process]->RunFreely(&own);
  for (Event& event : own) {
    Spread(event.footprint);
    if (events != nullptr) events->push_back(std::move(event));
  }
  SpreadFreed(process);
}

Event TraceSession::Kill(size_t process) {
  Event event = processes_[process]->Kill();
  Spread(event.footprint);
  return event;
}

std::optional<Event> TraceSession::KillWithin(size_t process, uint64_t bytes) {
  std::optional<Event> event = processes_[process]->KillWithin(bytes);
  if (event) Spread(event->footprint);
  SpreadFreed(process);
  return event;
}

Result<void> TraceSession::Restart(size_t process) {
  Kill(process);
  return processes_[process]->Start();
}

}  // namespace tearproof::trace
