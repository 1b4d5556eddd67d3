#include "harness/history/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tearproof {
namespace {

// The index by sequence is dense; only records lost to a crash of the host leave gaps.
constexpr uint64_t kMaxSequenceGap = 1 << 20;

Error Invalid(const Op& op, std::string_view why) {
  return UsageError(fmt::format("the history is not valid: {} #{} of process {} {}",
                                OpKindName(op.kind), op.sequence, op.process, why),
                    "record it again; if tearproof wrote it, please report a bug");
}

}  // namespace

Result<History> History::Build(Parts parts) {
  History history;
  history.parts_ = std::move(parts);
  TEARPROOF_RETURN_IF_ERROR(history.Validate());
  history.Index();
  return history;
}

Result<void> History::Validate() {
  std::map<uint16_t, const ProcessInfo*> known;
  for (const ProcessInfo& process : parts_.processes) {
    if (!known.emplace(process.number, &process).second) {
      return UsageError(fmt::format("the history is not valid: two processes {}", process.number));
    }
  }
  std::vector<Op>& ops = parts_.ops;
  // A process's operations run one after another, so its order is its sequence.
  std::sort(ops.begin(), ops.end(), [](const Op& a, const Op& b) {
    return std::tie(a.process, a.sequence) < std::tie(b.process, b.sequence);
  });
  for (size_t i = 0; i < ops.size(); ++i) {
    Op& op = ops[i];
    const auto process = known.find(op.process);
    if (process == known.end()) return Invalid(op, "names a process that is not declared");
    if (TakesKey(op.kind) ? op.key >= parts_.header.keys.size() : op.key != kNoKey) {
      return Invalid(op, "names a key that is not declared");
    }
    if (op.outcome == Outcome::kOpen) op.ret = process->second->reaped;
    if (op.ret < op.invoke) return Invalid(op, "returns before it was invoked");
    if (op.outcome != Outcome::kOpen) end_time_ = std::max(end_time_, op.ret);
    if (i == 0 || ops[i - 1].process != op.process) continue;
    if (op.sequence - ops[i - 1].sequence > kMaxSequenceGap) {
      return Invalid(op, "comes too far after its predecessor");
    }
    if (ops[i - 1].sequence == op.sequence) return Invalid(op, "is there twice");
    if (ops[i - 1].ret > op.invoke) return Invalid(op, "begins before its predecessor ended");
  }
  return {};
}

void History::Index() {
  std::vector<Op>& ops = parts_.ops;
  std::sort(ops.begin(), ops.end(), [](const Op& a, const Op& b) {
    return std::tie(a.invoke, a.process, a.sequence) < std::tie(b.invoke, b.process, b.sequence);
  });
  const size_t keys = key_count();
  const auto bucket = [&](const Op& op) { return op.key == kNoKey ? keys : size_t{op.key}; };
  key_begin_.assign(keys + 2, 0);
  for (const Op& op : ops) ++key_begin_[bucket(op) + 1];
  for (size_t i = 1; i < key_begin_.size(); ++i) key_begin_[i] += key_begin_[i - 1];
  std::vector<uint32_t> next(key_begin_.begin(), key_begin_.end() - 1);
  by_key_.resize(ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) by_key_[next[bucket(ops[i])]++] = i;

  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Op& op = ops[i];
    if (op.process >= by_process_.size()) by_process_.resize(op.process + size_t{1});
    ProcessIndex& index = by_process_[op.process];
    if (index.ops.empty()) index.first_sequence = op.sequence;
    const uint64_t slot = op.sequence - index.first_sequence;
    if (slot >= index.ops.size()) index.ops.resize(slot + 1);
    index.ops[slot] = i + 1;
  }
  for (size_t i = 0; i < parts_.evidence.size(); ++i) {
    const Evidence& evidence = parts_.evidence[i];
    evidence_of_.emplace(ValueId{evidence.process, evidence.sequence}.Pack(), i);
  }
}

std::span<const uint32_t> History::OpsOfKey(uint32_t key) const {
  TEARPROOF_CHECK(key < key_count(), "key " + std::to_string(key));
  return {by_key_.data() + key_begin_[key], by_key_.data() + key_begin_[key + 1]};
}

std::span<const uint32_t> History::KeylessOps() const {
  return {by_key_.data() + key_begin_[key_count()], by_key_.data() + key_begin_[key_count() + 1]};
}

const Op* History::Find(ValueId id) const {
  if (id.process >= by_process_.size()) return nullptr;
  const ProcessIndex& index = by_process_[id.process];
  if (id.sequence < index.first_sequence) return nullptr;
  const uint64_t slot = id.sequence - index.first_sequence;
  if (slot >= index.ops.size() || index.ops[slot] == 0) return nullptr;
  return &parts_.ops[index.ops[slot] - 1];
}

const ProcessInfo* History::FindProcess(uint16_t number) const {
  for (const ProcessInfo& process : parts_.processes) {
    if (process.number == number) return &process;
  }
  return nullptr;
}

const Evidence* History::FindEvidence(const Op& op) const {
  const auto found = evidence_of_.find(ValueId{op.process, op.sequence}.Pack());
  return found == evidence_of_.end() ? nullptr : &parts_.evidence[found->second];
}

}  // namespace tearproof
