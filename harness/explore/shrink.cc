#include "harness/explore/shrink.h"

#include "harness/core/clock.h"
#include "harness/explore/bounded_scheduler.h"
#include "harness/explore/simple_schedulers.h"

namespace tearproof::explore {
namespace {

class Shrinker {
 public:
  Shrinker(Subject& subject, const Judge& judge, const BrokenSchedule& broken,
           const ShrinkOptions& options)
      : subject_(subject),
        judge_(judge),
        broken_(broken),
        options_(options),
        deadline_(MonotonicNanos() + options.max_nanos),
        runner_(subject, options.runner) {
    runner_.SetMishap(broken.mishap);
  }

  Result<Shrunk> Run();

 private:
  // The next execution of the scheduler, if it breaks in the same way.
  Result<const Execution*> Breaks(Scheduler& scheduler);
  Result<const Execution*> Replay(std::vector<ProcessId> choices);
  // Of a process that spins, an execution takes as long as patience lasts.
  bool IsLate() const { return MonotonicNanos() >= deadline_; }
  void Keep(const Execution& execution);
  Result<void> WithinClass();
  Result<void> AmongAll();
  Result<void> FindDecidingStep();
  Result<void> TryWithoutFault();

  Subject& subject_;
  const Judge& judge_;
  const BrokenSchedule& broken_;
  const ShrinkOptions& options_;
  int64_t deadline_;
  Runner runner_;
  Shrunk shrunk_;
};

Result<const Execution*> Shrinker::Breaks(Scheduler& scheduler) {
  ++shrunk_.executions;
  TEARPROOF_ASSIGN_OR_RETURN(const Execution* execution, runner_.Run(scheduler));
  if (!IsWhole(execution->ending)) return nullptr;
  TEARPROOF_ASSIGN_OR_RETURN(const std::string kind, judge_(subject_, *execution));
  return kind == broken_.kind ? execution : nullptr;
}

Result<const Execution*> Shrinker::Replay(std::vector<ProcessId> choices) {
  ReplayScheduler replay(std::move(choices), ReplayScheduler::Beyond::kGoOn);
  return Breaks(replay);
}

void Shrinker::Keep(const Execution& execution) {
  BrokenSchedule& schedule = shrunk_.schedule;
  schedule.choices = execution.Choices();
  schedule.ending = execution.ending;
  schedule.events.clear();
  for (size_t i = 0; i < execution.order.size(); ++i) {
    schedule.events.push_back(execution.order.event(i));
  }
  shrunk_.switches = CountSwitches(schedule.choices);
}

Result<void> Shrinker::WithinClass() {
  TEARPROOF_ASSIGN_OR_RETURN(const Execution* execution, Replay(broken_.choices));
  if (execution == nullptr) {
    return Error{ErrorKind::kEnvironment, 0,
                 "the schedule does not break " + broken_.kind + " a second time",
                 "the cache under test is not deterministic"};
  }
  Keep(*execution);
  if (IsLate()) return {};
  const auto calm = FewestSwitches(execution->order, options_.class_limit);
  if (!calm || CountSwitches(*calm) >= shrunk_.switches) return {};
  TEARPROOF_ASSIGN_OR_RETURN(execution, Replay(*calm));
  if (execution != nullptr && CountSwitches(execution->Choices()) < shrunk_.switches) {
    Keep(*execution);
  }
  return {};
}

Result<void> Shrinker::AmongAll() {
  for (uint32_t bound = 0; bound < shrunk_.switches; ++bound) {
    BoundedScheduler scheduler(BoundedScheduler::Bounds::kSwitches, bound);
    while (scheduler.Begin()) {
      if (IsLate() || shrunk_.executions >= options_.max_executions) return {};
      TEARPROOF_ASSIGN_OR_RETURN(const Execution* execution, Breaks(scheduler));
      if (execution == nullptr) continue;
      Keep(*execution);
      break;
    }
  }
  shrunk_.fewest = true;
  return {};
}

Result<void> Shrinker::FindDecidingStep() {
  const std::vector<ProcessId> choices = shrunk_.schedule.choices;
  for (size_t step = choices.size(); step-- > 1;) {
    if (choices[step] == choices[step - 1]) continue;
    if (IsLate()) return {};
    TEARPROOF_ASSIGN_OR_RETURN(
        const Execution* execution,
        Replay({choices.begin(), choices.begin() + static_cast<ptrdiff_t>(step)}));
    if (execution != nullptr) continue;
    shrunk_.deciding_step = step;
    return {};
  }
  return TryWithoutFault();
}

// REQUIRES: no order of the processes decides.
Result<void> Shrinker::TryWithoutFault() {
  if (IsLate() || !broken_.mishap || !broken_.mishap->fault) return {};
  runner_.SetMishap(std::nullopt);
  TEARPROOF_ASSIGN_OR_RETURN(const Execution* execution, Replay(shrunk_.schedule.choices));
  runner_.SetMishap(broken_.mishap);
  if (execution != nullptr) return {};
  for (size_t step = 0; step < shrunk_.schedule.events.size(); ++step) {
    if (shrunk_.schedule.events[step].fault) shrunk_.deciding_step = step;
  }
  return {};
}

Result<Shrunk> Shrinker::Run() {
  shrunk_.schedule = broken_;
  TEARPROOF_RETURN_IF_ERROR(WithinClass());
  if (IsLate()) return std::move(shrunk_);
  TEARPROOF_RETURN_IF_ERROR(AmongAll());
  // As many executions as there are switches, which are not to be had for want of fewer.
  deadline_ = MonotonicNanos() + options_.max_nanos;
  TEARPROOF_RETURN_IF_ERROR(FindDecidingStep());
  return std::move(shrunk_);
}

}  // namespace

Result<Shrunk> Shrink(Subject& subject, const Judge& judge, const BrokenSchedule& broken,
                      const ShrinkOptions& options) {
  return Shrinker(subject, judge, broken, options).Run();
}

}  // namespace tearproof::explore
