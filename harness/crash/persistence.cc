#include "harness/crash/persistence.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "harness/core/text.h"

namespace tearproof::crash {
namespace {

// The smallest piece in which any model tears.
constexpr uint64_t kSector = FileBytes::kBlock;

uint64_t RoundUp(uint64_t size) { return (size + kBlock - 1) / kBlock * kBlock; }

// What stands beside the bytes: the bytes can be read without it.
bool IsOfInode(const Effect& effect) {
  return effect.kind == EffectKind::kMode || effect.kind == EffectKind::kAttribute;
}

// What was written is as old as it is.
void Touched(Node* node) {
  if (!node->attributes.empty()) node->attributes.erase(trace::kModified);
}

}  // namespace

Persistence::Persistence(const WriteLog& log, const PersistenceModel& model)
    : log_(log), model_(model), written_(log.effects.size()) {
  size_t sync = 0;
  size_t effect = 0;
  for (uint32_t call = 0; call < log_.calls.size(); ++call) {
    for (; effect < log_.effects.size() && log_.effects[effect].call == call; ++effect) {
      const auto index = static_cast<uint32_t>(effect);
      switch (log_.effects[effect].kind) {
        case EffectKind::kData:
          AddData(index);
          break;
        case EffectKind::kGrowth:
          AddGrowth(index);
          break;
        case EffectKind::kSize:
        case EffectKind::kMode:
        case EffectKind::kAttribute:
          AddSize(index);
          break;
        case EffectKind::kEntry:
          AddEntry(index);
          break;
      }
    }
    for (; sync < log_.syncs.size() && log_.syncs[sync].call == call; ++sync) {
      Apply(log_.syncs[sync]);
    }
  }
  FindCovers();
  sets_times_ = std::ranges::any_of(log_.effects, [](const Effect& each) {
    return each.kind == EffectKind::kAttribute && each.name == trace::kModified;
  });
}

void Persistence::FindCovers() {
  const auto is_data = [this](const PartOfLog& part) {
    return First(part).kind == EffectKind::kData;
  };
  covers_.resize(parts_.size());
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    const PartOfLog& part = parts_[i];
    // One by which the file grows has done more than to write.
    if (!is_data(part) || part.grows_to > 0) continue;
    for (uint32_t j = i + 1; j < parts_.size(); ++j) {
      const PartOfLog& later = parts_[j];
      if (is_data(later) && First(later).node == First(part).node && later.begin <= part.begin &&
          later.end >= part.end) {
        covers_[i].push_back(j);
      }
    }
  }
}

uint32_t Persistence::LineOf(NodeId node) {
  const auto [line, fresh] = lines_.try_emplace(node, next_line_);
  if (fresh) ++next_line_;
  return line->second;
}

uint32_t Persistence::AddPart(PartOfLog part) {
  parts_.push_back(std::move(part));
  return static_cast<uint32_t>(parts_.size() - 1);
}

// Bytes are split where the model says that a write tears.
void Persistence::AddData(uint32_t index) {
  const Effect& effect = log_.effects[index];
  const bool journals = Journals();
  const uint64_t end = effect.offset + effect.bytes.size();
  const uint64_t within = effect.offset % FileBytes::kBlock;
  written_[index].Resize(within + effect.bytes.size());
  written_[index].Replace(within, effect.bytes);
  for (uint64_t begin = effect.offset; begin < end;) {
    const bool fresh = begin >= RoundUp(effect.former_size);
    const uint64_t unit = model_.TearBytes(fresh ? Rule::kTearNew : Rule::kTear);
    const uint64_t next = std::min((begin / unit + 1) * unit, end);
    PartOfLog part;
    part.call = effect.call;
    part.effects = {index};
    part.begin = begin;
    part.end = next;
    part.line = LineOf(effect.node);
    // Blocks that a cut had freed are given out after it.
    const auto cut = last_cut_.find(effect.node);
    if (journals && cut != last_cut_.end()) part.needs.push_back(cut->second);
    for (uint64_t sector = begin / kSector; sector * kSector < next; ++sector) {
      const auto before = last_sector_.find({effect.node, sector});
      if (before != last_sector_.end()) part.needs.push_back(before->second);
    }
    if (model_.Of(Rule::kGrowth) == Setting::kAfterBytes && next > effect.former_size) {
      part.grows_to = next;
      const auto growth = last_growth_.find(effect.node);
      if (model_.Of(Rule::kGrowthOrder) == Setting::kInOrder && growth != last_growth_.end()) {
        part.needs.push_back(growth->second);
      }
    }
    const bool grows = part.grows_to > 0;
    const uint32_t added = AddPart(std::move(part));
    for (uint64_t sector = begin / kSector; sector * kSector < next; ++sector) {
      last_sector_[{effect.node, sector}] = added;
    }
    if (grows) last_growth_[effect.node] = added;
    begin = next;
  }
}

