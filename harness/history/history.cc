#include "harness/history/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "harness/core/large_memory.h"

namespace tearproof {
namespace {

// The index by sequence is dense; only records lost to a crash of the host leave gaps. So many
// lost records, in all processes together, are no history any more.
constexpr uint64_t kMaxLostRecords = 1 << 20;
constexpr int64_t kHour = int64_t{3600} * 1'000'000'000;
constexpr int64_t kMaxUncertainty = kHour;
constexpr int64_t kMaxLag = kHour;
// 73 years either way: the wall clock counts from 1970. Differences of two must not overflow.
constexpr int64_t kMaxOffset = int64_t{1} << 61;

Error Invalid(std::string_view what) {
  return UsageError(fmt::format("the history is not valid: {}", what),
                    "record it again; if tearproof wrote it, please report a bug");
}

Error Invalid(const Op& op, std::string_view why) {
  return Invalid(
      fmt::format("{} #{} of process {} {}", OpKindName(op.kind), op.sequence, op.process, why));
}

// Times may be negative (a clock's origin is its own business), but sums and differences of two
// must not overflow.
constexpr int64_t kEarliest = -(int64_t{1} << 60);

// What can be said of an operation without looking at any other. Open ones have their `ret`.
Result<void> ValidateAlone(const Op& op, const ProcessInfo& process, const HistoryHeader& header) {
  if (static_cast<size_t>(op.kind) >= kOpKindCount ||
      static_cast<size_t>(op.outcome) >= kOutcomeCount || op.observation > Observed::kDamaged) {
    return Invalid(
        fmt::format("operation #{} of process {} is of no known kind", op.sequence, op.process));
  }
  if (op.sequence >= kMaxSequence) return Invalid(op, "has a number that is too large");
  if (TakesKey(op.kind) ? op.key >= header.keys.size() : op.key != kNoKey) {
    return Invalid(op, "names a key that is not declared");
  }
  if (op.invoke < kEarliest) return Invalid(op, "was invoked before time began");
  if (op.ret < op.invoke) return Invalid(op, "returns before it was invoked");
  if (op.outcome == Outcome::kOpen) return {};
  if (op.ret == kNever) return Invalid(op, "ended, but never returned");
  if (process.end != ProcessInfo::End::kLived && process.reaped < kNever &&
      op.ret - header.clock_uncertainty > process.reaped) {
    return Invalid(op, "returns after its process was gone");
  }
  return {};
}

// Merges sorted runs that lie one behind the other: a tournament of the runs' heads, in which each
// winner is replaced by its successor (Knuth, The Art of Computer Programming 3, 5.4.1). What was
// read is given back: a large history would lie in memory twice.
class RunMerger {
 public:
  // Consumes `ops`, whose values are lost.
  RunMerger(std::span<Op> ops, std::span<const size_t> bounds) : ops_(ops) {
    while (leaves_ + 1 < bounds.size()) leaves_ *= 2;
    heads_.resize(leaves_, Head{kEnded, kEnded, 0, 0});
    ends_.resize(leaves_, 0);
    for (size_t run = 0; run + 1 < bounds.size(); ++run) {
      heads_[run].next = heads_[run].kept = bounds[run];
      ends_[run] = bounds[run + 1];
      Load(run);
    }
    losers_.resize(leaves_);
    winner_ = Settle(1);
  }

  std::vector<Op> Merge() {
    std::vector<Op> merged;
    ReserveInHugePages(merged, ops_.size());
    while (merged.size() < ops_.size()) {
      Head& head = heads_[winner_];
      merged.push_back(ops_[head.next++]);
      if (head.next % kGivenBack == 0) GiveBack(head);
      Load(winner_);
      for (size_t node = (winner_ + leaves_) / 2; node > 0; node /= 2) {
        if (Before(losers_[node], winner_)) std::swap(losers_[node], winner_);
      }
    }
    return merged;
  }

 private:
  static constexpr int64_t kEnded = INT64_MAX;
  static constexpr size_t kGivenBack = 64 * kPageBytes / sizeof(Op);
  struct Head {
    int64_t invoke = 0;
    int64_t rank = 0;  // Among the runs: runs are of one process each, in order of the processes.
    size_t next = 0;
    size_t kept = 0;  // Before it, all was given back.
  };

