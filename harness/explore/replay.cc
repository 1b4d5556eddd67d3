#include "harness/explore/replay.h"

#include <fmt/format.h>

#include "harness/explore/simple_schedulers.h"

namespace tearproof::explore {
namespace {

constexpr char kStruckBy = '=';

std::string Told(const Event& event) {
  return fmt::format("process {}: {} = {}", event.process, event.label, event.result);
}

// "write", "write=enospc"
std::string CallOf(const Event& event) {
  std::string call(CallName(event.label));
  if (event.fault) call += kStruckBy + trace::FaultMark(*event.fault);
  return call;
}

// What a call of a schedule was struck by, or "".
std::string StruckBy(const std::string& call) {
  const size_t at = call.find(kStruckBy);
  return at == std::string::npos ? "" : call.substr(at + 1);
}

// Where the events first leave the schedule, in words, or "".
std::string DepartureFrom(const Schedule& schedule, const std::vector<Event>& events) {
  for (size_t i = 0; i < schedule.choices.size(); ++i) {
    const std::string expected = i < schedule.calls.size()
                                     ? schedule.calls[i]
                                     : fmt::format("a call of process {}", schedule.choices[i]);
    if (i >= events.size()) {
      return fmt::format("subject changed at step {}: expected {}, got the end", i + 1, expected);
    }
    const Event& event = events[i];
    if (event.process != schedule.choices[i]) {
      return fmt::format("subject changed at step {}: expected {}, but process {} cannot go on",
                         i + 1, expected, schedule.choices[i]);
    }
    if (i < schedule.calls.size() && CallOf(event) != schedule.calls[i]) {
      return fmt::format("subject changed at step {}: expected {}, got {}", i + 1, expected,
                         CallOf(event));
    }
  }
  // A schedule without calls may be the beginning of an execution.
  if (!schedule.calls.empty() && events.size() > schedule.choices.size()) {
    return fmt::format("subject changed at step {}: expected the end, got {}",
                       schedule.choices.size() + 1, CallOf(events[schedule.choices.size()]));
  }
  return "";
}

}  // namespace

void Record(const std::vector<Event>& events, Schedule& schedule) {
  schedule.choices.clear();
  schedule.calls.clear();
  for (const Event& event : events) {
    schedule.choices.push_back(event.process);
    schedule.calls.push_back(CallOf(event));
  }
}

Result<std::optional<Mishap>> MishapOf(const Schedule& schedule) {
  std::optional<Mishap> mishap;
  for (size_t i = 0; i < schedule.calls.size() && i < schedule.choices.size(); ++i) {
    const std::string struck_by = StruckBy(schedule.calls[i]);
    const std::optional<Fault> fault = trace::ParseFault(struck_by);
    if (!struck_by.empty() && !fault) {
      return UsageError("a schedule in which a call fails by " + struck_by + ", which is no fault");
    }
    const bool sharing = fault == Fault::kSharing;
    if (sharing || (!fault && schedule.calls[i] != kKilled)) continue;
    if (mishap) return UsageError("a schedule in which two processes die or calls fail", "");
    mishap = Mishap{schedule.choices[i], 0, fault};
    for (size_t before = 0; before < i; ++before) {
      mishap->position += schedule.choices[before] == mishap->process ? 1 : 0;
    }
  }
  return mishap;
}

FaultSet FaultsOf(const Schedule& schedule) {
  FaultSet faults = 0;
  for (const std::string& call : schedule.calls) {
    if (const auto fault = trace::ParseFault(StruckBy(call))) faults |= trace::Only(*fault);
  }
  return faults;
}

Result<Replayed> Replay(Subject& subject, const Judge& judge, const Schedule& schedule,
                        RunnerOptions options) {
  TEARPROOF_ASSIGN_OR_RETURN(options.mishap, MishapOf(schedule));
  Runner runner(subject, options);
  ReplayScheduler scheduler(schedule.choices, ReplayScheduler::Beyond::kGoOn, 2);
  Replayed replayed;
  scheduler.Begin();
  TEARPROOF_ASSIGN_OR_RETURN(const Execution* execution, runner.Run(scheduler));
  for (size_t i = 0; i < execution->order.size(); ++i) {
    replayed.events.push_back(execution->order.event(i));
  }
  replayed.ending = execution->ending;
  if (IsWhole(execution->ending)) {
    TEARPROOF_ASSIGN_OR_RETURN(replayed.broken, judge(subject, *execution));
  }
  // The runner compares the second run with the first, event by event.
  scheduler.Begin();
  TEARPROOF_ASSIGN_OR_RETURN(execution, runner.Run(scheduler));
  if (execution->difference) {
    const Difference& difference = *execution->difference;
    replayed.outcome = ReplayOutcome::kNondeterministic;
    replayed.departure =
        fmt::format("the subject is not deterministic: step {} was {}, then {}",
                    difference.step + 1, Told(difference.expected), Told(difference.got));
    return replayed;
  }
  if (execution->Choices() != [&] {
        std::vector<ProcessId> choices;
        for (const Event& event : replayed.events) choices.push_back(event.process);
        return choices;
      }()) {
    replayed.outcome = ReplayOutcome::kNondeterministic;
    replayed.departure =
        fmt::format("the subject is not deterministic: it made {} steps, then {}, in another order",
                    replayed.events.size(), execution->order.size());
    return replayed;
  }
  replayed.departure = DepartureFrom(schedule, replayed.events);
  if (!replayed.departure.empty()) replayed.outcome = ReplayOutcome::kChanged;
  return replayed;
}

}  // namespace tearproof::explore
