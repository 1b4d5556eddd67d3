// How the processes of a cache take the steps that an explorer chooses.
#include <fmt/format.h>

#include <cerrno>

#include "harness/explore/traced_cache.h"
#include "harness/explore/traced_event.h"

namespace tearproof::explore {

Readiness TracedCache::ReadinessOf(ProcessId process) {
  if (actors_[process].gone) return Readiness::kFinished;
  switch (session_->state(process).standing) {
    case trace::Standing::kAtCall:
      return Readiness::kReady;
    case trace::Standing::kWaitsForMemory:
      return Readiness::kBlocked;
    case trace::Standing::kBlocked:
      return BeginsAlone(actors_[process]) ? Readiness::kReady : Readiness::kBlocked;
    default:
      return Readiness::kFinished;
  }
}

// An attempt to lock waits, a begin does not: as one event, what is ordered by the one could not
// come before what is ordered by the other.
bool TracedCache::BeginsAlone(const Actor& actor) {
  if (!actor.running || actor.begun) return false;
  return session_->state(actor.number).standing == trace::Standing::kBlocked ||
         session_->Pending(actor.number).lock == trace::LockRole::kAttempt;
}

std::string TracedCache::Pending(ProcessId process) {
  const Actor& actor = actors_[process];
  if (BeginsAlone(actor)) return BeginLabel(actor);
  return session_->Pending(process).label;
}

std::string TracedCache::BeginLabel(const Actor& actor) const {
  const Op& op = actor.op;
  return fmt::format("begin({}{}{})", OpKindName(op.kind), op.key == kNoKey ? "" : " ",
                     op.key == kNoKey ? "" : keys_[op.key]);
}

Event TracedCache::Begin(Actor& actor) {
  actor.begun = true;
  actor.op.invoke = ++now_;
  Event event;
  event.process = static_cast<ProcessId>(actor.number);
  event.label = BeginLabel(actor);
  AddOrder(actor, trace::AccessMode::kRead, &event.footprint);
  return event;
}

Footprint TracedCache::Awaited(ProcessId process) {
  // What it waits for is nowhere to be seen.
  if (session_->state(process).standing == trace::Standing::kWaitsForMemory) return {};
  return session_->Pending(process).footprint;
}

Result<Event> TracedCache::Step(ProcessId process) {
  if (BeginsAlone(actors_[process])) return Begin(actors_[process]);
  return Take(process, std::nullopt);
}

FaultSet TracedCache::PossibleFaults(ProcessId process) {
  const FaultSet single = setup_.faults & trace::kSingleFaults;
  const trace::Standing standing = session_->state(process).standing;
  const bool at_call =
      standing == trace::Standing::kAtCall || standing == trace::Standing::kBlocked;
  if (single == 0 || !at_call || BeginsAlone(actors_[process])) return 0;
  return session_->PossibleFaults(process, single);
}

void TracedCache::NoteStruck(Actor& actor, Fault fault) {
  actor.struck = true;
  parts_.struck.push_back(
      {actor.op.process, actor.op.sequence, std::string(trace::FaultName(fault))});
}

// What is still open once all have come to the end of their programs.
void TracedCache::NoteLeaks() {
  for (ProcessId process = 0; process < processes(); ++process) {
    const Actor& actor = actors_[process];
    std::vector<std::string> open = session_->OpenPaths(process);
    if (actor.gone || open.size() <= std::max(actor.kept_open, stays_open_)) continue;
    for (const std::string& path : open) {
      parts_.survey.left_open.push_back(
          fmt::format("{} {}: {}", actor.role, process,
                      session_->TextToShow(LoggedDirectory() + "/" + path, CacheDirectory())));
    }
  }
}

Result<Event> TracedCache::Take(ProcessId process, std::optional<Fault> fault) {
  Actor& actor = actors_[process];
  const FaultSet possible = PossibleFaults(process);
  const std::optional<trace::Event> happened = session_->Step(process, fault);
  if (!happened) {
    return SystemError(EDEADLK, fmt::format("process {} waits for a lock that was free", process));
  }
  ++now_;
  Event event = EventOf(process, *happened);
  event.possible = possible;
  if (happened->fault) NoteStruck(actor, *happened->fault);
  if (happened->unseen != trace::Unseen::kNothing) unseen_ = happened->unseen;
  if (!actor.begun) {
    actor.begun = true;
    actor.op.invoke = now_;
    AddOrder(actor, trace::AccessMode::kRead, &event.footprint);
  }
  if (setup_.keeps_log) log_.push_back({now_, *happened});
  TEARPROOF_RETURN_IF_ERROR(GoOn(actor, &event.footprint));
  event.fate = FateOf(actor, &event.footprint);
  TEARPROOF_RETURN_IF_ERROR(WakeOthers(actor, &event.footprint));
  return event;
}

// Those that waited in memory may have come to the end of their operations.
Result<void> TracedCache::WakeOthers(const Actor& mover, Footprint* footprint) {
  for (ProcessId process = 0; process < processes(); ++process) {
    Actor& actor = actors_[process];
    const trace::Standing standing = session_->state(process).standing;
    if (standing == trace::Standing::kWaitsForMemory) {
      unseen_ = trace::Unseen::kSharedMapping;
    } else if (actor.number != mover.number && actor.running && !actor.gone &&
               standing == trace::Standing::kWaitsForInput) {
      TEARPROOF_RETURN_IF_ERROR(GoOn(actor, footprint));
      FateOf(actor, footprint);
    }
  }
  return {};
}

Fate TracedCache::FateOf(Actor& actor, Footprint* footprint) {
  const trace::ProcessState& state = session_->state(actor.number);
  const bool ended = state.standing == trace::Standing::kEnded;
  const bool stuck =
      state.standing == trace::Standing::kStuck || state.standing == trace::Standing::kOutputFull;
  if (!ended && !stuck) return Fate::kGoesOn;
  actor.gone = true;
  if (actor.running && !actor.begun) {  // Its operation came to no call.
    actor.op.invoke = now_;
    AddOrder(actor, trace::AccessMode::kRead, footprint);
  }
  ProcessInfo& info = parts_.processes[actor.number];
  if (stuck) {
    parts_.stalls.push_back({actor.op.process, actor.op.sequence, 0, setup_.patience, false});
  } else {
    info.end = ProcessInfo::End::kDied;
    info.reaped = now_;
    const bool exited = state.end.kind() == trace::WaitStatus::Kind::kExited;
    if (exited) info.end_status = state.end.exit_code();
    if (!exited) info.end_signal = state.end.signal();
  }
  if (actor.running) EndOp(actor);
  return stuck ? Fate::kStuck : Fate::kCrashed;
}

Result<Event> TracedCache::Kill(ProcessId process) {
  Actor& actor = actors_[process];
  const trace::Event killed = session_->Kill(process);
  ++now_;
  Event event = EventOf(process, killed);
  event.fate = Fate::kKilled;
  actor.gone = true;
  ProcessInfo& info = parts_.processes[process];
  info.end = ProcessInfo::End::kKilled;
  info.reaped = now_;
  if (actor.running && actor.begun) {
    AddOrder(actor, trace::AccessMode::kUpdate, &event.footprint);
    EndOp(actor);
  }
  TEARPROOF_RETURN_IF_ERROR(WakeOthers(actor, &event.footprint));
  return event;
}

}  // namespace tearproof::explore
