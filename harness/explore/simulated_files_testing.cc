#include <fmt/format.h>

#include "harness/explore/simulated_files_for_tests.h"

namespace tearproof::explore {
namespace {

using trace::Access;
using trace::AccessMode;
using trace::Object;
using trace::ObjectKind;

Command Make(Command::Kind kind, std::string name, int slot) {
  Command command;
  command.kind = kind;
  command.name = std::move(name);
  command.slot = slot;
  return command;
}

Access Touch(ObjectKind kind, uint64_t number, AccessMode mode) { return {{kind, number}, mode}; }

// Names are short.
Access TouchEntry(const std::string& name, AccessMode mode) {
  uint64_t number = 0;
  for (const char c : name) number = number * 256 + static_cast<unsigned char>(c);
  return Touch(ObjectKind::kEntry, number, mode);
}

const Access kListUpdate = Touch(ObjectKind::kList, 0, AccessMode::kUpdate);

bool FailWith(Event& event, std::string_view error) {
  event.result = fmt::format("-1 {}", error);
  return false;
}

}  // namespace

std::string Label(const Command& command) {
  using Kind = Command::Kind;
  switch (command.kind) {
    case Kind::kOpen:
      return fmt::format("open({}{}{}{})", command.name, command.create ? ", creat" : "",
                         command.truncate ? ", trunc" : "", command.exclusive ? ", excl" : "");
    case Kind::kRead:
      return fmt::format("read({})", command.slot);
    case Kind::kWrite:
      return fmt::format("write({}, {})", command.slot, command.name);
    case Kind::kClose:
      return fmt::format("close({})", command.slot);
    case Kind::kRename:
      return fmt::format("rename({}, {})", command.name, command.target);
    case Kind::kUnlink:
      return fmt::format("unlink({})", command.name);
    case Kind::kStat:
      return fmt::format("stat({})", command.name);
    case Kind::kList:
      return "getdents()";
    case Kind::kLock:
      return fmt::format("flock({}, {}{})", command.slot, command.shared ? "SH" : "EX",
                         command.wait ? "" : "|NB");
    case Kind::kUnlock:
      return fmt::format("flock({}, UN)", command.slot);
    case Kind::kBegin:
      return "begin()";
    case Kind::kEnd:
      return "end()";
    case Kind::kCrash:
      return "crash()";
  }
  return "";
}

Command Open(std::string name, std::string_view flags, int slot) {
  Command command = Make(Command::Kind::kOpen, std::move(name), slot);
  command.create = flags.find("creat") != std::string_view::npos;
  command.truncate = flags.find("trunc") != std::string_view::npos;
  command.exclusive = flags.find("excl") != std::string_view::npos;
  return command;
}
Command Read(int slot) { return Make(Command::Kind::kRead, "", slot); }
Command Write(std::string text, int slot) {
  return Make(Command::Kind::kWrite, std::move(text), slot);
}
Command Close(int slot) { return Make(Command::Kind::kClose, "", slot); }
Command Rename(std::string from, std::string to) {
  Command command = Make(Command::Kind::kRename, std::move(from), 0);
  command.target = std::move(to);
  return command;
}
Command Unlink(std::string name) { return Make(Command::Kind::kUnlink, std::move(name), 0); }
Command Stat(std::string name) { return Make(Command::Kind::kStat, std::move(name), 0); }
Command List() { return Make(Command::Kind::kList, "", 0); }
Command Lock(bool shared, bool wait, int slot) {
  Command command = Make(Command::Kind::kLock, "", slot);
  command.shared = shared;
  command.wait = wait;
  return command;
}
Command Unlock(int slot) { return Make(Command::Kind::kUnlock, "", slot); }
Command Begin() { return Make(Command::Kind::kBegin, "", 0); }
Command End() { return Make(Command::Kind::kEnd, "", 0); }
Command Retry(Command command, uint32_t tries) {
  command.tries = tries;
  return command;
}

Result<void> SimulatedFiles::Restart() {
  ++restarts_;
  names_.clear();
  inodes_.clear();
  processes_.assign(programs_.size(), Process());
  uint64_t number = 0;
  for (const auto& [name, text] : initial_) {
    names_[name] = ++number;
    inodes_[number].data = text;
  }
  return {};
}

Readiness SimulatedFiles::ReadinessOf(ProcessId process) {
  const Process& state = processes_[process];
  if (state.dead || state.next == programs_[process].size()) return Readiness::kFinished;
  return WouldWait(process) ? Readiness::kBlocked : Readiness::kReady;
}

std::string SimulatedFiles::Pending(ProcessId process) { return Label(Current(process)); }

SimulatedFiles::Descriptor* SimulatedFiles::Find(ProcessId process, const Command& command) {
  std::map<int, Descriptor>& open = processes_[process].open;
  const auto found = open.find(command.slot);
  return found == open.end() ? nullptr : &found->second;
}

bool SimulatedFiles::WouldWait(ProcessId process) {
  const Command& command = Current(process);
  if (command.kind != Command::Kind::kLock || !command.wait) return false;
  const Descriptor* descriptor = Find(process, command);
  if (descriptor == nullptr) return false;
  for (const auto& [holder, shared] : inodes_[descriptor->inode].locks) {
    if (holder != process && !(shared && command.shared)) return true;
  }
  return false;
}

Footprint SimulatedFiles::Awaited(ProcessId process) {
  const Command& command = Current(process);
  return {Touch(ObjectKind::kLock, Find(process, command)->inode,
                command.shared ? AccessMode::kUpdate : AccessMode::kWrite)};
}

bool SimulatedFiles::DoOpen(ProcessId process, const Command& command, Event& event) {
  const auto found = names_.find(command.name);
  event.footprint = {TouchEntry(command.name, AccessMode::kRead)};
  uint64_t inode = 0;
  if (found == names_.end()) {
    if (!command.create) return FailWith(event, "ENOENT");
    inode = (uint64_t{process} + 1) << 32 | ++processes_[process].created;
    names_[command.name] = inode;
    inodes_[inode];
    event.footprint = {TouchEntry(command.name, AccessMode::kWrite), kListUpdate};
  } else {
    if (command.exclusive) return FailWith(event, "EEXIST");
    inode = found->second;
    if (command.truncate) {
      inodes_[inode].data.clear();
      event.footprint.push_back(Touch(ObjectKind::kData, inode, AccessMode::kWrite));
      event.footprint.push_back(Touch(ObjectKind::kMeta, inode, AccessMode::kWrite));
    }
  }
  processes_[process].open[command.slot] = {inode, 0};
  event.result = std::to_string(command.slot);
  return true;
}

bool SimulatedFiles::DoRead(ProcessId process, const Command& command, Event& event) {
  Descriptor* descriptor = Find(process, command);
  if (descriptor == nullptr) return FailWith(event, "EBADF");
  const std::string& data = inodes_[descriptor->inode].data;
  event.footprint = {
      Touch(ObjectKind::kData, descriptor->inode, AccessMode::kRead),
      Touch(ObjectKind::kOffset, (uint64_t{process} << 8) + static_cast<uint64_t>(command.slot),
            AccessMode::kWrite)};
  event.result = descriptor->offset < data.size() ? data.substr(descriptor->offset, 1) : "";
  descriptor->offset += event.result.size();
  return true;
}

bool SimulatedFiles::DoWrite(ProcessId process, const Command& command, Event& event) {
  Descriptor* descriptor = Find(process, command);
  if (descriptor == nullptr) return FailWith(event, "EBADF");
  std::string& data = inodes_[descriptor->inode].data;
  data.resize(std::max(data.size(), descriptor->offset + command.name.size()), '\0');
  data.replace(descriptor->offset, command.name.size(), command.name);
  descriptor->offset += command.name.size();
  event.footprint = {Touch(ObjectKind::kData, descriptor->inode, AccessMode::kWrite),
                     Touch(ObjectKind::kMeta, descriptor->inode, AccessMode::kWrite)};
  event.result = std::to_string(command.name.size());
  return true;
}

bool SimulatedFiles::DoRename(const Command& command, Event& event) {
  const auto found = names_.find(command.name);
  if (found == names_.end()) {
    // The target is not looked at.
    event.footprint = {TouchEntry(command.name, AccessMode::kRead)};
    return FailWith(event, "ENOENT");
  }
  event.footprint = {TouchEntry(command.name, AccessMode::kWrite),
                     TouchEntry(command.target, AccessMode::kWrite), kListUpdate};
  const uint64_t inode = found->second;
  names_.erase(found);
  const auto replaced = names_.find(command.target);
  if (replaced != names_.end()) {
    event.footprint.push_back(Touch(ObjectKind::kMeta, replaced->second, AccessMode::kWrite));
  }
  names_[command.target] = inode;
  event.result = "0";
  return true;
}

bool SimulatedFiles::DoUnlink(const Command& command, Event& event) {
  const auto found = names_.find(command.name);
  event.footprint = {TouchEntry(command.name, AccessMode::kRead)};
  if (found == names_.end()) return FailWith(event, "ENOENT");
  event.footprint = {TouchEntry(command.name, AccessMode::kWrite), kListUpdate,
                     Touch(ObjectKind::kMeta, found->second, AccessMode::kWrite)};
  names_.erase(found);
  event.result = "0";
  return true;
}

bool SimulatedFiles::DoStat(const Command& command, Event& event) {
  const auto found = names_.find(command.name);
  event.footprint = {TouchEntry(command.name, AccessMode::kRead)};
  if (found == names_.end()) return FailWith(event, "ENOENT");
  event.footprint.push_back(Touch(ObjectKind::kData, found->second, AccessMode::kRead));
  event.footprint.push_back(Touch(ObjectKind::kMeta, found->second, AccessMode::kRead));
  event.result = fmt::format("{} bytes", inodes_[found->second].data.size());
  return true;
}

bool SimulatedFiles::DoLock(ProcessId process, const Command& command, Event& event) {
  Descriptor* descriptor = Find(process, command);
  if (descriptor == nullptr) return FailWith(event, "EBADF");
  const uint64_t inode = descriptor->inode;
  for (const auto& [holder, shared] : inodes_[inode].locks) {
    if (holder == process || (shared && command.shared)) continue;
    event.footprint = {Touch(ObjectKind::kLock, inode, AccessMode::kRead)};
    return FailWith(event, "EWOULDBLOCK");
  }
  const auto held = inodes_[inode].locks.find(process);
  const bool downgrade = held != inodes_[inode].locks.end() && !held->second && command.shared;
  inodes_[inode].locks[process] = command.shared;
  const bool write = downgrade || !command.shared;
  event.footprint = {
      Touch(ObjectKind::kLock, inode, write ? AccessMode::kWrite : AccessMode::kUpdate)};
  if (command.wait) event.lock = LockRole::kAttempt;
  if (downgrade) event.lock = LockRole::kRelease;
  event.result = "0";
  return true;
}

void SimulatedFiles::ReleaseLock(ProcessId process, uint64_t inode, Event& event) {
  std::map<ProcessId, bool>& locks = inodes_[inode].locks;
  const auto held = locks.find(process);
  if (held == locks.end()) return;
  event.footprint.push_back(
      Touch(ObjectKind::kLock, inode, held->second ? AccessMode::kUpdate : AccessMode::kWrite));
  event.lock = LockRole::kRelease;
  locks.erase(held);
}

bool SimulatedFiles::Execute(ProcessId process, const Command& command, Event& event) {
  using Kind = Command::Kind;
  event.result = "0";
  switch (command.kind) {
    case Kind::kOpen:
      return DoOpen(process, command, event);
    case Kind::kRead:
      return DoRead(process, command, event);
    case Kind::kWrite:
      return DoWrite(process, command, event);
    case Kind::kRename:
      return DoRename(command, event);
    case Kind::kUnlink:
      return DoUnlink(command, event);
    case Kind::kStat:
      return DoStat(command, event);
    case Kind::kLock:
      return DoLock(process, command, event);
    case Kind::kList:
      event.footprint = {Touch(ObjectKind::kList, 0, AccessMode::kRead)};
      event.result.clear();
      for (const auto& [name, inode] : names_) event.result += name + ' ';
      return true;
    case Kind::kClose:
    case Kind::kUnlock: {
      const Descriptor* descriptor = Find(process, command);
      if (descriptor == nullptr) return FailWith(event, "EBADF");
      ReleaseLock(process, descriptor->inode, event);
      if (command.kind == Kind::kClose) processes_[process].open.erase(command.slot);
      return true;
    }
    case Kind::kBegin:
      event.footprint = {Touch(ObjectKind::kOrder, 0, AccessMode::kRead)};
      return true;
    case Kind::kEnd:
      event.footprint = {Touch(ObjectKind::kOrder, 0, AccessMode::kUpdate)};
      return true;
    case Kind::kCrash:
      event.fate = Fate::kCrashed;
      processes_[process].dead = true;
      return true;
  }
  return true;
}

Result<Event> SimulatedFiles::Step(ProcessId process) {
  TEARPROOF_CHECK(ReadinessOf(process) == Readiness::kReady, "a step of who is not ready");
  Process& state = processes_[process];
  const Command& command = Current(process);
  Event event;
  event.process = process;
  event.label = Label(command);
  event.possible = PossibleFaults(process);
  const bool success = Execute(process, command, event);
  if (success || ++state.failed_tries >= command.tries) {
    ++state.next;
    state.failed_tries = 0;
  }
  if (restarts_ >= change_from_ && state.next == 1) event.result += "?";
  return event;
}

FaultSet SimulatedFiles::PossibleFaults(ProcessId process) {
  const Command& command = Current(process);
  if (command.kind == Command::Kind::kWrite) return trace::Only(Fault::kNoSpace);
  const bool waits = command.kind == Command::Kind::kLock && command.wait;
  return waits ? trace::Only(Fault::kInterrupted) : 0;
}

Result<Event> SimulatedFiles::Fail(ProcessId process, Fault fault) {
  Event event;
  event.process = process;
  event.label = Label(Current(process));
  event.possible = PossibleFaults(process);
  event.fault = fault;
  FailWith(event, trace::FaultName(fault));
  ++processes_[process].next;
  processes_[process].failed_tries = 0;
  return event;
}

Result<Event> SimulatedFiles::Kill(ProcessId process) {
  Event event;
  event.process = process;
  event.label = "killed before " + Pending(process);
  event.fate = Fate::kKilled;
  for (const auto& [slot, descriptor] : processes_[process].open) {
    ReleaseLock(process, descriptor.inode, event);
  }
  processes_[process].dead = true;
  return event;
}

std::string SimulatedFiles::State() const {
  std::string text;
  for (const auto& [name, inode] : names_) {
    const Inode& file = inodes_.at(inode);
    text += fmt::format("{}={} ", name, file.data);
    for (const auto& [holder, shared] : file.locks) text += fmt::format("[{}:{}]", holder, shared);
  }
  return text;
}

}  // namespace tearproof::explore