// A file may grow block by block.
void Persistence::AddGrowth(uint32_t index) {
  if (model_.Of(Rule::kGrowth) == Setting::kAfterBytes) return;  // It comes with the bytes.
  const Effect& effect = log_.effects[index];
  for (uint64_t size = effect.former_size; size < effect.size;) {
    size = std::min((size / kBlock + 1) * kBlock, effect.size);
    PartOfLog part;
    part.call = effect.call;
    part.effects = {index};
    part.grows_to = size;
    part.line = LineOf(effect.node);
    const auto growth = last_growth_.find(effect.node);
    if (growth != last_growth_.end()) part.needs.push_back(growth->second);
    const auto cut = last_cut_.find(effect.node);
    if (Journals() && cut != last_cut_.end()) part.needs.push_back(cut->second);
    last_growth_[effect.node] = AddPart(std::move(part));
  }
}

// Of a mode and an attribute, too.
void Persistence::AddSize(uint32_t index) {
  const Effect& effect = log_.effects[index];
  const bool journals =
      IsOfInode(effect) ? model_.Of(Rule::kModes) == Setting::kJournal : Journals();
  PartOfLog part;
  part.call = effect.call;
  part.effects = {index};
  part.line = journals ? 0 : LineOf(effect.node);
  if (journals) part.needs = std::exchange(next_name_needs_, {});
  const uint32_t added = AddPart(std::move(part));
  if (effect.kind != EffectKind::kSize || effect.size > effect.former_size) return;
  last_cut_[effect.node] = added;
  if (effect.size == 0) was_cut_[effect.node] = true;
}

void Persistence::NeedLengthOf(NodeId node, std::vector<uint32_t>* needs) const {
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].grows_to > 0 && First(parts_[i]).node == node) needs->push_back(i);
  }
}

void Persistence::AddEntry(uint32_t index) {
  const Effect& effect = log_.effects[index];
  const bool whole = model_.Of(Rule::kRename) == Setting::kWhole;
  if (whole && !parts_.empty() && parts_.back().call == effect.call &&
      First(parts_.back()).kind == EffectKind::kEntry) {
    parts_.back().effects.push_back(index);
    return;
  }
  PartOfLog part;
  part.call = effect.call;
  part.effects = {index};
  part.line = Journals() ? 0 : LineOf(effect.node);
  if (Journals()) part.needs = std::exchange(next_name_needs_, {});
  const bool replaces = effect.former != kNoNode && effect.target != kNoNode;
  if (replaces && model_.Of(Rule::kReplaceRename) == Setting::kLengthBefore) {
    NeedLengthOf(effect.target, &part.needs);
  }
  AddPart(std::move(part));
}

bool Persistence::Concerns(const PartOfLog& part, NodeId node) const {
  return std::any_of(part.effects.begin(), part.effects.end(), [&](uint32_t index) {
    const Effect& effect = log_.effects[index];
    return effect.node == node ||
           (effect.kind == EffectKind::kEntry && (effect.target == node || effect.former == node));
  });
}

void Persistence::Force(uint32_t index, uint32_t call) {
  PartOfLog& part = parts_[index];
  if (part.synced != kNoCall) return;
  part.synced = call;
  for (const uint32_t needed : part.needs) Force(needed, call);
}

void Persistence::ForceOwn(NodeId node, bool data_only, uint32_t call) {
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    const Effect& effect = First(parts_[i]);
    if (effect.node == node && !(data_only && IsOfInode(effect))) Force(i, call);
  }
}

// Its names, and those of the directories above that are new.
void Persistence::ForceNamesOf(NodeId node, uint32_t call) {
  std::set<NodeId> seen;
  std::vector<NodeId> left = {node};
  while (!left.empty()) {
    const NodeId named = left.back();
    left.pop_back();
    if (!seen.insert(named).second) continue;
    for (uint32_t i = 0; i < parts_.size(); ++i) {
      for (const uint32_t index : parts_[i].effects) {
        const Effect& effect = log_.effects[index];
        const bool names =
            effect.kind == EffectKind::kEntry && (effect.target == named || effect.former == named);
        if (!names) continue;
        Force(i, call);
        if (effect.target == named) left.push_back(effect.node);
      }
    }
  }
}

