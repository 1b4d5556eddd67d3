#include "harness/crash/write_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace tearproof::crash {
namespace {

using trace::Change;
using trace::ChangeKind;

std::string_view LastName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool IsForgotten(std::string_view path, const std::vector<std::string>& forgotten) {
  return std::any_of(forgotten.begin(), forgotten.end(), [&](const std::string& name) {
    return name.starts_with('*') ? path.ends_with(name.substr(1)) : LastName(path) == name;
  });
}

class Builder {
 public:
  explicit Builder(LogSource source)
      : source_(std::move(source)), inodes_(std::move(source_.inodes)) {
    log_.base = std::move(source_.base);
    forgotten_ = Forget(source_.forgotten, &log_.base);
    now_ = log_.base;
    sizes_.resize(now_.nodes.size());
    log_.node_names.resize(now_.nodes.size());
    for (size_t i = 0; i < now_.nodes.size(); ++i) sizes_[i] = now_.nodes[i].bytes.size();
    NameNodes(kRoot, "");
  }

  WriteLog Build() {
    for (const Change& change : source_.before) TakeBefore(change);
    for (const explore::LoggedCall& logged : source_.calls) {
      const trace::Event& event = logged.event;
      call_ = static_cast<uint32_t>(log_.calls.size());
      log_.calls.push_back({logged.step, static_cast<uint32_t>(event.process), event.name,
                            event.label, event.Outcome(), event.effect});
      for (const Change& change : event.changes) Take(change);
    }
    return std::move(log_);
  }

 private:
  bool IsForgotten(std::string_view path) const {
    return crash::IsForgotten(path, source_.forgotten);
  }

  void NameNodes(NodeId directory, const std::string& path) {
    log_.node_names[directory] = path.empty() ? "." : path;
    for (const auto& [name, node] : now_.nodes[directory].entries) {
      const std::string below = path.empty() ? name : path + "/" + name;
      if (now_.nodes[node].kind == NodeKind::kDirectory) NameNodes(node, below);
      if (log_.node_names[node].empty()) log_.node_names[node] = below;
    }
  }

  NodeId NodeOf(ino_t inode) const {
    const auto found = inodes_.find(inode);
    return found == inodes_.end() ? kNoNode : found->second;
  }

  bool IsForgottenNode(NodeId node) const {
    return std::find(forgotten_.begin(), forgotten_.end(), node) != forgotten_.end();
  }

  void Doubt(const std::string& why) {
    if (log_.unseen.empty()) log_.unseen = why;
  }

  // The base has all of it but times; and what is mapped may have been written since.
  void TakeBefore(const Change& change) {
    if (change.kind == ChangeKind::kMap) return Map(change);
    const NodeId node = NodeOf(change.inode);
    if (node == kNoNode) return;
    auto& attributes = log_.base.nodes[node].attributes;
    switch (change.kind) {
      case ChangeKind::kAttribute:
        if (change.attribute == trace::kModified) attributes[change.attribute] = change.bytes;
        return;
      case ChangeKind::kCreate:  // The same number for another file.
      case ChangeKind::kWrite:
      case ChangeKind::kResize:
        attributes.erase(trace::kModified);
        return;
      case ChangeKind::kNoAttribute:
        attributes.erase(change.attribute);
        return;
      default:
        return;
    }
  }

  void Map(const Change& change) {
    const NodeId node = NodeOf(change.inode);
    if (node != kNoNode && !IsForgottenNode(node)) {
      Doubt(fmt::format("memory unseen: {} is mapped, and can be changed without a call",
                        log_.node_names[node]));
    }
  }

  Effect& Add(EffectKind kind, NodeId node) {
    Effect& effect = log_.effects.emplace_back();
    effect.kind = kind;
    effect.call = call_;
    effect.node = node;
    return effect;
  }

  NodeId AddNode(const Change& change, NodeKind kind) {
    const NodeId node = now_.Add(kind, change.mode);
    log_.base.Add(kind, change.mode);
    sizes_.push_back(change.bytes.size());
    // Of a symbolic link what it holds comes with it.
    now_.nodes[node].bytes = log_.base.nodes[node].bytes = change.bytes;
    log_.node_names.push_back(change.shown);
    inodes_[change.inode] = node;
    if (IsForgotten(change.path)) forgotten_.push_back(node);
    return node;
  }

  // `path` leads to `target` from now on.
  void SetEntry(const std::string& path, const std::string& shown, NodeId target) {
    if (path.empty() || IsForgotten(path)) return;
    const NodeId directory = now_.DirectoryOf(path);
    if (directory == kNoNode) return Doubt("a name was changed in a directory that is not known");
    const std::string name(LastName(path));
    auto& entries = now_.nodes[directory].entries;
    const auto found = entries.find(name);
    Effect& effect = Add(EffectKind::kEntry, directory);
    effect.name = name;
    effect.shown = shown;
    effect.target = target;
    effect.former = found == entries.end() ? kNoNode : found->second;
    if (target == kNoNode) {
      entries.erase(name);
    } else {
      entries[name] = target;
    }
  }

  void Write(const Change& change, NodeId node) {
    const uint64_t former_size = sizes_[node];
    const uint64_t end = change.offset + change.bytes.size();
    if (end > former_size) {
      Effect& growth = Add(EffectKind::kGrowth, node);
      growth.former_size = former_size;
      growth.size = sizes_[node] = end;
    }
    Effect& data = Add(EffectKind::kData, node);
    data.offset = change.offset;
    data.bytes = change.bytes;
    data.former_size = former_size;
    data.size = sizes_[node];
  }

