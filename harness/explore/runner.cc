#include "harness/explore/runner.h"

#include "harness/core/check.h"

namespace tearproof::explore {

std::vector<ProcessId> Execution::Choices() const {
  std::vector<ProcessId> choices(order.size());
  for (size_t i = 0; i < choices.size(); ++i) choices[i] = order.event(i).process;
  return choices;
}

void Runner::SetMishap(std::optional<Mishap> mishap) {
  options_.mishap = mishap;
  execution_.order.Truncate(0);
}

bool Runner::IsStruckNext(ProcessId process) {
  const std::optional<Mishap>& mishap = options_.mishap;
  if (!mishap || mishap->process != process || mishap->position != counts_[process] ||
      execution_.struck) {
    return false;
  }
  return !mishap->fault || trace::Contains(subject_.PossibleFaults(process), *mishap->fault);
}

Runner::Stand Runner::Look() {
  Stand stand;
  for (ProcessId process = 0; process < subject_.processes(); ++process) {
    const Readiness readiness = subject_.ReadinessOf(process);
    if (readiness == Readiness::kFinished) continue;
    // Death waits for nothing, nor does an interrupted wait.
    const bool struck = IsStruckNext(process);
    if (readiness == Readiness::kBlocked && !struck) {
      stand.blocked |= Bit(process);
      continue;
    }
    stand.ready |= Bit(process);
    if (!struck && polling_.Repeats(process) &&
        polling_.Waits(execution_.order, step_, process, subject_.Pending(process))) {
      stand.idle |= Bit(process);
    }
  }
  execution_.waited |= stand.blocked != 0;
  execution_.polled |= stand.idle != 0;
  return stand;
}

// REQUIRES: the execution has ended, and only its events are in the order.
void Runner::NoteAwaiting() {
  for (ProcessId process = 0; process < subject_.processes(); ++process) {
    if (subject_.ReadinessOf(process) != Readiness::kBlocked || IsStruckNext(process)) continue;
    Footprint footprint = subject_.Awaited(process);
    std::vector<uint32_t> races = execution_.order.RacesOfAwaited(process, footprint);
    execution_.awaiting.push_back({process, std::move(footprint), std::move(races)});
  }
}

ProcessSet Runner::Enabled(const Stand& stand) {
  if (stand.ready == 0) {
    execution_.ending = stand.blocked == 0 ? Ending::kComplete : Ending::kDeadlock;
    return 0;
  }
  if (step_ >= options_.max_steps) {
    execution_.ending = Ending::kTooLong;
    return 0;
  }
  if (stand.ready != stand.idle) return stand.ready & ~stand.idle;
  // Nobody is left who could change anything, so that waiting has no sense: perhaps they give up.
  if (idle_steps_++ >= options_.idle_steps) {
    execution_.ending = Ending::kLivelock;
    return 0;
  }
  std::optional<ProcessId> turn;
  for (ProcessId process = 0; process < subject_.processes(); ++process) {
    if ((stand.idle & Bit(process)) == 0) continue;
    if (!turn || counts_[process] < counts_[*turn]) turn = process;
  }
  return Bit(*turn);
}

Result<void> Runner::Step(ProcessId process, ProcessSet idle) {
  const bool struck = IsStruckNext(process);
  const bool fails = struck && options_.mishap->fault;
  TEARPROOF_ASSIGN_OR_RETURN(Event event, fails    ? subject_.Fail(process, *options_.mishap->fault)
                                          : struck ? subject_.Kill(process)
                                                   : subject_.Step(process));
  TEARPROOF_CHECK(event.process == process, "a subject executed another process than it was told");
  execution_.struck |= struck;
  HappensBefore& order = execution_.order;
  if (repeating_ && step_ < order.size() && order.event(step_).process == process) {
    if (order.event(step_) != event) {
      execution_.ending = Ending::kDifferent;
      execution_.difference = Difference{step_, order.event(step_), std::move(event)};
      order.Truncate(step_);
      return {};
    }
  } else {
    repeating_ = false;
    order.Truncate(step_);
    order.Append(std::move(event), idle);
  }
  polling_.Note(order, step_);
  ++counts_[process];
  ++step_;
  return {};
}

Result<const Execution*> Runner::Run(Scheduler& scheduler) {
  TEARPROOF_RETURN_IF_ERROR(subject_.Restart());
  execution_.enabled.clear();
  execution_.difference.reset();
  execution_.awaiting.clear();
  execution_.struck = execution_.waited = execution_.polled = false;
  step_ = 0;
  idle_steps_ = 0;
  repeating_ = true;
  counts_.assign(subject_.processes(), 0);
  polling_.Restart();
  while (!execution_.difference) {
    const Stand stand = Look();
    const ProcessSet enabled = Enabled(stand);
    if (enabled == 0) break;
    const std::optional<ProcessId> next = scheduler.Next({execution_.order, step_, enabled});
    if (!next) {
      execution_.ending = Ending::kAbandoned;
      break;
    }
    TEARPROOF_CHECK((enabled & Bit(*next)) != 0, "a scheduler chose a process that cannot go on");
    execution_.enabled.push_back(enabled);
    TEARPROOF_RETURN_IF_ERROR(Step(*next, stand.idle));
  }
  execution_.order.Truncate(step_);
  execution_.enabled.resize(step_);
  NoteAwaiting();
  scheduler.End(execution_);
  return &execution_;
}

}  // namespace tearproof::explore
