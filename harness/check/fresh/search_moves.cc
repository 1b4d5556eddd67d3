// What a configuration of the search can become.

#include "harness/check/fresh/search.h"

namespace tearproof::check::fresh {

void Search::Emit(const Configuration& at) {
  ++spent_;
  next_.push_back(at);
}

bool Search::Locked(const Configuration& at) const {
  if (!at.state.present()) return false;
  const uint32_t last_read = at.state.last_read;
  if (last_read == kNoStep) return false;
  return last_read >= next_step_ || (blocking_ && ReadsUnderWay(at, at.state.value) != 0);
}

Search::Mask Search::ReadsUnderWay(const Configuration& at, uint32_t write) const {
  Mask reads = 0;
  ForEach(Open(at) & observers_, [&](int slot) {
    if (StepOf(slot).need == Need::kValue && StepOf(slot).value == write) reads |= Bit(slot);
  });
  return reads;
}

bool Search::AnyBlocked(const Configuration& at) const {
  if (!blocking_) return false;
  bool blocked = false;
  ForEach(Open(at), [&](int slot) { blocked = blocked || !Enabled(at, slot); });
  return blocked;
}

void Search::EndIn(const Configuration& from, int slot) {
  if (simple_) return EndSimplyIn(from, slot);
  if (StepOf(slot).optional) Emit(from);
  if ((from.hideable & Bit(slot)) != 0) Hide(from, slot);
  Place(from, slot);
}

// Each choice is the best there is, as nobody needs the key to be present: absent is the better
// state, and hidden the better place of a write.
void Search::EndSimplyIn(const Configuration& from, int slot) {
  const Step& step = StepOf(slot);
  const bool hideable = (from.hideable & Bit(slot)) != 0;
  const bool wants_absence =
      step.effect == Effect::kRemove || step.may_remove || step.need == Need::kAbsent;
  const size_t had = next_.size();
  if (hideable && (!wants_absence || Locked(from))) Hide(from, slot);
  if (next_.size() == had) Place(from, slot);
  if (next_.size() == had && step.optional) Emit(from);
}

void Search::Hide(const Configuration& from, int slot) {
  const Step& step = StepOf(slot);
  const Mask open = Open(from) & from.hideable;
  if (step.need == Need::kValue) return HideWith(from, SlotOfWrite(step.value), false);
  if (step.effect == Effect::kRemove) return HideWith(from, slot, false);
  if (step.effect == Effect::kWrite) {
    if (step.may_remove) HideWith(from, slot, true);
    if (!step.may_remove || !simple_) HideWith(from, slot, false);
    return;
  }
  if (step.need == Need::kAbsent) {
    if (key_.evicts) {
      Configuration at = from;
      at.placed |= Bit(slot);
      Log(at, slot, false, true);
      Absorb(at);
      return Emit(at);
    }
    const Mask removals = open & removals_;
    ForEach(Best(removals), [&](int removal) { HideWith(from, removal, false); });
    if (removals != 0 && simple_) return;
    ForEach(Best(open & maybe_removals_), [&](int maybe) { HideWith(from, maybe, true); });
    // A write that had expired by then.
    ForEach(key_.expires ? open & writes_ : 0, [&](int write) {
      if (Allows(key_, After(State{}, StepOf(write)), step)) HideWith(from, write, false);
    });
  }
  if (step.need == Need::kPresent) {
    ForEach(open & writes_, [&](int write) { HideWith(from, write, false); });
  }
}

// Hides `provider` and, after it, all that it lets be hidden.
void Search::HideWith(Configuration at, int provider, bool removes) {
  const Step& step = StepOf(provider);
  const State state = After(State{}, step, removes);
  Mask group = 0;
  ForEach(Open(at) & at.hideable & observers_, [&](int slot) {
    if (StepOf(slot).need != Need::kNumber && Allows(key_, state, StepOf(slot))) group |= Bit(slot);
  });
  Log(at, provider, removes, true);
  ForEach(group, [&](int slot) { Log(at, slot, false, true); });
  at.placed |= group | Bit(provider);
  if (blocking_) Absorb(at);
  Emit(at);
}

void Search::Place(const Configuration& from, int slot) {
  const Step& step = StepOf(slot);
  if (key_.counts || key_.expires || (Open(from) & conditional_) != 0 || AnyBlocked(from)) {
    return PlaceInAnyOrder(from, slot);
  }
  if (Locked(from)) return;
  if (!step.observes()) {
    if (step.may_remove) Provide(from, slot, Bit(slot), true);
    if (!step.may_remove || !simple_) Provide(from, slot, Bit(slot), false);
    return;
  }
  if (step.need == Need::kValue) {
    const int write = SlotOfWrite(step.value);
    if (write >= 0) Provide(from, slot, Bit(write), false);
  } else if (step.need == Need::kAbsent) {
    Configuration at = from;
    if (key_.evicts && TryVanish(at)) return Emit(at);
    const Mask removals = Open(from) & removals_;
    Provide(from, slot, Best(removals), false);
    if (removals != 0 && simple_) return;
    Provide(from, slot, Best(Open(from) & maybe_removals_), true);
  } else {
    Provide(from, slot, Open(from) & writes_, false);
  }
}

// Places each of `providers` in turn, and keeps what thereby places `slot`.
void Search::Provide(const Configuration& from, int slot, Mask providers, bool removes) {
  ForEach(providers & ~from.placed, [&](int provider) {
    Configuration at = from;
    if (TryPlace(at, provider, removes) && (at.placed & Bit(slot)) != 0) Emit(at);
  });
}

void Search::PlaceInAnyOrder(const Configuration& from, int slot) {
  visited_.clear();
  PlaceNext(from, slot, 0);
}

// All orders of changes under way that end with `slot` placed.
void Search::PlaceNext(const Configuration& from, int slot, int depth) {
  const auto go_on = [&](const Configuration& at) {
    if (spent_ > budget_.configurations || !visited_.insert(at.Essence()).second) return;
    if ((at.placed & Bit(slot)) != 0) return Emit(at);
    ++spent_;
    PlaceNext(at, slot, depth + 1);
  };
  ForEach(Open(from) & ~observers_, [&](int change) {
    if (!MayGoFirst(from, change)) return;
    for (const bool removes : {false, true}) {
      if (removes && !StepOf(change).may_remove) continue;
      Configuration at = from;
      if (TryPlace(at, change, removes)) go_on(at);
    }
  });
  Configuration vanished = from;
  if (key_.evicts && from.state.present() && TryVanish(vanished)) go_on(vanished);
  // What never happened, or is hidden for good, lets the next step of its process begin.
  ForEach(blocking_ ? Open(from) : 0, [&](int never) {
    if (!StepOf(never).optional) return;
    Configuration at = from;
    at.placed |= Bit(never);
    Absorb(at);
    go_on(at);
  });
  ForEach(blocking_ ? Open(from) & from.hideable & ~observers_ : 0, [&](int hidden) {
    const size_t had = next_.size();
    const uint64_t spent = spent_;
    Hide(from, hidden);
    spent_ = spent;
    std::vector<Configuration> after(next_.begin() + static_cast<std::ptrdiff_t>(had), next_.end());
    next_.resize(had);
    for (const Configuration& at : after) go_on(at);
  });
}

// Equal increments commute, so that the one that ends first may go first.
bool Search::MayGoFirst(const Configuration& at, int slot) const {
  const Step& step = StepOf(slot);
  if (step.effect != Effect::kIncrease || !in_turn_) return true;
  bool first = true;
  ForEach(Open(at) & conditional_ & ~Bit(slot), [&](int other) {
    const Step& rival = StepOf(other);
    if (rival.effect != Effect::kIncrease || rival.number != step.number) return;
    if (rival.optional != step.optional || !Enabled(at, other)) return;
    const auto end = [&](int of) { return std::tuple(StepOf(of).reach, NumberOf(of)); };
    if (end(other) < end(slot)) first = false;
  });
  return first;
}

bool Search::TryPlace(Configuration& at, int slot, bool removes) {
  const Step& step = StepOf(slot);
  if (!Enabled(at, slot)) return false;
  const bool replaces = removes || step.effect != Effect::kIncrease;
  if (replaces && Locked(at)) return false;
  if (!Allows(key_, at.state, step)) {
    if (!key_.evicts || !Allows(key_, State{}, step)) return false;
    at.state = State{};
  }
  at.state = After(at.state, step, removes);
  const Mask placed_before = at.placed;
  at.placed |= Bit(slot);
  Log(at, slot, removes, false);
  if (log_.back().blind) MarkHideable(at, placed_before);
  Absorb(at);
  return true;
}

bool Search::TryVanish(Configuration& at) {
  if (Locked(at)) return false;
  at.state = State{};
  Log(at, -1, false, false);
  MarkHideable(at, at.placed);
  Absorb(at);
  return true;
}

// A blind change was just placed: which steps under way could as well have come right before it?
void Search::MarkHideable(Configuration& at, Mask placed_before) const {
  ForEach(Open(at), [&](int slot) {
    if (!EnabledBy(placed_before, slot)) return;
    const Step& step = StepOf(slot);
    if (step.observes()) {
      if (step.need == Need::kAbsent || step.need == Need::kPresent) at.hideable |= Bit(slot);
      return;
    }
    if (!step.blind()) return;
    if (step.effect == Effect::kWrite && step.last_read != kNoStep) {
      if (step.last_read >= next_step_) return;
      const Mask reads = ReadsUnderWay(at, step.value);
      bool enabled = true;
      ForEach(blocking_ ? reads : 0,
              [&](int read) { enabled = enabled && EnabledBy(placed_before, read); });
      if (!enabled) return;
      at.hideable |= reads;
    }
    at.hideable |= Bit(slot);
  });
}

void Search::Absorb(Configuration& at) {
  bool again = true;
  while (again) {
    again = false;
    ForEach(Open(at) & observers_, [&](int slot) {
      if (!Enabled(at, slot) || !Allows(key_, at.state, StepOf(slot))) return;
      at.placed |= Bit(slot);
      Log(at, slot, false, false);
      again = blocking_;
    });
  }
}

// `slot` -1: the key became absent by itself, which is as good as a blind change.
void Search::Log(Configuration& at, int slot, bool removes, bool hidden) {
  bool blind = slot < 0;
  if (!blind) {
    const Step& step = StepOf(slot);
    blind = step.blind() || (key_.evicts && step.effect == Effect::kWrite);
  }
  log_.push_back({at.log, {slot < 0 ? kVanish : NumberOf(slot), removes}, hidden, blind});
  at.log = static_cast<uint32_t>(log_.size() - 1);
}

}  // namespace tearproof::check::fresh
