// A correct cache under random processes, and the histories it leaves. For tests only.
//
// Purpose: whatever this yields is sound by construction: each operation takes effect at one moment
// between its invocation and its return, or, where it failed or was killed, at most once. clear
// and cull take effect on each key at a moment of its own.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_CHECK_CACHE_SIMULATOR_H_
#define TEARPROOF_HARNESS_CHECK_CACHE_SIMULATOR_H_

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/api/checker.h"
#include "harness/core/random.h"
#include "harness/history/history.h"
#include "harness/history/value.h"

namespace tearproof::check {

struct SimulationOptions {
  uint32_t keys = 1;
  uint32_t processes = 3;
  uint32_t operations = 6;  // Of each process.
  bool counters = false;
  bool short_values = false;
  bool ttl = false;
  bool adds = false;
  bool removals = false;
  bool errors = false;
  bool kills = false;
  bool evicts = false;
  bool audit = false;
  int64_t skew = 0;  // Each process's clock is off by up to that much.
  int64_t ttl_resolution = 0;
};

class CacheSimulator {
 public:
  CacheSimulator(const SimulationOptions& options, uint64_t seed)
      : options_(options), random_(seed), entries_(options.keys) {}

  History::Parts Run() {
    parts_.header.clock_uncertainty = options_.skew;
    for (uint32_t key = 0; key < options_.keys; ++key) {
      parts_.header.keys.push_back(fmt::format("k{}", key));
    }
    for (uint32_t i = 0; i < options_.processes; ++i) Schedule();
    if (options_.audit) ScheduleAudit();
    std::sort(effects_.begin(), effects_.end(), [](const Effect& a, const Effect& b) {
      return std::tie(a.time, a.op) < std::tie(b.time, b.op);
    });
    for (const Effect& effect : effects_) Apply(effect);
    return std::move(parts_);
  }

  Contract MakeContract() const {
    Contract contract;
    contract.evicts = options_.evicts;
    contract.ttl_resolution = options_.ttl_resolution;
    return contract;
  }

 private:
  static constexpr int64_t kUnit = 100'000;
  static constexpr int64_t kGap = 6 * kUnit;

  struct Entry {
    bool present = false;
    uint64_t value = 0;  // ValueId, digest or number, as the options have it.
    uint32_t length = 0;
    int64_t deadline = kNever;
  };
  struct Effect {
    int64_t time = 0;
    size_t op = 0;
    uint32_t key = 0;
    bool happens = true;  // False for an operation that failed before it did anything.
    int64_t skew = 0;
  };

  int64_t Gap() { return 1 + static_cast<int64_t>(random_.Below(kGap)); }
  bool Chance(uint64_t one_in) { return random_.Below(one_in) == 0; }

  OpKind DrawKind() {
    std::vector<OpKind> kinds = {OpKind::kGet, OpKind::kGet, OpKind::kHas, OpKind::kSet};
    if (options_.counters) kinds = {OpKind::kGet, OpKind::kIncr, OpKind::kIncr, OpKind::kIncr};
    if (options_.adds) kinds.insert(kinds.end(), {OpKind::kAdd, OpKind::kAdd});
    if (options_.removals) {
      kinds.insert(kinds.end(), {OpKind::kDelete, OpKind::kDelete, OpKind::kClear, OpKind::kCull});
    }
    if (options_.ttl) kinds.push_back(OpKind::kTouch);
    return kinds[random_.Below(kinds.size())];
  }

  uint16_t NewProcess(const char* role) {
    ProcessInfo info;
    info.number = static_cast<uint16_t>(parts_.processes.size());
    info.role = role;
    parts_.processes.push_back(info);
    return info.number;
  }

  // The operations of one worker; where it is killed, those of its successors too.
  void Schedule() {
    uint16_t process = NewProcess("worker");
    uint64_t sequence = 0;
    int64_t now = static_cast<int64_t>(random_.Below(kGap));
    int64_t skew = static_cast<int64_t>(random_.Below(static_cast<uint64_t>(options_.skew) + 1));
    const bool sets_up = options_.counters && process == 0;
    for (uint32_t i = 0; i < options_.operations; ++i) {
      Op op;
      op.kind = sets_up && i == 0 ? OpKind::kSet : DrawKind();
      op.process = process;
      op.sequence = sequence++;
      if (sets_up && i == 0) now = -20 * kGap;
      const int64_t effect_time = now + Gap();
      op.invoke = now + skew;
      now = effect_time + Gap();
      op.ret = now + skew;
      FillInput(op);
      if (sets_up && i == 0) now = 0;
      const bool killed = options_.kills && Chance(8);
      op.outcome = killed                         ? Outcome::kOpen
                   : options_.errors && Chance(8) ? Outcome::kError
                                                  : Outcome::kDone;
      AddEffects(op, effect_time, skew);
      parts_.ops.push_back(op);
      if (!killed) continue;
      parts_.processes[process].end = ProcessInfo::End::kKilled;
      parts_.processes[process].reaped = op.ret;
      process = NewProcess("worker");
      sequence = 0;
      now += static_cast<int64_t>(random_.Below(kGap));
      skew = static_cast<int64_t>(random_.Below(static_cast<uint64_t>(options_.skew) + 1));
    }
    end_ = std::max(end_, now);
  }

