#include "harness/check/fresh/search.h"

#include <algorithm>

namespace tearproof::check::fresh {
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
    if (!End(first_slot_)) return Stopped();
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
  first_slot_ = -1;
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
    if (!End(first_slot_)) return false;
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
  reach_[static_cast<size_t>(slot)] = step.reach;
  if (first_slot_ < 0 || step.reach < first_reach_) {
    first_reach_ = step.reach;
    first_slot_ = slot;
  }
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
  int64_t first_reach = kNever;
  ForEach(among, [&](int slot) {
    const int64_t reach = reach_[static_cast<size_t>(slot)];
    if (first >= 0 && reach > first_reach) return;
    const auto index = [this](int of) { return slots_[static_cast<size_t>(of)]; };
    if (first >= 0 && reach == first_reach && index(first) < index(slot)) return;
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

int Search::SlotOf(uint32_t step) const {
  int found = -1;
  ForEach(under_way_, [&](int slot) {
    if (slots_[static_cast<size_t>(slot)] == step) found = slot;
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
        Settle(at, slot);
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
  slots_[static_cast<size_t>(slot)] = kNoStep;
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