  void Resize(const Change& change, NodeId node) {
    if (sizes_[node] == change.offset) return;
    Effect& effect = Add(EffectKind::kSize, node);
    effect.former_size = sizes_[node];
    effect.size = sizes_[node] = change.offset;
  }

  void TakeName(const Change& change) {
    switch (change.kind) {
      case ChangeKind::kCreate:
        return SetEntry(change.path, change.shown, AddNode(change, NodeKind::kFile));
      case ChangeKind::kMakeDirectory:
        return SetEntry(change.path, change.shown, AddNode(change, NodeKind::kDirectory));
      case ChangeKind::kSymlink:
        return SetEntry(change.path, change.shown, AddNode(change, NodeKind::kSymlink));
      case ChangeKind::kLink:
        if (NodeOf(change.inode) == kNoNode) return Doubt("a file from outside was linked");
        return SetEntry(change.path, change.shown, NodeOf(change.inode));
      case ChangeKind::kRemove:
        return SetEntry(change.path, change.shown, kNoNode);
      default:
        break;
    }
    const NodeId from = now_.Find(change.path);
    const NodeId to = now_.Find(change.to);
    if (from == to) return;
    SetEntry(change.to, change.shown_to, from);
    SetEntry(change.path, change.shown, change.kind == ChangeKind::kExchange ? to : kNoNode);
  }

  void TakeOfFile(const Change& change) {
    const NodeId node = NodeOf(change.inode);
    if (node == kNoNode || IsForgottenNode(node)) return;
    switch (change.kind) {
      case ChangeKind::kWrite:
        return Write(change, node);
      case ChangeKind::kResize:
        return Resize(change, node);
      case ChangeKind::kMode:
        Add(EffectKind::kMode, node).mode = change.mode;
        return;
      case ChangeKind::kAttribute:
      case ChangeKind::kNoAttribute: {
        Effect& effect = Add(EffectKind::kAttribute, node);
        effect.name = change.attribute;
        effect.bytes = change.bytes;
        effect.gone = change.kind == ChangeKind::kNoAttribute;
        return;
      }
      case ChangeKind::kClose:
        return AddSync(SyncKind::kClose, node);
      case ChangeKind::kSync:
        return AddSync(SyncKind::kFile, node);
      case ChangeKind::kSyncData:
        return AddSync(SyncKind::kData, node);
      case ChangeKind::kSyncRange:
        return AddSync(SyncKind::kRange, node);
      default:
        return;
    }
  }

  void AddSync(SyncKind kind, NodeId node) { log_.syncs.push_back({call_, kind, node}); }

  void Take(const Change& change) {
    switch (change.kind) {
      case ChangeKind::kCreate:
      case ChangeKind::kMakeDirectory:
      case ChangeKind::kSymlink:
      case ChangeKind::kLink:
      case ChangeKind::kRemove:
      case ChangeKind::kRename:
      case ChangeKind::kExchange:
        return TakeName(change);
      case ChangeKind::kMap:
        return Map(change);
      case ChangeKind::kSyncAll:
        return AddSync(SyncKind::kFileSystem, kNoNode);
      case ChangeKind::kSyncSystem:
        return AddSync(SyncKind::kSystem, kNoNode);
      case ChangeKind::kUnknown:
        return Doubt("a call changed a file in a way that is not described: " +
                     log_.calls[call_].label);
      default:
        return TakeOfFile(change);
    }
  }

  LogSource source_;
  std::unordered_map<ino_t, NodeId> inodes_;
  WriteLog log_;
  Tree now_;  // Names as the processes see them; the bytes are not kept.
  std::vector<uint64_t> sizes_;
  std::vector<NodeId> forgotten_;
  uint32_t call_ = 0;
};

}  // namespace

std::vector<NodeId> Forget(const std::vector<std::string>& forgotten, Tree* tree) {
  std::vector<NodeId> nodes;
  for (Node& node : tree->nodes) {
    std::erase_if(node.entries, [&](const auto& entry) {
      if (!IsForgotten(entry.first, forgotten)) return false;
      nodes.push_back(entry.second);
      return true;
    });
  }
  return nodes;
}

WriteLog BuildWriteLog(LogSource source) { return Builder(std::move(source)).Build(); }

WriteLog WithoutTimes(WriteLog log) {
  std::erase_if(log.effects, [](const Effect& effect) {
    return effect.kind == EffectKind::kAttribute && effect.name == trace::kModified;
  });
  for (Node& node : log.base.nodes) node.attributes.erase(trace::kModified);
  return log;
}

WriteLog WithSync(const WriteLog& log, uint32_t after, NodeId node) {
  WriteLog synced = log;
  const auto later = [after](auto& each) {
    if (each.call > after) ++each.call;
  };
  std::for_each(synced.effects.begin(), synced.effects.end(), later);
  std::for_each(synced.syncs.begin(), synced.syncs.end(), later);
  LogCall call = log.calls[after];
  call.name = "fsync";
  call.label = fmt::format("fsync(\"{}\")", log.node_names[node]);
  call.outcome = call.effect = "";
  synced.calls.insert(synced.calls.begin() + after + 1, std::move(call));
  const Sync sync = {after + 1, SyncKind::kFile, node};
  const auto place = std::find_if(synced.syncs.begin(), synced.syncs.end(),
                                  [&](const Sync& each) { return each.call > after + 1; });
  synced.syncs.insert(place, sync);
  return synced;
}

}  // namespace tearproof::crash
