#include "harness/check/fresh/verify_witness.h"

#include <algorithm>

namespace tearproof::check::fresh {
namespace {

// Every certain step once, no step twice.
bool IsComplete(const KeySteps& key, const Order& order) {
  std::vector<bool> placed(key.steps.size(), false);
  for (const Placed& place : order) {
    if (place.step >= placed.size() || placed[place.step]) return false;
    placed[place.step] = true;
  }
  for (size_t i = 0; i < placed.size(); ++i) {
    if (!placed[i] && !key.steps[i].optional) return false;
  }
  return true;
}

// No step comes after one that was invoked beyond its reach, nor after a later one of its process.
bool RespectsTime(const KeySteps& key, const Order& order) {
  std::vector<uint32_t> last_of_process;
  int64_t last_invoke = std::numeric_limits<int64_t>::min();
  for (const Placed& place : order) {
    const Step& step = key.steps[place.step];
    if (step.reach < last_invoke) return false;
    last_invoke = std::max(last_invoke, step.invoke);
    if (step.process >= last_of_process.size()) last_of_process.resize(step.process + size_t{1});
    uint32_t& last = last_of_process[step.process];
    if (last > place.step) return false;
    last = place.step;
  }
  return true;
}

// Each step finds what it needs: in the key's state, or, where the contract lets entries go by
// themselves, in its absence.
bool Replays(const KeySteps& key, const Order& order) {
  State state;
  for (const Placed& place : order) {
    const Step& step = key.steps[place.step];
    if (place.removes && !step.may_remove) return false;
    if (!Allows(key, state, step)) {
      if (!key.evicts || !Allows(key, State{}, step)) return false;
      state = State{};
    }
    state = After(state, step, place.removes);
  }
  return true;
}

}  // namespace

bool VerifyWitness(const KeySteps& key, const Order& order) {
  return IsComplete(key, order) && RespectsTime(key, order) && Replays(key, order);
}

}  // namespace tearproof::check::fresh
