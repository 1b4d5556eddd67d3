#include <fmt/format.h>

#include "harness/core/text.h"
#include "harness/crash/log_for_tests.h"

namespace tearproof::crash {

using trace::ChangeKind;

LogMaker& LogMaker::Base(const std::string& name, const std::string& bytes) {
  const NodeId node = base_.Add(NodeKind::kFile, 0600);
  base_.nodes[node].bytes = bytes;
  base_.nodes[kRoot].entries[name] = node;
  inodes_[name] = next_inode_;
  nodes_[next_inode_++] = node;
  return *this;
}

trace::Change& LogMaker::Add(const char* call, ChangeKind kind, const std::string& name) {
  explore::LoggedCall& logged = calls_.emplace_back();
  logged.step = static_cast<int64_t>(calls_.size());
  logged.event.name = call;
  logged.event.label = fmt::format("{}({})", call, name);
  trace::Change& change = logged.event.changes.emplace_back();
  change.kind = kind;
  change.path = change.shown = name;
  change.mode = 0600;
  const auto known = inodes_.find(name);
  change.inode = known == inodes_.end() ? 1 : known->second;
  return change;
}

LogMaker& LogMaker::Create(const std::string& name) {
  inodes_[name] = next_inode_++;
  Add("open", ChangeKind::kCreate, name);
  return *this;
}

LogMaker& LogMaker::Directory(const std::string& name) {
  inodes_[name] = next_inode_++;
  Add("mkdir", ChangeKind::kMakeDirectory, name);
  return *this;
}

LogMaker& LogMaker::Truncate(const std::string& name, uint64_t size) {
  Add("open", ChangeKind::kResize, name).offset = size;
  return *this;
}

LogMaker& LogMaker::Write(const std::string& name, uint64_t offset, const std::string& bytes) {
  trace::Change& change = Add("write", ChangeKind::kWrite, name);
  change.offset = offset;
  change.bytes = bytes;
  return *this;
}

LogMaker& LogMaker::Rename(const std::string& from, const std::string& to) {
  trace::Change& change = Add("rename", ChangeKind::kRename, from);
  change.to = change.shown_to = to;
  inodes_[to] = inodes_[from];
  inodes_.erase(from);
  return *this;
}

LogMaker& LogMaker::Unlink(const std::string& name) {
  Add("unlink", ChangeKind::kRemove, name);
  inodes_.erase(name);
  return *this;
}

LogMaker& LogMaker::Close(const std::string& name) {
  Add("close", ChangeKind::kClose, name);
  return *this;
}

LogMaker& LogMaker::Sync(const std::string& name) {
  Add("fsync", ChangeKind::kSync, name);
  return *this;
}

LogMaker& LogMaker::SyncData(const std::string& name) {
  Add("fdatasync", ChangeKind::kSyncData, name);
  return *this;
}

LogMaker& LogMaker::SyncDirectory() {
  Add("fsync", ChangeKind::kSync, ".");
  return *this;
}

LogMaker& LogMaker::SyncDataOfDirectory() {
  Add("fdatasync", ChangeKind::kSyncData, ".");
  return *this;
}

LogMaker& LogMaker::SyncAll() {
  Add("syncfs", ChangeKind::kSyncAll, ".");
  return *this;
}

LogMaker& LogMaker::SyncSystem() {
  Add("sync", ChangeKind::kSyncSystem, ".");
  return *this;
}

LogMaker& LogMaker::Mode(const std::string& name, mode_t mode) {
  Add("chmod", ChangeKind::kMode, name).mode = mode;
  return *this;
}

LogMaker& LogMaker::Attribute(const std::string& name, const std::string& attribute,
                              const std::optional<std::string>& value) {
  trace::Change& change =
      Add("set", value ? ChangeKind::kAttribute : ChangeKind::kNoAttribute, name);
  change.attribute = attribute;
  change.bytes = value.value_or("");
  return *this;
}

LogMaker& LogMaker::Before() {
  for (const explore::LoggedCall& call : calls_) {
    before_.insert(before_.end(), call.event.changes.begin(), call.event.changes.end());
  }
  calls_.clear();
  return *this;
}

WriteLog LogMaker::Build() {
  LogSource source;
  source.before = before_;
  source.base = base_;
  source.inodes = nodes_;
  source.calls = calls_;
  return BuildWriteLog(std::move(source));
}

const PersistenceModel& ModelNamed(std::string_view name) {
  return *FindModels(name).value().front();
}

std::string Print(const Tree& tree) {
  std::vector<std::string> files;
  for (const auto& [name, node] : tree.nodes[kRoot].entries) {
    std::string bytes = tree.nodes[node].bytes.ToString();
    for (char& c : bytes) {
      if (c == '\0') c = '0';
    }
    // Of long ones the first of each sector.
    if (bytes.size() > 512) {
      std::string first;
      for (size_t i = 0; i < bytes.size(); i += 512) first += bytes[i];
      bytes = first;
    }
    const Node& file = tree.nodes[node];
    std::string marks = file.mode == 0600 ? "" : fmt::format("({:o})", file.mode);
    for (const auto& [attribute, value] : file.attributes) {
      marks += fmt::format("[{}={}]", attribute, value);
    }
    files.push_back(fmt::format("{}{}={}", name, marks, bytes));
  }
  return Join(files, " ");
}

std::set<std::string> StatesAtEnd(const WriteLog& log, std::string_view model) {
  return StatesAfter(log, model, log.calls.size());
}

std::set<std::string> StatesAfter(const WriteLog& log, std::string_view model, size_t calls) {
  const Persistence persistence(log, ModelNamed(model));
  const CrashPoint point = persistence.PointAfter(static_cast<uint32_t>(calls));
  std::set<std::string> states;
  for (size_t losses = 0;; ++losses) {
    bool any = false;
    ExhaustiveChoices choices;
    do {
      const auto drawn = DrawLosses(point, losses, choices);
      if (!drawn) continue;
      any = true;
      states.insert(Print(persistence.StateOf(point, persistence.Missing(point, *drawn))));
    } while (choices.Advance());
    if (!any) return states;
  }
}

}  // namespace tearproof::crash