  void FillInput(Op& op) {
    if (TakesKey(op.kind)) op.key = static_cast<uint32_t>(random_.Below(options_.keys));
    const bool write = op.kind == OpKind::kSet || op.kind == OpKind::kAdd;
    if (write) op.counter = options_.counters;
    if (write) op.length = options_.short_values ? 5 : 64;
    if (op.kind == OpKind::kIncr) op.length = 1 + static_cast<uint32_t>(random_.Below(3));
    if (options_.ttl && (write || op.kind == OpKind::kTouch) && !Chance(4)) {
      op.ttl_millis = static_cast<uint32_t>(random_.Below(3));
    }
  }

  void AddEffects(const Op& op, int64_t time, int64_t skew) {
    const bool happens = op.outcome == Outcome::kDone || Chance(2);
    const size_t index = parts_.ops.size();
    if (TakesKey(op.kind)) {
      effects_.push_back({time, index, op.key, happens, skew});
      return;
    }
    const int64_t begin = op.invoke - skew;
    const auto span = static_cast<uint64_t>(op.ret - op.invoke);
    for (uint32_t key = 0; key < options_.keys; ++key) {
      const int64_t at = begin + 1 + static_cast<int64_t>(random_.Below(span - 1));
      effects_.push_back({at, index, key, happens, skew});
    }
  }

  void ScheduleAudit() {
    const uint16_t process = NewProcess("audit");
    int64_t now = end_ + 2 * options_.skew + 1;
    for (uint32_t key = 0; key < options_.keys; ++key) {
      Op op;
      op.kind = OpKind::kGet;
      op.process = process;
      op.sequence = key;
      op.key = key;
      op.outcome = Outcome::kDone;
      op.invoke = now;
      effects_.push_back({now + 1, parts_.ops.size(), key, true, 0});
      op.ret = now += 2;
      parts_.ops.push_back(op);
      ++now;
    }
  }

  void Apply(const Effect& effect) {
    Op& op = parts_.ops[effect.op];
    Entry& entry = entries_[effect.key];
    if (effect.time >= entry.deadline) entry.present = false;
    if (options_.evicts && Chance(4)) entry.present = false;
    const bool certain = op.outcome != Outcome::kError && op.outcome != Outcome::kOpen;
    if (!certain && !effect.happens) return;
    const Outcome outcome = Take(op, entry, effect.time);
    if (certain) op.outcome = outcome;
  }

  Outcome Take(Op& op, Entry& entry, int64_t time) {
    const bool certain = op.outcome == Outcome::kDone;
    switch (op.kind) {
      case OpKind::kGet:
      case OpKind::kHas:
        if (certain && entry.present && op.kind == OpKind::kGet) Observe(op, entry);
        return entry.present ? Outcome::kHit : Outcome::kMiss;
      case OpKind::kAdd:
        if (entry.present) return Outcome::kRefused;
        [[fallthrough]];
      case OpKind::kSet:
        Write(op, entry, time);
        return Outcome::kDone;
      case OpKind::kDelete:
        return std::exchange(entry.present, false) ? Outcome::kDone : Outcome::kRefused;
      case OpKind::kIncr:
        if (!entry.present) return Outcome::kRefused;
        entry.value += op.length;
        return Outcome::kDone;
      case OpKind::kTouch:
        if (!entry.present) return Outcome::kRefused;
        entry.deadline = DeadlineOf(op, time);
        return Outcome::kDone;
      case OpKind::kClear:
        entry.present = false;
        return Outcome::kDone;
      case OpKind::kCull:
        if (Chance(2)) entry.present = false;
        return Outcome::kDone;
      case OpKind::kInit:
        return Outcome::kDone;
    }
    return Outcome::kDone;
  }

  void Write(const Op& op, Entry& entry, int64_t time) {
    const ValueId id{op.process, op.sequence};
    entry.present = true;
    entry.length = op.length;
    entry.value = options_.counters       ? 0
                  : options_.short_values ? ShortDigestOf(id, op.length)
                                          : id.Pack();
    entry.deadline = DeadlineOf(op, time);
  }

  int64_t DeadlineOf(const Op& op, int64_t time) {
    if (op.ttl_millis == kNoTtl) return kNever;
    const auto spread = static_cast<uint64_t>(options_.ttl_resolution) * 2 + 1;
    return time + int64_t{op.ttl_millis} * 1'000'000 + static_cast<int64_t>(random_.Below(spread)) -
           options_.ttl_resolution;
  }

  void Observe(Op& op, const Entry& entry) const {
    op.observation = options_.counters       ? Observed::kNumber
                     : options_.short_values ? Observed::kShort
                                             : Observed::kIntact;
    op.observed = entry.value;
    op.length = entry.length;
  }

  SimulationOptions options_;
  Random random_;
  History::Parts parts_;
  std::vector<Effect> effects_;
  std::vector<Entry> entries_;
  int64_t end_ = 0;
};

// Options with everything drawn at random.
inline SimulationOptions DrawOptions(Random& random) {
  SimulationOptions options;
  const auto flag = [&random] { return random.Below(2) == 0; };
  options.keys = 1 + static_cast<uint32_t>(random.Below(2));
  options.processes = 1 + static_cast<uint32_t>(random.Below(4));
  options.operations = 2 + static_cast<uint32_t>(random.Below(6));
  options.counters = random.Below(4) == 0;
  options.short_values = !options.counters && random.Below(4) == 0;
  options.ttl = random.Below(3) == 0;
  options.adds = flag();
  options.removals = flag();
  options.errors = random.Below(3) == 0;
  options.kills = random.Below(3) == 0;
  options.evicts = random.Below(4) == 0;
  options.audit = flag();
  options.skew = flag() ? 0 : 300'000;
  options.ttl_resolution = flag() ? 0 : 1'000'000;
  return options;
}

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_CACHE_SIMULATOR_H_
