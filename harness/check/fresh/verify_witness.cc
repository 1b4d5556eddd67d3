#include "harness/check/fresh/verify_witness.h"

#include <algorithm>

namespace tearproof::check::fresh {

void WitnessVerifier::Expect(const Step& step) {
  expected_.push_back({step});
  if (expected_.size() > recent_) ForgetOldest();
}

void WitnessVerifier::Place(Placed placed) {
  Step step;
  right_ = right_ && Take(placed.step, step) && InTime(step, placed.step) &&
           Replay(step, placed.removes);
}

bool WitnessVerifier::Accepts() {
  while (!expected_.empty()) ForgetOldest();
  return right_ && std::all_of(late_.begin(), late_.end(),
                               [](const auto& late) { return late.second.optional; });
}

bool WitnessVerifier::Take(uint32_t number, Step& step) {
  if (number < first_) {
    const auto late = late_.extract(number);
    if (late.empty()) return false;
    step = late.mapped();
    return true;
  }
  if (number - first_ >= expected_.size()) return false;
  Expected& expected = expected_[number - first_];
  if (expected.placed) return false;
  expected.placed = true;
  step = expected.step;
  return true;
}

// An optional step is let go once time would not allow it any more.
void WitnessVerifier::ForgetOldest() {
  const auto& [step, placed] = expected_.front();
  if (!placed && !(step.optional && step.reach < last_invoke_)) late_.emplace(first_, step);
  expected_.pop_front();
  ++first_;
}

// No step comes after one that was invoked beyond its reach, nor after a later one of its process.
bool WitnessVerifier::InTime(const Step& step, uint32_t number) {
  if (step.reach < last_invoke_) return false;
  last_invoke_ = std::max(last_invoke_, step.invoke);
  if (step.process >= last_of_process_.size()) last_of_process_.resize(step.process + size_t{1});
  uint32_t& last = last_of_process_[step.process];
  if (last > number) return false;
  last = number;
  return true;
}

// Each step finds what it needs: in the key's state, or, where the contract lets entries go by
// themselves, in its absence.
bool WitnessVerifier::Replay(const Step& step, bool removes) {
  if (removes && !step.may_remove) return false;
  if (!Allows(key_, state_, step)) {
    if (!key_.evicts || !Allows(key_, State{}, step)) return false;
    state_ = State{};
  }
  state_ = After(state_, step, removes);
  return true;
}

}  // namespace tearproof::check::fresh
