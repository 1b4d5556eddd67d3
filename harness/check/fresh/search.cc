#include "harness/check/fresh/search.h"

#include <algorithm>
#include <bit>

namespace tearproof::check::fresh {
namespace {

// Calls function(slot) for each bit of `mask`.
template <typename Function>
void ForEach(uint64_t mask, Function function) {
  for (; mask != 0; mask &= mask - 1) function(std::countr_zero(mask));
}

}  // namespace

Search::Answer Search::Run(Ends ends) {
  if (key_.steps.size() >= kVanish) return Answer::kOutOfBudget;
  Prepare();
  ends_ = ends;
  in_turn_ = ends == Ends::kStrict || !StepsOfOneProcessOverlap();
  simple_ = simple_ && in_turn_;
  for (uint32_t i = 0; i < key_.steps.size(); ++i) {
    next_step_ = i;
    if (!EndAllBefore(key_.steps[i].invoke) || !Invoke(i)) return Stopped();
  }
  next_step_ = static_cast<uint32_t>(key_.steps.size());
  while (under_way_ != 0) {
    if (!End(FirstToEnd(under_way_))) return Stopped();
  }
  return conflicts_.empty() ? Answer::kOrderExists : Answer::kNone;
}

// Enough conflicts are an answer, too few configurations are none.
Search::Answer Search::Stopped() const {
  return conflicts_.size() >= budget_.conflicts ? Answer::kNone : Answer::kOutOfBudget;
}

void Search::Prepare() {
  simple_ = !key_.needs_presence && !key_.expires && !key_.counts;
  for (const Step& step : key_.steps) {
    simple_ = simple_ && (step.observes() || step.need == Need::kNothing);
  }
  slots_.fill(kNoStep);
  before_.fill(0);
  under_way_ = 0;
  blocking_ = cut_short_ = false;
  first_reach_ = kNever;
  current_.assign(1, Configuration{});
  log_.clear();
  log_.reserve(key_.steps.size());
  left_out_.assign(key_.steps.size(), false);
  conflicts_.clear();
  spent_ = 0;
}

bool Search::StepsOfOneProcessOverlap() const {
  std::vector<int64_t> reach_of_process;
  for (const Step& step : key_.steps) {
    if (step.invoke == Step::kAnyTime) continue;
    if (step.process >= reach_of_process.size()) {
      reach_of_process.resize(step.process + size_t{1}, Step::kAnyTime);
    }
    int64_t& reach = reach_of_process[step.process];
    if (reach >= step.invoke) return true;
    reach = step.reach;
  }
  return false;
}

bool Search::EndAllBefore(int64_t time) {
  while (under_way_ != 0 && first_reach_ < time) {
    if (!End(FirstToEnd(under_way_))) return false;
  }
  return true;
}

bool Search::Invoke(uint32_t index) {
  const Step& step = key_.steps[index];
  if (step.need == Need::kValue && left_out_[step.value]) return true;
  const bool of_use = key_.needs_absence || key_.needs_presence || key_.counts;
  if (step.optional && !of_use) return true;
  Mask before = 0;
  ForEach(under_way_, [&](int other) {
    const bool ordered = step.invoke != Step::kAnyTime && StepOf(other).invoke != Step::kAnyTime;
    if (ordered && StepOf(other).process == step.process) before |= Bit(other);
  });
  if (ends_ == Ends::kStrict && before != 0) {
    cut_short_ = true;
    if (!End(std::countr_zero(before))) return false;
    before = 0;
  }
  next_step_ = index + 1;
  if (~under_way_ == 0) return false;
  const int slot = std::countr_one(under_way_);
  const Mask bit = Bit(slot);
  blocking_ = blocking_ || before != 0;
  before_[static_cast<size_t>(slot)] = before;
  slots_[static_cast<size_t>(slot)] = index;
  under_way_ |= bit;
  const auto classify = [&](Mask& mask, bool belongs) {
    mask = belongs ? mask | bit : mask & ~bit;
  };
  classify(observers_, step.observes());
  classify(conditional_, !step.observes() && step.need != Need::kNothing);
  classify(removals_, step.effect == Effect::kRemove);
  classify(maybe_removals_, step.may_remove && step.effect == Effect::kWrite);
  classify(writes_, step.effect == Effect::kWrite);
  first_reach_ = std::min(first_reach_, step.reach);
  if (!step.observes()) return true;
  for (Configuration& at : current_) {
    if (!Enabled(at, slot) || !Allows(key_, at.state, step)) continue;
    at.placed |= bit;
    Log(at, index, false, false);
  }
  return true;
}

int Search::FirstToEnd(Mask among) const {
  int first = -1;
  ForEach(among, [&](int slot) {
    if (first < 0 || std::tuple(StepOf(slot).reach, slots_[static_cast<size_t>(slot)]) <
                         std::tuple(StepOf(first).reach, slots_[static_cast<size_t>(first)])) {
      first = slot;
    }
  });
  return first;
}

// What ends first may be used first: whatever it could do later, the others can do as well. Not
// where the next step of its process may be waiting for it.
Search::Mask Search::Best(Mask among) const {
  return among == 0 || !in_turn_ ? among : Bit(FirstToEnd(among));
}

int Search::SlotOf(uint32_t step) const {
  int found = -1;
  ForEach(under_way_, [&](int slot) {
    if (slots_[static_cast<size_t>(slot)] == step) found = slot;
  });
  return found;
}

bool Search::End(int slot) {
  const Mask bit = Bit(slot);
  const bool settled = std::all_of(current_.begin(), current_.end(),
                                   [bit](const Configuration& at) { return at.placed & bit; });
  if (!settled) {
    next_.clear();
    for (const Configuration& at : current_) {
      if ((at.placed & bit) != 0) {
        next_.push_back(at);
      } else {
        Settle(at, slot);
      }
      if (spent_ > budget_.configurations || next_.size() > budget_.width * 8) return false;
    }
    if (next_.empty()) {
      DropConflict(slot);
      if (conflicts_.size() >= budget_.conflicts) return false;
    } else {
      current_.swap(next_);
    }
  }
  Forget(slot);
  // The next step of its process may begin.
  for (Configuration& at : current_) {
    if (blocking_) Absorb(at);
  }
  if (!settled) KeepDistinct();
  return current_.size() <= budget_.width;
}

void Search::Forget(int slot) {
  const Mask bit = Bit(slot);
  under_way_ &= ~bit;
  slots_[static_cast<size_t>(slot)] = kNoStep;
  for (Configuration& at : current_) {
    at.placed &= ~bit;
    at.hideable &= ~bit;
  }
  first_reach_ = kNever;
  ForEach(under_way_, [&](int other) {
    before_[static_cast<size_t>(other)] &= ~bit;
    first_reach_ = std::min(first_reach_, StepOf(other).reach);
  });
}

// The step is left out; of a write, its reads, too. The others go on from where they stood.
void Search::DropConflict(int slot) {
  const uint32_t index = slots_[static_cast<size_t>(slot)];
  conflicts_.push_back(index);
  if (key_.steps[index].effect != Effect::kWrite) return;
  left_out_[index] = true;
  ForEach(under_way_, [&](int other) {
    if (StepOf(other).need == Need::kValue && StepOf(other).value == index) Forget(other);
  });
}

void Search::KeepDistinct() {
  if (current_.size() < 2) return;
  std::sort(current_.begin(), current_.end(), [](const Configuration& a, const Configuration& b) {
    return a.Essence() < b.Essence();
  });
  const auto end = std::unique(
      current_.begin(), current_.end(),
      [](const Configuration& a, const Configuration& b) { return a.Essence() == b.Essence(); });
  current_.erase(end, current_.end());
}

void Search::Emit(const Configuration& at) {
  ++spent_;
  next_.push_back(at);
}

bool Search::Locked(const Configuration& at) const {
  if (!at.state.present()) return false;
  const uint32_t last_read = key_.steps[at.state.value].last_read;
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

void Search::Settle(const Configuration& from, int slot) {
  if (simple_) return SettleSimply(from, slot);
  if (StepOf(slot).optional) Emit(from);
  if ((from.hideable & Bit(slot)) != 0) Hide(from, slot);
  Place(from, slot);
}

// Each choice is the best there is, as nobody needs the key to be present: absent is the better
// state, and hidden the better place of a write.
void Search::SettleSimply(const Configuration& from, int slot) {
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
  if (step.need == Need::kValue) return HideWith(from, SlotOf(step.value), false);
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
      Log(at, slots_[static_cast<size_t>(slot)], false, true);
      Absorb(at);
      return Emit(at);
    }
    const Mask removals = open & removals_;
    ForEach(Best(removals), [&](int removal) { HideWith(from, removal, false); });
    if (removals != 0 && simple_) return;
    ForEach(Best(open & maybe_removals_), [&](int maybe) { HideWith(from, maybe, true); });
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
  Log(at, slots_[static_cast<size_t>(provider)], removes, true);
  ForEach(group, [&](int slot) { Log(at, slots_[static_cast<size_t>(slot)], false, true); });
  at.placed |= group | Bit(provider);
  if (blocking_) Absorb(at);
  Emit(at);
}

void Search::Place(const Configuration& from, int slot) {
  const Step& step = StepOf(slot);
  if (key_.counts || (Open(from) & conditional_) != 0 || AnyBlocked(from)) {
    return PlaceInAnyOrder(from, slot);
  }
  if (Locked(from)) return;
  if (!step.observes()) {
    if (step.may_remove) Provide(from, slot, Bit(slot), true);
    if (!step.may_remove || !simple_) Provide(from, slot, Bit(slot), false);
    return;
  }
  if (step.need == Need::kValue) {
    const int write = SlotOf(step.value);
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
    if (rival.effect != Effect::kIncrease || rival.value != step.value) return;
    if (rival.optional != step.optional || !Enabled(at, other)) return;
    const auto end = [&](int of) {
      return std::tuple(StepOf(of).reach, slots_[static_cast<size_t>(of)]);
    };
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
  Log(at, slots_[static_cast<size_t>(slot)], removes, false);
  if (step.blind() || (key_.evicts && step.effect == Effect::kWrite)) {
    MarkHideable(at, placed_before);
  }
  Absorb(at);
  return true;
}

bool Search::TryVanish(Configuration& at) {
  if (Locked(at)) return false;
  at.state = State{};
  Log(at, kVanish, false, false);
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
      Log(at, slots_[static_cast<size_t>(slot)], false, false);
      again = blocking_;
    });
  }
}

