// A small POSIX file system in memory, and processes that run straight programs on it.
//
// Purpose: a Subject that takes no time, so that litmus tests and thousands of random programs can
// be explored in every way. Footprints follow the rules that the tracer follows.
#ifndef TEARPROOF_HARNESS_EXPLORE_SIMULATED_FILES_FOR_TESTS_H_
#define TEARPROOF_HARNESS_EXPLORE_SIMULATED_FILES_FOR_TESTS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/explore/subject.h"

namespace tearproof::explore {

struct Command {
  enum class Kind : uint8_t {
    kOpen,   // name, create, truncate, exclusive
    kRead,   // one byte
    kWrite,  // text
    kClose,
    kRename,  // name to target
    kUnlink,  // name
    kStat,    // name
    kList,
    kLock,  // shared, wait
    kUnlock,
    kBegin,  // of an operation
    kEnd,
    kCrash,
  };
  Kind kind = Kind::kStat;
  int slot = 0;  // The process's descriptor.
  std::string name;
  std::string target;
  bool create = false;
  bool truncate = false;
  bool exclusive = false;
  bool shared = false;
  bool wait = true;
  uint32_t tries = 1;  // Until it succeeds, so often at most.
};

Command Open(std::string name, std::string_view flags = "", int slot = 0);  // "creat|trunc|excl"
Command Read(int slot = 0);
Command Write(std::string text, int slot = 0);
Command Close(int slot = 0);
Command Rename(std::string from, std::string to);
Command Unlink(std::string name);
Command Stat(std::string name);
Command List();
Command Lock(bool shared = false, bool wait = true, int slot = 0);
Command Unlock(int slot = 0);
Command Begin();
Command End();
Command Retry(Command command, uint32_t tries);

std::string Label(const Command& command);

using Program = std::vector<Command>;

class SimulatedFiles : public Subject {
 public:
  // `files`: the names that exist at the beginning, with their contents.
  SimulatedFiles(std::vector<Program> programs, std::map<std::string, std::string> files)
      : programs_(std::move(programs)), initial_(std::move(files)) {}

  uint32_t processes() const override { return static_cast<uint32_t>(programs_.size()); }
  Result<void> Restart() override;
  Readiness ReadinessOf(ProcessId process) override;
  std::string Pending(ProcessId process) override;
  Footprint Awaited(ProcessId process) override;
  Result<Event> Step(ProcessId process) override;
  Result<Event> Kill(ProcessId process) override;
  // A write may find no room, and a wait for a lock be interrupted; the program goes on behind it.
  FaultSet PossibleFaults(ProcessId process) override;
  Result<Event> Fail(ProcessId process, Fault fault) override;

  // What there is in the end: names and contents, and who holds locks.
  std::string State() const;
  uint64_t restarts() const { return restarts_; }
  // From the n-th restart on (from 1), each first event's result is another one.
  void ChangeFrom(uint64_t restart) { change_from_ = restart; }

 private:
  struct Inode {
    std::string data;
    // Who locks it, and whether as one of several.
    std::map<ProcessId, bool> locks;
  };
  struct Descriptor {
    uint64_t inode = 0;
    size_t offset = 0;
  };
  struct Process {
    size_t next = 0;
    uint32_t failed_tries = 0;
    uint64_t created = 0;
    bool dead = false;
    std::map<int, Descriptor> open;
  };

  const Command& Current(ProcessId process) const {
    return programs_[process][processes_[process].next];
  }
  Descriptor* Find(ProcessId process, const Command& command);
  bool WouldWait(ProcessId process);
  // Each fills the event and says whether the call succeeded.
  bool DoOpen(ProcessId process, const Command& command, Event& event);
  bool DoRead(ProcessId process, const Command& command, Event& event);
  bool DoWrite(ProcessId process, const Command& command, Event& event);
  bool DoRename(const Command& command, Event& event);
  bool DoUnlink(const Command& command, Event& event);
  bool DoStat(const Command& command, Event& event);
  bool DoLock(ProcessId process, const Command& command, Event& event);
  bool Execute(ProcessId process, const Command& command, Event& event);
  void ReleaseLock(ProcessId process, uint64_t inode, Event& event);

  std::vector<Program> programs_;
  std::map<std::string, std::string> initial_;
  std::map<std::string, uint64_t> names_;
  std::map<uint64_t, Inode> inodes_;
  std::vector<Process> processes_;
  uint64_t restarts_ = 0;
  uint64_t change_from_ = ~uint64_t{0};
};

// The programs of the litmus tests: each writes and reads "k" in two parts.
inline const Program kNaiveWriter = {Open("k", "creat|trunc"), Write("a"), Write("b"), Close()};
inline const Program kReader = {Open("k"), Read(), Read(), Close()};
inline Program RenamingWriter(const std::string& temporary) {
  return {Open(temporary, "creat|trunc"), Write("a"), Write("b"), Close(), Rename(temporary, "k")};
}

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_SIMULATED_FILES_FOR_TESTS_H_