  void GiveBack(Head& head) {
    AdviseLargeMemory(&ops_[head.kept], &ops_[head.next - 1], MADV_DONTNEED, kPageBytes);
    // The page that was left lies in the next stretch, too.
    const auto left = reinterpret_cast<uintptr_t>(&ops_[head.next - 1]) % kPageBytes;
    head.kept = std::max(head.kept, head.next - 1 - (left + sizeof(Op) - 1) / sizeof(Op));
  }

  void Load(size_t run) {
    Head& head = heads_[run];
    const bool ended = head.next == ends_[run];
    head.invoke = ended ? kEnded : ops_[head.next].invoke;
    head.rank = ended ? kEnded : static_cast<int64_t>(run);
  }

  bool Before(size_t a, size_t b) const {
    return heads_[a].invoke != heads_[b].invoke ? heads_[a].invoke < heads_[b].invoke
                                                : heads_[a].rank < heads_[b].rank;
  }

  // The winner among the leaves below `node`; the losers stay in the inner nodes.
  size_t Settle(size_t node) {
    if (node >= leaves_) return node - leaves_;
    const size_t left = Settle(2 * node);
    const size_t right = Settle(2 * node + 1);
    const bool left_wins = Before(left, right);
    losers_[node] = left_wins ? right : left;
    return left_wins ? left : right;
  }

