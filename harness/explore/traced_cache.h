// A cache behind adapters, run by a scenario's small programs, as a subject of the explorer.
//
// Purpose: each process of the scenario is one traced adapter that is asked one operation after the
// other. An operation begins with its first event and ends with its last: no tighter interval is
// possible, so none would put more into order; where the first is an attempt to lock, the begin is
// an event of its own. The begin reads and the end updates its key's
// kOrder object, by which real-time order is part of what happens before what.
// Between executions the processes live on over a fresh directory; who was killed is started anew,
// and all are where the scenario's reset is "process".
//
// Thread safety: none; the thread that called Start. Ownership: of all processes, and of the
// directory, which is removed at the end. Units: histories count in steps.
// Errors: Start's and Restart's are the user's or the machine's; what the cache does wrong is in
// the events and in the history.
#ifndef TEARPROOF_HARNESS_EXPLORE_TRACED_CACHE_H_
#define TEARPROOF_HARNESS_EXPLORE_TRACED_CACHE_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/adapter/protocol.h"
#include "harness/api/request_maker.h"
#include "harness/api/scenario.h"
#include "harness/core/owned_directory.h"
#include "harness/explore/subject.h"
#include "harness/history/history.h"
#include "harness/trace/trace_session.h"

namespace tearproof::explore {

struct CacheSetup {
  std::vector<std::string> command;  // Starts one adapter.
  Scenario scenario;                 // Whose roles have explore programs.
  BackendOptions options;
  std::string parent_directory;
  int core = -1;           // On which all processes run; -1: where the caller is.
  bool keeps_log = false;  // log() is of use.
  // PossibleFaults tells of these; with kSharing, files are renamed and removed as on Windows.
  FaultSet faults = 0;
  // How long an operation may compute, or sleep in something else than a lock, in nanoseconds.
  int64_t patience = trace::kPatience;
};

// A call that happened, with what it did to files.
struct LoggedCall {
  int64_t step = 0;  // The history's time when it had happened.
  trace::Event event;
};

class TracedCache : public Subject {
 public:
  static Result<std::unique_ptr<TracedCache>> Start(CacheSetup setup);

  uint32_t processes() const override { return actors_.size() - kHelpers; }
  Result<void> Restart() override;
  Readiness ReadinessOf(ProcessId process) override;
  std::string Pending(ProcessId process) override;
  Footprint Awaited(ProcessId process) override;
  Result<Event> Step(ProcessId process) override;
  Result<Event> Kill(ProcessId process) override;
  FaultSet PossibleFaults(ProcessId process) override;
  Result<Event> Fail(ProcessId process, Fault fault) override { return Take(process, fault); }

  // All that happened in the execution, which has ended; runs the audit first, if the scenario has
  // one and nobody is left waiting.
  Result<History> TakeHistory();
  // What has happened so far; the operations under way are open.
  History::Parts PartsSoFar() const;
  // The calls of the scenario's processes since Restart, and before those the changes of what all
  // were asked for while they were alone. REQUIRES: CacheSetup::keeps_log.
  const std::vector<LoggedCall>& log() const { return log_; }
  const std::vector<trace::Change>& changes_before() const { return changes_before_; }
  // What the footprints of the execution could not tell.
  trace::Unseen unseen() const { return unseen_; }
  // What the paths of changes begin at.
  std::string LoggedDirectory() const { return directory_.path() + "/x"; }
  // The cache's directory, within one of ours.
  std::string CacheDirectory() const { return directory_.path() + "/x/cache"; }
  const std::string& RoleOf(ProcessId process) const { return actors_[process].role; }

 private:
  static constexpr size_t kHelpers = 2;  // Behind the processes of the scenario: setup, audit.

  struct Actor {
    size_t number = 0;
    std::string role;
    std::vector<Task> script;
    size_t next = 0;
    uint64_t sequence = 0;
    uint64_t request = 0;
    bool running = false;  // An operation was asked for and is not answered.
    bool begun = false;    // Its first event has happened.
    bool gone = false;
    bool struck = false;   // A call of the operation was made to fail.
    size_t kept_open = 0;  // Descriptors of the cache before the first operation.
    Op op;
    std::string received;
    adapter::Manner manner;
    std::unique_ptr<RequestMaker> maker;
  };

  explicit TracedCache(CacheSetup setup, OwnedDirectory directory);
  void MakeActors();
  std::set<uint32_t> NamedKeys() const;
  Result<void> TidyUp(Actor& actor);
  // All but directories, by their paths from there.
  static std::set<std::string> FilesUnder(const std::string& directory);
  Result<void> LearnNames();
  Result<void> LearnWhatStays();
  Task TaskOf(OpKind kind, uint32_t key, std::optional<uint32_t> ttl_millis) const;
  void Append(const tearproof::Step& step, std::vector<Task>* script) const;
  Result<void> MakeFreshDirectory();
  Result<void> PlantForeignFiles();
  Result<void> BringHome();
  static bool HasOwnInit(const Actor& actor);
  bool MakesItself() const;
  bool StayedHalfOpen(const Actor& actor) const;
  // Asks one operation and lets it happen without decisions.
  Result<void> DoFreely(Actor& actor, const Task& task);
  Result<void> DoAllFreely(Actor& actor, const std::vector<Task>& tasks);
  Result<void> Ask(Actor& actor, const Task& task);
  // Takes answers and asks on, until the process stands at an event or has nothing left to do.
  Result<void> GoOn(Actor& actor, Footprint* footprint);
  Result<void> TakeAnswer(Actor& actor);
  void EndOp(Actor& actor);
  void AddOrder(const Actor& actor, trace::AccessMode mode, Footprint* footprint) const;
  bool BeginsAlone(const Actor& actor);
  std::string BeginLabel(const Actor& actor) const;
  Event Begin(Actor& actor);
  Result<Event> Take(ProcessId process, std::optional<Fault> fault);
  void NoteStruck(Actor& actor, Fault fault);
  void NoteLeaks();
  Fate FateOf(Actor& actor, Footprint* footprint);
  Result<void> WakeOthers(const Actor& mover, Footprint* footprint);

  const CacheSetup setup_;
  OwnedDirectory directory_;
  UniqueFd place_;  // Within, where the cache's directory is.
  std::vector<std::string> keys_;
  std::vector<Actor> actors_;
  std::unique_ptr<trace::TraceSession> session_;
  History::Parts parts_;
  int64_t now_ = 0;  // In steps.
  bool learned_names_ = false;
  trace::Unseen unseen_ = trace::Unseen::kNothing;
  std::vector<LoggedCall> log_;
  std::vector<trace::Change> changes_before_;
  // Files that are no litter, where the scenario's directory is tidied and looked at.
  std::optional<std::set<std::string>> stays_;
  size_t stays_open_ = 0;  // The most descriptors that one process alone keeps between operations.
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_TRACED_CACHE_H_
