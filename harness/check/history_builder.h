// Hand-made histories. For tests only.
//
// Thread safety: none. Units: the history's time base; here the tests' own small numbers.
#ifndef TEARPROOF_HARNESS_CHECK_HISTORY_BUILDER_H_
#define TEARPROOF_HARNESS_CHECK_HISTORY_BUILDER_H_

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/history/history.h"

namespace tearproof::check {

class HistoryBuilder {
 public:
  static constexpr uint32_t kLength = 64;

  HistoryBuilder() { parts.header.keys = {"k0", "k1", "k2"}; }

  // The next operation of `process`; what it returns may be changed until the next Build.
  Op& Do(uint16_t process, OpKind kind, int64_t invoke, int64_t ret, Outcome outcome,
         uint32_t key = 0) {
    Declare(process);
    Op& op = ops_.emplace_back();
    op.process = process;
    op.sequence = next_sequence_[process]++;
    op.kind = kind;
    op.invoke = invoke;
    op.ret = ret;
    op.outcome = outcome;
    op.key = TakesKey(kind) ? key : kNoKey;
    if (kind == OpKind::kSet || kind == OpKind::kAdd) op.length = kLength;
    if (kind == OpKind::kIncr) op.length = 1;
    return op;
  }
  Op& Set(uint16_t process, int64_t invoke, int64_t ret, uint32_t key = 0) {
    return Do(process, OpKind::kSet, invoke, ret, Outcome::kDone, key);
  }
  Op& Add(uint16_t process, int64_t invoke, int64_t ret, Outcome outcome = Outcome::kDone) {
    return Do(process, OpKind::kAdd, invoke, ret, outcome);
  }
  Op& Delete(uint16_t process, int64_t invoke, int64_t ret, Outcome outcome = Outcome::kDone) {
    return Do(process, OpKind::kDelete, invoke, ret, outcome);
  }
  Op& Incr(uint16_t process, int64_t invoke, int64_t ret, Outcome outcome = Outcome::kDone) {
    return Do(process, OpKind::kIncr, invoke, ret, outcome);
  }
  Op& Miss(uint16_t process, int64_t invoke, int64_t ret, uint32_t key = 0) {
    return Do(process, OpKind::kGet, invoke, ret, Outcome::kMiss, key);
  }
  // A get that returns the value of `write`.
  Op& Hit(uint16_t process, int64_t invoke, int64_t ret, const Op& write, uint32_t key = 0) {
    const ValueId id{write.process, write.sequence};
    Op& op = Do(process, OpKind::kGet, invoke, ret, Outcome::kHit, key);
    op.observation = Observed::kIntact;
    op.observed = id.Pack();
    op.length = write.length;
    return op;
  }
  Op& HitNumber(uint16_t process, int64_t invoke, int64_t ret, int64_t number) {
    Op& op = Do(process, OpKind::kGet, invoke, ret, Outcome::kHit);
    op.observation = Observed::kNumber;
    op.observed = static_cast<uint64_t>(number);
    return op;
  }
  Op& HitDamaged(uint16_t process, int64_t invoke, int64_t ret, uint32_t length,
                 std::vector<DamageRun> runs = {}) {
    Op& op = Do(process, OpKind::kGet, invoke, ret, Outcome::kHit);
    op.observation = Observed::kDamaged;
    op.length = length;
    if (!runs.empty()) {
      parts.evidence.push_back({op.process, op.sequence, "", std::move(runs)});
    }
    return op;
  }
  Op& Fail(uint16_t process, OpKind kind, int64_t invoke, int64_t ret, std::string text) {
    Op& op = Do(process, kind, invoke, ret, Outcome::kError);
    parts.evidence.push_back({op.process, op.sequence, std::move(text), {}});
    return op;
  }
  // An operation within which its process was killed; it had been reaped at `reaped`.
  Op& Killed(uint16_t process, OpKind kind, int64_t invoke, int64_t reaped) {
    Op& op = Do(process, kind, invoke, kNever, Outcome::kOpen);
    ProcessInfo& info = Declare(process);
    info.end = ProcessInfo::End::kKilled;
    info.reaped = reaped;
    return op;
  }
  // The process, which is called a worker unless it is given another role.
  ProcessInfo& Declare(uint16_t process) {
    for (ProcessInfo& info : parts.processes) {
      if (info.number == process) return info;
    }
    ProcessInfo info;
    info.number = process;
    info.role = "worker";
    return parts.processes.emplace_back(info);
  }

  History Build() const {
    History::Parts built = parts;
    built.ops.assign(ops_.begin(), ops_.end());
    Result<History> history = History::Build(std::move(built));
    TEARPROOF_CHECK(history.ok(), history.error().what);
    return std::move(history).value();
  }

  History::Parts parts;  // All but the operations.

 private:
  std::deque<Op> ops_;
  std::map<uint16_t, uint64_t> next_sequence_;
};

inline constexpr int64_t kMilli = 1'000'000;

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_HISTORY_BUILDER_H_