void Persistence::ForceJournal(uint32_t last_part, uint32_t call) {
  for (uint32_t i = 0; i <= last_part && i < parts_.size(); ++i) {
    if (OnJournal(parts_[i])) Force(i, call);
  }
}

bool Persistence::HasUnsyncedGrowth(NodeId node) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const PartOfLog& part) {
    return part.grows_to > 0 && part.synced == kNoCall && First(part).node == node;
  });
}

uint32_t Persistence::LastJournalPart(NodeId node, bool data_only) const {
  uint32_t last = kNoCall;
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    const Effect& effect = First(parts_[i]);
    const bool counts = !data_only || effect.kind == EffectKind::kSize;
    if (OnJournal(parts_[i]) && counts && Concerns(parts_[i], node)) last = i;
  }
  return last;
}

void Persistence::Apply(const Sync& sync) {
  const uint32_t call = sync.call;
  const auto all = static_cast<uint32_t>(parts_.size());
  switch (sync.kind) {
    case SyncKind::kRange:
      return;
    case SyncKind::kFileSystem:
    case SyncKind::kSystem: {
      const Rule rule = sync.kind == SyncKind::kSystem ? Rule::kSystemSync : Rule::kFileSystemSync;
      if (model_.Of(rule) != Setting::kEverything) return;
      for (uint32_t i = 0; i < all; ++i) Force(i, call);
      return;
    }
    case SyncKind::kClose:
      if (was_cut_.erase(sync.node) > 0 &&
          model_.Of(Rule::kReplaceClose) == Setting::kLengthBefore) {
        NeedLengthOf(sync.node, &next_name_needs_);
      }
      return;
    case SyncKind::kFile:
    case SyncKind::kData:
      break;
  }
  const bool directory = log_.base.nodes[sync.node].kind == NodeKind::kDirectory;
  // Of a directory both are the same.
  const bool data_only = sync.kind == SyncKind::kData && !directory;
  const Setting setting = model_.Of(data_only   ? Rule::kDataSync
                                    : directory ? Rule::kDirectorySync
                                                : Rule::kFileSync);
  const bool grew = HasUnsyncedGrowth(sync.node);
  const uint32_t last = LastJournalPart(sync.node, data_only);
  ForceOwn(sync.node, data_only, call);
  if (setting == Setting::kOwnAndNames) ForceNamesOf(sync.node, call);
  if (setting != Setting::kOwnAndBefore) return;
  // What it has yet to say of its length goes to the end of the journal, and all before with it.
  if (grew) {
    ForceJournal(all, call);
  } else if (last != kNoCall) {
    ForceJournal(last, call);
  }
}

CrashPoint Persistence::PointAfter(uint32_t calls) const {
  CrashPoint point;
  point.calls = calls;
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    // The call before the moment is number calls - 1.
    const bool forced = parts_[i].synced != kNoCall && parts_[i].synced < calls;
    if (parts_[i].call < calls && !forced) point.parts.push_back(i);
  }
  std::stable_sort(point.parts.begin(), point.parts.end(),
                   [this](uint32_t a, uint32_t b) { return parts_[a].line < parts_[b].line; });
  for (uint32_t begin = 0; begin < point.parts.size();) {
    const PartOfLog& part = parts_[point.parts[begin]];
    uint32_t end = begin;
    while (end < point.parts.size() && parts_[point.parts[end]].line == part.line) ++end;
    for (uint32_t first = begin; first < end; ++first) {
      // Of a journal the rest is always missing.
      for (uint32_t last = OnJournal(part) ? end - 1 : first; last < end; ++last) {
        point.losses.push_back({part.line, first, last});
      }
    }
    begin = end;
  }
  return point;
}

std::vector<bool> Persistence::Missing(const CrashPoint& point,
                                       std::span<const Loss> losses) const {
  std::vector<bool> missing(parts_.size(), false);
  std::vector<bool> may_be_missing(parts_.size(), false);
  for (const uint32_t part : point.parts) may_be_missing[part] = true;
  for (const Loss& loss : losses) {
    for (uint32_t i = loss.first; i <= loss.last; ++i) missing[point.parts[i]] = true;
  }
  // What a part needs comes before it in the log.
  bool journal_ended = false;
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    if (!may_be_missing[i]) continue;
    const bool lacks = std::any_of(parts_[i].needs.begin(), parts_[i].needs.end(),
                                   [&](uint32_t needed) { return missing[needed]; });
    const bool journal = OnJournal(parts_[i]);
    missing[i] = missing[i] || lacks || (journal && journal_ended);
    journal_ended = journal_ended || (journal && missing[i]);
  }
  return missing;
}

