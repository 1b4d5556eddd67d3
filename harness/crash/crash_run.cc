#include "harness/crash/crash_run.h"

#include <algorithm>

#include "harness/explore/simple_schedulers.h"

namespace tearproof::crash {

Result<std::unique_ptr<CrashSubject>> CrashSubject::Start(explore::CacheSetup setup,
                                                          std::vector<std::string> forgotten) {
  setup.keeps_log = true;
  TEARPROOF_ASSIGN_OR_RETURN(auto cache, explore::TracedCache::Start(std::move(setup)));
  return std::unique_ptr<CrashSubject>(new CrashSubject(std::move(cache), std::move(forgotten)));
}

Result<void> CrashSubject::Restart() {
  TEARPROOF_RETURN_IF_ERROR(cache_->Restart());
  inodes_.clear();
  TEARPROOF_ASSIGN_OR_RETURN(base_, ReadTree(cache_->LoggedDirectory(), &inodes_));
  synced_ = 0;
  for (const Op& op : cache_->PartsSoFar().ops) synced_ = std::max(synced_, op.invoke);
  if (listener_) listener_(0);
  return {};
}

Result<explore::Event> CrashSubject::Step(explore::ProcessId process) {
  Result<explore::Event> event = cache_->Step(process);
  if (listener_) listener_(cache_->log().size());
  return event;
}

CrashRun CrashSubject::TakeRun(const explore::Execution& execution) const {
  CrashRun run;
  LogSource source;
  source.base = base_;
  source.inodes = inodes_;
  source.calls = cache_->log();
  source.before = cache_->changes_before();
  source.forgotten = forgotten_;
  run.log = BuildWriteLog(std::move(source));
  run.parts = cache_->PartsSoFar();
  run.synced = synced_;
  for (size_t i = 0; i < execution.order.size(); ++i)
    run.events.push_back(execution.order.event(i));
  return run;
}

Result<CrashRun> TraceOneRun(CrashSubject& subject, std::vector<explore::ProcessId> choices) {
  explore::ReplayScheduler scheduler(std::move(choices), explore::ReplayScheduler::Beyond::kGoOn);
  explore::Runner runner(subject, {});
  if (!scheduler.Begin()) return SystemError(EINVAL, "a schedule that is run once was run before");
  TEARPROOF_ASSIGN_OR_RETURN(const explore::Execution* execution, runner.Run(scheduler));
  if (scheduler.impossible_at()) {
    return UsageError("the schedule does not apply any more: a process cannot go on where it says");
  }
  return subject.TakeRun(*execution);
}

}  // namespace tearproof::crash
