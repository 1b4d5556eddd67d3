#include "harness/check/fresh/search.h"

#include <algorithm>

namespace tearproof::check::fresh {
Search::Answer Search::Run(const KeySteps& key, Ends ends) {
  Begin(ends);
  for (const Step& step : key.steps) {
    if (!Add(step)) break;
  }
  return Finish();
}

void Search::Begin(Ends ends) {
  in_turn_ = ends == Ends::kStrict;
  simple_ = in_turn_ && !key_.needs_presence && !key_.expires && !key_.counts && !key_.conditional;
  stopped_ = blocking_ = cut_short_ = false;
  next_step_ = 0;
  before_.fill(0);
  under_way_ = 0;
  first_reach_ = kNever;
  first_slot_ = -1;
  current_.assign(1, Configuration{});
  log_.clear();
  log_limit_ = budget_.unsettled;
  since_blind_.clear();
  settled_.clear();
  left_out_.clear();
  conflicts_.clear();
  spent_ = 0;
}

bool Search::Add(const Step& step) {
  stopped_ = stopped_ || !EndAllBefore(step.invoke) || !Invoke(step);
  ++next_step_;
  if (log_.size() >= log_limit_) {
    Settle();
    log_limit_ = std::max(budget_.unsettled, 2 * log_.size());
  }
  return !stopped_;
}

Search::Answer Search::Finish() {
  while (under_way_ != 0 && !stopped_) stopped_ = !End(first_slot_);
  // Enough conflicts are an answer, too few configurations are none.
  if (stopped_ && conflicts_.size() < budget_.conflicts) return Answer::kOutOfBudget;
  if (!conflicts_.empty()) return Answer::kNone;
  current_.resize(1);
  Settle();
  return Answer::kOrderExists;
}

bool Search::EndAllBefore(int64_t time) {
  while (under_way_ != 0 && first_reach_ < time) {
    if (!End(first_slot_)) return false;
  }
  return true;
}

bool Search::Invoke(const Step& step) {
  if (step.need == Need::kValue && left_out_.contains(step.value)) return true;
  const bool of_use = key_.needs_absence || key_.needs_presence || key_.counts;
  if (step.optional && !of_use) return true;
  Mask before = 0;
  ForEach(under_way_, [&](int other) {
    const bool ordered = step.invoke != Step::kAnyTime && StepOf(other).invoke != Step::kAnyTime;
    if (ordered && StepOf(other).process == step.process) before |= Bit(other);
  });
  if (in_turn_ && before != 0) {
    cut_short_ = true;
    if (!End(std::countr_zero(before))) return false;
    before = 0;
  }
  if (~under_way_ == 0) return false;
  const int slot = std::countr_one(under_way_);
  const Mask bit = Bit(slot);
  blocking_ = blocking_ || before != 0;
  before_[static_cast<size_t>(slot)] = before;
  slots_[static_cast<size_t>(slot)] = {step, next_step_};
  under_way_ |= bit;
  const auto classify = [&](Mask& mask, bool belongs) {
    mask = belongs ? mask | bit : mask & ~bit;
  };
  classify(observers_, step.observes());
  classify(conditional_, step.conditional());
  classify(removals_, step.effect == Effect::kRemove);
  classify(maybe_removals_, step.may_remove && step.effect == Effect::kWrite);
  classify(writes_, step.effect == Effect::kWrite);
  reach_[static_cast<size_t>(slot)] = step.reach;
  if (first_slot_ < 0 || step.reach < first_reach_) {
    first_reach_ = step.reach;
    first_slot_ = slot;
  }
  if (!step.observes()) return true;
  for (Configuration& at : current_) {
    if (!Enabled(at, slot) || !Allows(key_, at.state, step)) continue;
    at.placed |= bit;
    Log(at, slot, false, false);
  }
  return true;
}

int Search::FirstToEnd(Mask among) const {
  int first = -1;
  int64_t first_reach = kNever;
  ForEach(among, [&](int slot) {
    const int64_t reach = reach_[static_cast<size_t>(slot)];
    if (first >= 0 && reach > first_reach) return;
    if (first >= 0 && reach == first_reach && NumberOf(first) < NumberOf(slot)) return;
    first = slot;
    first_reach = reach;
  });
  return first;
}

// What ends first may be used first: whatever it could do later, the others can do as well. Not
// where the next step of its process may be waiting for it.
Search::Mask Search::Best(Mask among) const {
  return among == 0 || !in_turn_ ? among : Bit(FirstToEnd(among));
}

int Search::SlotOfWrite(uint32_t value) const {
  int found = -1;
  ForEach(under_way_ & writes_, [&](int slot) {
    if (StepOf(slot).value == value) found = slot;
  });
  return found;
}

bool Search::End(int slot) {
  const Mask bit = Bit(slot);
  looked_at_ += current_.size();
  const bool settled = std::all_of(current_.begin(), current_.end(),
                                   [bit](const Configuration& at) { return at.placed & bit; });
  if (!settled) {
    next_.clear();
    for (const Configuration& at : current_) {
      if ((at.placed & bit) != 0) {
        next_.push_back(at);
      } else {
        EndIn(at, slot);
      }
      if (spent_ > budget_.configurations || next_.size() > budget_.width * 8) return false;
    }
    looked_at_ += next_.size();
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
  for (Configuration& at : current_) {
    at.placed &= ~bit;
    at.hideable &= ~bit;
  }
  if (blocking_)
    ForEach(under_way_, [&](int other) { before_[static_cast<size_t>(other)] &= ~bit; });
  first_slot_ = FirstToEnd(under_way_);
  first_reach_ = first_slot_ < 0 ? kNever : reach_[static_cast<size_t>(first_slot_)];
}

// The step is left out; of a write, its reads, too. The others go on from where they stood.
void Search::DropConflict(int slot) {
  const Step& step = StepOf(slot);
  conflicts_.push_back(NumberOf(slot));
  if (step.effect != Effect::kWrite) return;
  left_out_.insert(step.value);
  ForEach(under_way_, [&](int other) {
    if (StepOf(other).need == Need::kValue && StepOf(other).value == step.value) Forget(other);
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

// What all configurations have come through is settled; what none has come through is dropped.
void Search::Settle() {
  shared_by_.assign(log_.size(), 0);
  for (const Configuration& at : current_) {
    if (at.log != kRoot) ++shared_by_[at.log];
  }
  for (size_t i = log_.size(); i-- > 0;) {
    if (log_[i].previous != kRoot) shared_by_[log_[i].previous] += shared_by_[i];
  }
  uint32_t kept = 0;
  std::vector<uint32_t>& moved_to = shared_by_;
  const auto moved = [&](uint32_t entry) { return entry == kRoot ? kRoot : moved_to[entry]; };
  for (size_t i = 0; i < log_.size(); ++i) {
    const LogEntry entry = log_[i];
    const bool by_all = shared_by_[i] == current_.size();
    const bool by_some = !by_all && shared_by_[i] > 0;
    if (by_all) Settle(entry);
    moved_to[i] = by_some ? kept : kRoot;
    if (!by_some) continue;
    log_[kept] = entry;
    log_[kept++].previous = moved(entry.previous);
  }
  log_.resize(kept);
  bool may_hide = kept > 0;
  for (Configuration& at : current_) {
    at.log = moved(at.log);
    may_hide = may_hide || (Open(at) & at.hideable) != 0;
  }
  if (!may_hide) SettleSinceBlind();
}

void Search::Settle(const LogEntry& entry) {
  if (entry.hidden) return settled_.push_back(entry.placed);
  if (entry.blind) SettleSinceBlind();
  if (entry.placed.step != kVanish) since_blind_.push_back(entry.placed);
}

void Search::SettleSinceBlind() {
  settled_.insert(settled_.end(), since_blind_.begin(), since_blind_.end());
  since_blind_.clear();
}

}  // namespace tearproof::check::fresh
