// Write logs made by hand, call by call, and all states that a model allows of them.
#ifndef TEARPROOF_HARNESS_CRASH_LOG_FOR_TESTS_H_
#define TEARPROOF_HARNESS_CRASH_LOG_FOR_TESTS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/crash/crash_choices.h"
#include "harness/crash/persistence.h"

namespace tearproof::crash {

class LogMaker {
 public:
  // On the disk from the beginning.
  LogMaker& Base(const std::string& name, const std::string& bytes);
  LogMaker& Create(const std::string& name);
  LogMaker& Directory(const std::string& name);
  LogMaker& Truncate(const std::string& name);
  LogMaker& Write(const std::string& name, uint64_t offset, const std::string& bytes);
  LogMaker& Rename(const std::string& from, const std::string& to);
  LogMaker& Unlink(const std::string& name);
  LogMaker& Close(const std::string& name);
  LogMaker& Sync(const std::string& name);
  LogMaker& SyncData(const std::string& name);
  LogMaker& SyncDirectory();
  LogMaker& SyncAll();
  WriteLog Build();

 private:
  trace::Change& Add(const char* call, trace::ChangeKind kind, const std::string& name);

  Tree base_;
  std::map<std::string, ino_t> inodes_;
  std::unordered_map<ino_t, NodeId> nodes_ = {{1, kRoot}};
  ino_t next_inode_ = 2;
  std::vector<explore::LoggedCall> calls_;
};

const PersistenceModel& ModelNamed(std::string_view name);

// "k0=new t=": the names and the bytes of a state.
std::string Print(const Tree& tree);
// All states after the last call, with any number of losses.
std::set<std::string> StatesAtEnd(const WriteLog& log, std::string_view model);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_LOG_FOR_TESTS_H_