Tree Persistence::StateOf(const CrashPoint& point, const std::vector<bool>& missing) const {
  Tree tree = log_.base;
  for (uint32_t i = 0; i < parts_.size() && parts_[i].call < point.calls; ++i) {
    if (missing[i]) continue;
    const PartOfLog& part = parts_[i];
    for (const uint32_t index : part.effects) {
      const Effect& effect = log_.effects[index];
      Node& node = tree.nodes[effect.node];
      switch (effect.kind) {
        case EffectKind::kEntry:
          if (effect.target == kNoNode) {
            node.entries.erase(effect.name);
          } else {
            node.entries[effect.name] = effect.target;
          }
          break;
        case EffectKind::kData: {
          Touched(&node);
          if (part.grows_to > node.bytes.size()) node.bytes.Resize(part.grows_to);
          // What lies behind the end of the file is not seen.
          const uint64_t end = std::min<uint64_t>(part.end, node.bytes.size());
          if (end > part.begin) {
            const uint64_t base = effect.offset - effect.offset % FileBytes::kBlock;
            node.bytes.Replace(part.begin, written_[index], part.begin - base, end - base);
          }
          break;
        }
        case EffectKind::kGrowth:
          if (part.grows_to > node.bytes.size()) node.bytes.Resize(part.grows_to);
          break;
        case EffectKind::kSize:
          Touched(&node);
          node.bytes.Resize(effect.size);
          break;
        case EffectKind::kMode:
          node.mode = effect.mode;
          break;
        case EffectKind::kAttribute:
          if (effect.gone) {
            node.attributes.erase(effect.name);
          } else {
            node.attributes[effect.name] = effect.bytes;
          }
          break;
      }
    }
  }
  return tree;
}

std::vector<bool> Persistence::Shown(uint32_t calls, const std::vector<bool>& missing) const {
  std::vector<uint64_t> sizes;
  for (const Node& node : log_.base.nodes) sizes.push_back(node.bytes.size());
  std::vector<bool> shown(parts_.size(), false);
  const auto is_there = [&](uint32_t i) { return parts_[i].call < calls && !missing[i]; };
  for (uint32_t i = 0; i < parts_.size() && parts_[i].call < calls; ++i) {
    if (missing[i]) continue;
    const PartOfLog& part = parts_[i];
    const Effect& effect = First(part);
    uint64_t& size = sizes[effect.node];
    shown[i] = true;
    if (effect.kind == EffectKind::kSize) {
      size = effect.size;
    } else if (part.grows_to > size) {
      size = part.grows_to;
    } else if (effect.kind == EffectKind::kGrowth) {
      shown[i] = false;
    } else if (effect.kind == EffectKind::kData && !sets_times_) {
      // What is written over was cut off before, where it reaches further than what does so.
      shown[i] = part.begin < size && std::ranges::none_of(covers_[i], is_there);
    }
  }
  return shown;
}

Digest Persistence::KeyOf(const CrashPoint& point, const std::vector<bool>& missing) const {
  const std::vector<bool> shown = Shown(point.calls, missing);
  std::vector<uint64_t> there(shown.size() / 64 + 1, 0);
  for (size_t i = 0; i < shown.size(); ++i) {
    if (shown[i]) there[i / 64] |= uint64_t{1} << (i % 64);
  }
  return DigestOf({reinterpret_cast<const char*>(there.data()), there.size() * sizeof(uint64_t)});
}

std::string Persistence::Describe(uint32_t index) const {
  const PartOfLog& part = parts_[index];
  const Effect& effect = First(part);
  const std::string& name = log_.node_names[effect.node];
  switch (effect.kind) {
    case EffectKind::kEntry:
      return fmt::format("{} {}", effect.target == kNoNode ? "the end of the name" : "the name",
                         effect.shown);
    case EffectKind::kData:
      return fmt::format("bytes {}–{} of {}", part.begin, part.end - 1, name);
    case EffectKind::kGrowth:
      return fmt::format("the length {} of {}", part.grows_to, name);
    case EffectKind::kSize:
      return fmt::format("the cut of {} to {} bytes", name, effect.size);
    case EffectKind::kMode:
      return fmt::format("the mode of {}", name);
    case EffectKind::kAttribute:
      return fmt::format("the {} of {}",
                         effect.name.find('.') == std::string::npos
                             ? effect.name
                             : "attribute " + EscapeForTerminal(effect.name, 40),
                         name);
  }
  return "";
}

}  // namespace tearproof::crash
