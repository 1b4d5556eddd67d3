#include "harness/check/fresh/step.h"

#include <algorithm>
#include <numeric>

namespace tearproof::check::fresh {

namespace {

// Makes `key` of its own steps: the one at `from[i]` comes to i.
void Rearrange(KeySteps& key, const std::vector<uint32_t>& from) {
  std::vector<uint32_t> new_index(key.steps.size());
  std::vector<Step> steps;
  for (uint32_t i = 0; i < from.size(); ++i) {
    new_index[from[i]] = i;
    steps.push_back(key.steps[from[i]]);
  }
  for (uint32_t i = 0; i < steps.size(); ++i) {
    steps[i].last_read = kNoStep;
    if (steps[i].effect == Effect::kWrite) steps[i].value = i;
    if (steps[i].need == Need::kValue) steps[i].value = new_index[steps[i].value];
  }
  for (uint32_t i = 0; i < steps.size(); ++i) {
    if (steps[i].need == Need::kValue) steps[steps[i].value].last_read = i;
  }
  key.steps = std::move(steps);
}

}  // namespace

void LeaveOut(KeySteps& key, const std::vector<bool>& leave_out) {
  std::vector<uint32_t> kept;
  for (uint32_t i = 0; i < key.steps.size(); ++i) {
    if (!leave_out[i]) kept.push_back(i);
  }
  Rearrange(key, kept);
}

void SortByInvocation(KeySteps& key) {
  std::vector<uint32_t> order(key.steps.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&key](uint32_t a, uint32_t b) {
    return key.steps[a].invoke < key.steps[b].invoke;
  });
  Rearrange(key, order);
}

}  // namespace tearproof::check::fresh
