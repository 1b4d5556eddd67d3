// One run of a scenario's programs, traced, with all that is needed to crash it anywhere.
//
// Purpose: the same processes as the explorer's; what they did to files becomes a write log, what
// they were asked for a history that any moment can cut.
// Thread safety: none. Errors: the user's or the machine's.
#ifndef TEARPROOF_HARNESS_CRASH_CRASH_RUN_H_
#define TEARPROOF_HARNESS_CRASH_CRASH_RUN_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/crash/write_log.h"
#include "harness/explore/explorer.h"
#include "harness/explore/traced_cache.h"

namespace tearproof::crash {

struct CrashRun {
  WriteLog log;
  History::Parts parts;  // Times are steps: a call's, or of what came before the first call.
  int64_t synced = 0;    // The last step before the first call: all of it is on the disk.
  std::vector<explore::Event> events;  // The choices that led here, and more than the log's calls.
};

// The traced cache, its directory read before each execution begins.
class CrashSubject : public explore::Subject {
 public:
  // `forgotten`: LogSource::forgotten.
  static Result<std::unique_ptr<CrashSubject>> Start(explore::CacheSetup setup,
                                                     std::vector<std::string> forgotten);

  uint32_t processes() const override { return cache_->processes(); }
  Result<void> Restart() override;
  explore::Readiness ReadinessOf(explore::ProcessId process) override {
    return cache_->ReadinessOf(process);
  }
  std::string Pending(explore::ProcessId process) override { return cache_->Pending(process); }
  explore::Footprint Awaited(explore::ProcessId process) override {
    return cache_->Awaited(process);
  }
  Result<explore::Event> Step(explore::ProcessId process) override;
  Result<explore::Event> Kill(explore::ProcessId process) override { return cache_->Kill(process); }

  // Called with how many calls have happened, and with 0 when an execution begins.
  void AfterEachStep(std::function<void(size_t)> listener) { listener_ = std::move(listener); }

  // REQUIRES: an execution has ended.
  CrashRun TakeRun(const explore::Execution& execution) const;
  const explore::TracedCache& cache() const { return *cache_; }

 private:
  CrashSubject(std::unique_ptr<explore::TracedCache> cache, std::vector<std::string> forgotten)
      : cache_(std::move(cache)), forgotten_(std::move(forgotten)) {}

  std::unique_ptr<explore::TracedCache> cache_;
  const std::vector<std::string> forgotten_;
  Tree base_;
  std::unordered_map<ino_t, NodeId> inodes_;
  int64_t synced_ = 0;
  std::function<void(size_t)> listener_;
};

// The run that `choices` lead to; where they end, whoever went last goes on, then the first who
// can.
Result<CrashRun> TraceOneRun(CrashSubject& subject, std::vector<explore::ProcessId> choices);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_CRASH_RUN_H_
