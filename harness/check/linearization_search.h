// Whether the operations of a small history have a linearisation: all orders are tried. For tests.
//
// Purpose: what the checkers are checked against, so simple that it can be seen to be right. The
// orders are those of all keys together; clear and cull come in them once a key, as each key is
// removed at a moment of its own.
// Thread safety: pure function. REQUIRES: the wall clock was not moved, no clock is coarse; takes
// exponential time.
#ifndef TEARPROOF_HARNESS_CHECK_LINEARIZATION_SEARCH_H_
#define TEARPROOF_HARNESS_CHECK_LINEARIZATION_SEARCH_H_

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "harness/api/checker.h"
#include "harness/history/history.h"
#include "harness/history/value.h"

namespace tearproof::check {

class LinearizationSearch {
 public:
  // kAll: a hit on what nobody wrote breaks the history. kFresh: it is another promise's matter and
  // constrains nothing; and what failed, or was killed, may have left the key absent.
  enum class Judges { kAll, kFresh };

  // `only`: the operations on that key, all others left out.
  LinearizationSearch(const History& history, const Contract& contract,
                      Judges judges = Judges::kAll, std::optional<uint32_t> only = std::nullopt)
      : history_(history),
        contract_(contract),
        fresh_(judges == Judges::kFresh),
        expiries_(history.key_count()),
        states_(history.key_count()) {
    for (const Op& op : history.ops()) {
      for (uint32_t key = 0; key < history.key_count(); ++key) {
        if (op.key != kNoKey && op.key != key) continue;
        if (only.value_or(key) == key) moments_.push_back({&op, key, false});
      }
      if (op.key != kNoKey) NoteExpiry(op, expiries_[op.key]);
    }
  }

  bool Exists() { return Extend(0); }

 private:
  struct State {
    const Op* write = nullptr;  // nullptr: the key is absent.
    int64_t number = 0;         // Of a counter.
  };
  // What an operation does to one key.
  struct Moment {
    const Op* op = nullptr;
    uint32_t key = 0;
    bool taken = false;
  };
  struct Expiry {
    bool any = false;          // Some value has a time to live.
    int64_t touched = kNever;  // The earliest deadline that a touch set.
  };

  void NoteExpiry(const Op& op, Expiry& expiry) const {
    const bool touches = op.kind == OpKind::kTouch;
    const bool lives = op.kind == OpKind::kSet || op.kind == OpKind::kAdd || touches;
    if (!lives || op.ttl_millis == kNoTtl || !op.may_have_happened()) return;
    expiry.any = true;
    if (touches) expiry.touched = std::min(expiry.touched, Earliest(op));
  }

  // From when on a value of that time to live may look absent.
  int64_t Earliest(const Op& op) const {
    if (op.ttl_millis == kNoTtl) return kNever;
    return op.invoke + int64_t{op.ttl_millis} * 1'000'000 - contract_.ttl_resolution -
           history_.header().clock_uncertainty;
  }

  // Whether `op` may find the key absent.
  bool MayBeAbsent(const State& state, const Op& op) const {
    if (state.write == nullptr) return true;
    const Expiry& expiry = expiries_[op.key];
    if (!expiry.any) return false;
    const int64_t uncertainty = history_.header().clock_uncertainty;
    const int64_t reach = op.ret < kNever - uncertainty ? op.ret + uncertainty : kNever;
    return std::min(Earliest(*state.write), expiry.touched) <= reach;
  }

  bool MayComeNext(const Moment& candidate) const {
    return std::none_of(moments_.begin(), moments_.end(), [&](const Moment& other) {
      return !other.taken && history_.Precedes(*other.op, *candidate.op);
    });
  }

  bool Extend(size_t count) {
    if (count == moments_.size()) return true;
    for (Moment& moment : moments_) {
      if (moment.taken || !MayComeNext(moment)) continue;
      moment.taken = true;
      const bool found = Take(moment, count);
      moment.taken = false;
      if (found) return true;
    }
    return false;
  }

  bool Take(const Moment& moment, size_t count) {
    const State state = states_[moment.key];
    if (contract_.evicts && state.write != nullptr && Step(State{}, moment, count)) return true;
    return Step(state, moment, count);
  }

  bool Step(const State& state, const Moment& moment, size_t count) {
    const Op& op = *moment.op;
    // A failed operation, or a cull, may have done nothing.
    if ((op.uncertain() || op.kind == OpKind::kCull) && GoOn(state, moment, count)) return true;
    if (fresh_ && op.uncertain() && MayLeaveAbsent(op) && GoOn(State{}, moment, count)) return true;
    const std::optional<State> next = After(state, op);
    return next && GoOn(*next, moment, count);
  }

  // With the key in that state.
  bool GoOn(const State& state, const Moment& moment, size_t count) {
    const State before = std::exchange(states_[moment.key], state);
    const bool found = Extend(count + 1);
    states_[moment.key] = before;
    return found;
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
    const auto unchanged_if = [&state](bool allowed) {
      return allowed ? std::optional(state) : std::nullopt;
    };
    switch (op.kind) {
      case OpKind::kGet:
      case OpKind::kHas:
        if (op.uncertain() || (fresh_ && IsForeign(op))) return state;
        if (op.outcome == Outcome::kMiss) return unchanged_if(MayBeAbsent(state, op));
        return unchanged_if(present && Shows(state, op));
      case OpKind::kSet:
        return refused ? state : State{&op, 0};
      case OpKind::kAdd:
        if (refused) return unchanged_if(present);
        return MayBeAbsent(state, op) ? std::optional(State{&op, 0}) : std::nullopt;
      case OpKind::kDelete:
        return refused ? unchanged_if(MayBeAbsent(state, op)) : State{};
      case OpKind::kIncr:
        if (refused) return unchanged_if(MayBeAbsent(state, op));
        return present ? std::optional(State{state.write, state.number + op.length}) : std::nullopt;
      case OpKind::kClear:
      case OpKind::kCull:
        return State{};
      case OpKind::kTouch:
        if (op.uncertain()) return state;
        if (refused) return unchanged_if(MayBeAbsent(state, op));
        // What a touch of an entry that expires just then answers is left to the cache.
        return unchanged_if(present || expiries_[op.key].any);
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
  const Contract& contract_;
  bool fresh_ = false;
  std::vector<Expiry> expiries_;  // By key.
  std::vector<State> states_;     // By key.
  std::vector<Moment> moments_;
};

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_LINEARIZATION_SEARCH_H_