  std::span<Op> ops_;
  size_t leaves_ = 1;
  std::vector<Head> heads_;
  std::vector<size_t> ends_;
  std::vector<size_t> losers_;
  size_t winner_ = 0;
};

// By process, each process's operations by sequence. They come so from segments; from elsewhere
// they come by time, and then need only be dealt out to their processes.
void SortByProcess(std::vector<Op>& ops) {
  const auto before = [](const Op& a, const Op& b) {
    return std::tie(a.process, a.sequence) < std::tie(b.process, b.sequence);
  };
  if (std::is_sorted(ops.begin(), ops.end(), before)) return;
  // A slot for each process number there may be is much for a few operations.
  constexpr size_t kFew = 1 << 12;
  if (ops.size() < kFew) return std::sort(ops.begin(), ops.end(), before);
  std::vector<size_t> next(size_t{UINT16_MAX} + 2, 0);
  for (const Op& op : ops) ++next[op.process + size_t{1}];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<Op> dealt(ops.size());
  for (const Op& op : ops) dealt[next[op.process]++] = op;
  ops = std::move(dealt);
  if (!std::is_sorted(ops.begin(), ops.end(), before)) std::sort(ops.begin(), ops.end(), before);
}

}  // namespace

Result<History> History::Build(Parts parts) {
  History history;
  history.parts_ = std::move(parts);
  TEARPROOF_RETURN_IF_ERROR(history.ValidateHeader());
  TEARPROOF_RETURN_IF_ERROR(history.ValidateOps());
  history.Index();
  return history;
}

Result<void> History::ValidateHeader() const {
  const int64_t uncertainty = parts_.header.clock_uncertainty;
  if (uncertainty < 0 || uncertainty > kMaxUncertainty) {
    return Invalid(fmt::format("a clock uncertainty of {} ns", uncertainty));
  }
  const int64_t lag = parts_.header.coarse_clock_lag;
  if (lag < 0 || lag > kMaxLag) {
    return Invalid(fmt::format("a coarse clock that lags {} ns behind", lag));
  }
  for (const int64_t offset :
       {parts_.header.realtime_offset_begin, parts_.header.realtime_offset_end}) {
    if (offset >= -kMaxOffset && offset <= kMaxOffset) continue;
    return Invalid(fmt::format("a wall clock that is {} ns off the monotonic one", offset));
  }
  if (parts_.header.keys.size() >= kNoKey || parts_.ops.size() >= UINT32_MAX) {
    return Invalid("it has too many keys or operations to be judged");
  }
  return {};
}

Result<void> History::ValidateOps() {
  std::map<uint16_t, const ProcessInfo*> known;
  for (const ProcessInfo& process : parts_.processes) {
    if (!known.emplace(process.number, &process).second) {
      return Invalid(fmt::format("two processes {}", process.number));
    }
  }
  std::vector<Op>& ops = parts_.ops;
  SortByProcess(ops);
  const ProcessInfo* process = nullptr;
  uint64_t lost = 0;
  for (size_t i = 0; i < ops.size(); ++i) {
    Op& op = ops[i];
    if (process == nullptr || process->number != op.process) {
      const auto found = known.find(op.process);
      if (found == known.end()) return Invalid(op, "names a process that is not declared");
      process = found->second;
    }
    if (op.outcome == Outcome::kOpen) {
      op.ret = process->end == ProcessInfo::End::kLived ? kNever : process->reaped;
    }
    TEARPROOF_RETURN_IF_ERROR(ValidateAlone(op, *process, parts_.header));
    if (op.outcome != Outcome::kOpen) end_time_ = std::max(end_time_, op.ret);
    if (i == 0 || ops[i - 1].process != op.process) continue;
    if (ops[i - 1].sequence == op.sequence) return Invalid(op, "is there twice");
    lost += op.sequence - ops[i - 1].sequence - 1;
    if (lost > kMaxLostRecords) return Invalid(op, "comes too far after its predecessor");
    if (ops[i - 1].ret > op.invoke) return Invalid(op, "begins before its predecessor ended");
  }
  return {};
}

void History::Index() {
  std::vector<Op>& ops = parts_.ops;
  // Sorted by process and sequence, the operations of each process are in order of invocation, too.
  std::vector<size_t> bounds = {0};
  for (size_t i = 1; i < ops.size(); ++i) {
    if (ops[i].process != ops[i - 1].process) bounds.push_back(i);
  }
  bounds.push_back(ops.size());
  IndexProcesses(bounds);
  if (bounds.size() > 2) ops = RunMerger(ops, bounds).Merge();
  const size_t keys = key_count();
  const auto bucket = [&](const Op& op) { return op.key == kNoKey ? keys : size_t{op.key}; };
  key_begin_.assign(keys + 2, 0);
  for (const Op& op : ops) ++key_begin_[bucket(op) + 1];
  for (size_t i = 1; i < key_begin_.size(); ++i) key_begin_[i] += key_begin_[i - 1];
  std::vector<uint32_t> next(key_begin_.begin(), key_begin_.end() - 1);
  ReserveInHugePages(by_key_, ops.size());
  by_key_.resize(ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Op& op = ops[i];
    by_key_[next[bucket(op)]++] = i;
    ProcessIndex& index = by_process_[op.process];
    index.ops[op.sequence - index.first_sequence] = i + 1;
  }
  for (size_t i = 0; i < parts_.evidence.size(); ++i) {
    const Evidence& evidence = parts_.evidence[i];
    evidence_of_.emplace(ValueId{evidence.process, evidence.sequence}.Pack(), i);
  }
}

// Room for each process's operations, from its first to its last.
void History::IndexProcesses(const std::vector<size_t>& bounds) {
  for (size_t run = 0; run + 1 < bounds.size(); ++run) {
    if (bounds[run] == bounds[run + 1]) continue;
    const Op& first = parts_.ops[bounds[run]];
    const Op& last = parts_.ops[bounds[run + 1] - 1];
    if (first.process >= by_process_.size()) by_process_.resize(first.process + size_t{1});
    ProcessIndex& index = by_process_[first.process];
    index.first_sequence = first.sequence;
    ReserveInHugePages(index.ops, last.sequence - first.sequence + 1);
    index.ops.resize(last.sequence - first.sequence + 1);
  }
}

std::span<const uint32_t> History::OpsOfKey(uint32_t key) const {
  TEARPROOF_CHECK(key < key_count(), "key " + std::to_string(key));
  return {by_key_.data() + key_begin_[key], by_key_.data() + key_begin_[key + 1]};
}

std::span<const uint32_t> History::KeylessOps() const {
  return {by_key_.data() + key_begin_[key_count()], by_key_.data() + key_begin_[key_count() + 1]};
}

const uint32_t* History::SlotOf(ValueId id) const {
  if (id.process >= by_process_.size()) return nullptr;
  const ProcessIndex& index = by_process_[id.process];
  if (id.sequence < index.first_sequence) return nullptr;
  const uint64_t slot = id.sequence - index.first_sequence;
  return slot < index.ops.size() ? &index.ops[slot] : nullptr;
}

const Op* History::Find(ValueId id) const {
  const uint32_t* slot = SlotOf(id);
  return slot == nullptr || *slot == 0 ? nullptr : &parts_.ops[*slot - 1];
}

void History::Prefetch(ValueId id) const {
  if (const uint32_t* slot = SlotOf(id)) __builtin_prefetch(slot);
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
