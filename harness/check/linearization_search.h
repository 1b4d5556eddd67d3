// Whether the operations on a single key have a linearisation: all orders are tried. For tests.
//
// Purpose: what the checkers are checked against, so simple that it can be seen to be right.
// Thread safety: pure function. REQUIRES: one key, no time to live; takes exponential time.
#ifndef TEARPROOF_HARNESS_CHECK_LINEARIZATION_SEARCH_H_
#define TEARPROOF_HARNESS_CHECK_LINEARIZATION_SEARCH_H_

#include <optional>
#include <vector>

#include "harness/history/history.h"
#include "harness/history/value.h"

namespace tearproof::check {

class LinearizationSearch {
 public:
  // kAll: a hit on what nobody wrote breaks the history. kFresh: it is another promise's matter and
  // constrains nothing; and what failed, or was killed, may have left the key absent.
  enum class Judges { kAll, kFresh };

  LinearizationSearch(const History& history, bool evicts, Judges judges = Judges::kAll)
      : history_(history),
        evicts_(evicts),
        fresh_(judges == Judges::kFresh),
        taken_(history.ops().size(), false) {}

  bool Exists() { return Extend(State{}, 0); }

 private:
  struct State {
    const Op* write = nullptr;  // nullptr: the key is absent.
    int64_t number = 0;         // Of a counter.
  };

  bool MayComeNext(size_t candidate) const {
    const std::span<const Op> ops = history_.ops();
    for (size_t i = 0; i < ops.size(); ++i) {
      if (!taken_[i] && i != candidate && history_.Precedes(ops[i], ops[candidate])) return false;
    }
    return true;
  }

  bool Extend(const State& state, size_t count) {
    if (count == taken_.size()) return true;
    for (size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i] || !MayComeNext(i)) continue;
      taken_[i] = true;
      const bool found = Take(state, history_.ops()[i], count);
      taken_[i] = false;
      if (found) return true;
    }
    return false;
  }

  bool Take(const State& state, const Op& op, size_t count) {
    if (evicts_ && state.write != nullptr && Step(State{}, op, count)) return true;
    return Step(state, op, count);
  }

  bool Step(const State& state, const Op& op, size_t count) {
    // A failed operation, or a cull, may have done nothing.
    if ((op.uncertain() || op.kind == OpKind::kCull) && Extend(state, count + 1)) return true;
    if (fresh_ && op.uncertain() && MayLeaveAbsent(op) && Extend(State{}, count + 1)) return true;
    const std::optional<State> next = After(state, op);
    return next && Extend(*next, count + 1);
  }

  static bool MayLeaveAbsent(const Op& op) {
    return op.kind == OpKind::kSet || op.kind == OpKind::kIncr || op.kind == OpKind::kTouch;
  }

  bool IsForeign(const Op& op) const {
    if (op.observation == Observed::kDamaged) return true;
    if (op.observation != Observed::kIntact) return false;
    const Op* write = history_.Find(ValueId::Unpack(op.observed));
    return write == nullptr || (write->kind != OpKind::kSet && write->kind != OpKind::kAdd) ||
           write->key != op.key || write->counter;
  }

  // The state after `op`, or nothing where the state does not allow its outcome.
  std::optional<State> After(const State& state, const Op& op) const {
    const bool present = state.write != nullptr;
    const bool refused = op.outcome == Outcome::kRefused;
    switch (op.kind) {
      case OpKind::kGet:
      case OpKind::kHas:
        if (op.uncertain() || (fresh_ && IsForeign(op))) return state;
        if (op.outcome == Outcome::kMiss) return present ? std::nullopt : std::optional(state);
        return present && Shows(state, op) ? std::optional(state) : std::nullopt;
      case OpKind::kSet:
        return refused ? state : State{&op, 0};
      case OpKind::kAdd:
        if (op.uncertain()) return present ? state : State{&op, 0};
        if (refused != present) return std::nullopt;
        return refused ? state : State{&op, 0};
      case OpKind::kDelete:
        if (refused && present) return std::nullopt;
        return State{};
      case OpKind::kIncr:
        if (op.outcome == Outcome::kDone && !present) return std::nullopt;
        if (refused) return present ? std::nullopt : std::optional(state);
        return State{state.write, state.number + op.length};
      case OpKind::kClear:
      case OpKind::kCull:
        return State{};
      case OpKind::kTouch:
        if (op.uncertain()) return state;
        return refused == present ? std::nullopt : std::optional(state);
      case OpKind::kInit:
        return state;
    }
    return std::nullopt;
  }

  static bool Shows(const State& state, const Op& get) {
    const ValueId id{state.write->process, state.write->sequence};
    switch (get.observation) {
      case Observed::kIntact:
        return get.observed == id.Pack();
      case Observed::kShort:
        return get.observed == ShortDigestOf(id, state.write->length);
      case Observed::kNumber:
        return static_cast<int64_t>(get.observed) == state.number;
      case Observed::kNothing:
        return true;  // has.
      case Observed::kDamaged:
        return false;
    }
    return false;
  }

  const History& history_;
  bool evicts_ = false;
  bool fresh_ = false;
  std::vector<bool> taken_;
};

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_LINEARIZATION_SEARCH_H_
