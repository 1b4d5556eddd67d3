#include "harness/explore/replay.h"

#include <fmt/format.h>

#include "harness/explore/simple_schedulers.h"

namespace tearproof::explore {
namespace {

std::string Told(const Event& event) {
  return fmt::format("process {}: {} = {}", event.process, event.label, event.result);
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
    if (i < schedule.calls.size() && CallName(event.label) != schedule.calls[i]) {
      return fmt::format("subject changed at step {}: expected {}, got {}", i + 1, expected,
                         CallName(event.label));
    }
  }
  // A schedule without calls may be the beginning of an execution.
  if (!schedule.calls.empty() && events.size() > schedule.choices.size()) {
    return fmt::format("subject changed at step {}: expected the end, got {}",
                       schedule.choices.size() + 1,
                       CallName(events[schedule.choices.size()].label));
  }
  return "";
}

}  // namespace

void Record(const std::vector<Event>& events, Schedule& schedule) {
  schedule.choices.clear();
  schedule.calls.clear();
  for (const Event& event : events) {
    schedule.choices.push_back(event.process);
    schedule.calls.emplace_back(CallName(event.label));
  }
}

Result<std::optional<Kill>> KillOf(const Schedule& schedule) {
  std::optional<Kill> kill;
  for (size_t i = 0; i < schedule.calls.size() && i < schedule.choices.size(); ++i) {
    if (schedule.calls[i] != kKilled) continue;
    if (kill) return UsageError("a schedule in which two processes die", "");
    kill = Kill{schedule.choices[i], 0};
    for (size_t before = 0; before < i; ++before) {
      kill->position += schedule.choices[before] == kill->process ? 1 : 0;
    }
  }
  return kill;
}

Result<Replayed> Replay(Subject& subject, const Judge& judge, const Schedule& schedule,
                        RunnerOptions options) {
  TEARPROOF_ASSIGN_OR_RETURN(options.kill, KillOf(schedule));
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