void Search::Log(Configuration& at, uint32_t step, bool removes, bool hidden) {
  log_.push_back({at.log, step, removes ? 1u : 0u, hidden ? 1u : 0u});
  at.log = static_cast<uint32_t>(log_.size() - 1);
}

Order Search::TakeOrder() const {
  std::vector<LogEntry> entries;
  for (uint32_t at = current_.front().log; at != kRoot; at = log_[at].previous) {
    entries.push_back(log_[at]);
  }
  // Hidden steps come before the last blind change that had been placed when they were decided.
  Order shown;
  std::vector<std::pair<size_t, Placed>> hidden;
  size_t last_blind = 0;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->step == kVanish) {
      last_blind = shown.size();
      continue;
    }
    const Placed placed{entry->step, entry->removes};
    if (entry->hidden) {
      hidden.emplace_back(last_blind, placed);
      continue;
    }
    const Step& step = key_.steps[entry->step];
    if (step.blind() || (key_.evicts && step.effect == Effect::kWrite)) last_blind = shown.size();
    shown.push_back(placed);
  }
  Order order;
  auto next_hidden = hidden.begin();
  for (size_t i = 0; i <= shown.size(); ++i) {
    for (; next_hidden != hidden.end() && next_hidden->first == i; ++next_hidden) {
      order.push_back(next_hidden->second);
    }
    if (i < shown.size()) order.push_back(shown[i]);
  }
  return order;
}

}  // namespace tearproof::check::fresh
