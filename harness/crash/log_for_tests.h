// Write logs made by hand, call by call, and all states that a model allows of them.
#ifndef TEARPROOF_HARNESS_CRASH_LOG_FOR_TESTS_H_
#define TEARPROOF_HARNESS_CRASH_LOG_FOR_TESTS_H_

#include <map>
#include <optional>
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
  LogMaker& Truncate(const std::string& name, uint64_t size = 0);
  LogMaker& Write(const std::string& name, uint64_t offset, const std::string& bytes);
  LogMaker& Rename(const std::string& from, const std::string& to);
  LogMaker& Unlink(const std::string& name);
  LogMaker& Close(const std::string& name);
  LogMaker& Sync(const std::string& name);
  LogMaker& SyncData(const std::string& name);
  LogMaker& SyncDirectory();
  LogMaker& SyncDataOfDirectory();
  LogMaker& SyncAll();
  LogMaker& SyncSystem();
  LogMaker& Mode(const std::string& name, mode_t mode);
  // `value` nothing: it is removed.
  LogMaker& Attribute(const std::string& name, const std::string& attribute,
                      const std::optional<std::string>& value);
  // All calls so far happened before the log begins, but the base is what it is.
  LogMaker& Before();
  WriteLog Build();

 private:
  trace::Change& Add(const char* call, trace::ChangeKind kind, const std::string& name);

  Tree base_;
  std::map<std::string, ino_t> inodes_;
  std::unordered_map<ino_t, NodeId> nodes_ = {{1, kRoot}};
  ino_t next_inode_ = 2;
  std::vector<explore::LoggedCall> calls_;
  std::vector<trace::Change> before_;
};

const PersistenceModel& ModelNamed(std::string_view name);

// "k0=new t(644)[mtime=5]=": the names, modes but 600, attributes and bytes of a state.
std::string Print(const Tree& tree);
// All states after so many calls, or after the last one, with any number of losses.
std::set<std::string> StatesAfter(const WriteLog& log, std::string_view model, size_t calls);
std::set<std::string> StatesAtEnd(const WriteLog& log, std::string_view model);

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_LOG_FOR_TESTS_H_
