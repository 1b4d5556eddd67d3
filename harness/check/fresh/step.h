// What each operation on one key asked of its state, and what it did to it.
//
// Purpose: ten kinds of operations with seven outcomes come down to a need and an effect. All of
// `fresh` works on steps: the zones, the search, the verifier. How operations become steps stands
// in key_history.h.
//
// The state of a key: it is absent, or it holds the value of one write, to which increments have
// added a number. A step takes effect at one moment between its invocation and its reach, and may
// do so only in a state that meets its need.
//
// Thread safety: plain data. Units: the history's time base.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_STEP_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_STEP_H_

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "harness/history/op.h"

namespace tearproof::check::fresh {

enum class Need : uint8_t {
  kNothing,
  kAbsent,   // miss; add that won; delete, incr, touch that were refused.
  kPresent,  // has that hit; add that was refused; incr, touch that were done.
  kValue,    // get that returned the value of a write.
  kNumber,   // get that returned a number.
};

enum class Effect : uint8_t {
  kNone,
  kWrite,
  kRemove,
  kIncrease,
};

inline constexpr uint32_t kNoStep = std::numeric_limits<uint32_t>::max();

struct Step {
  int64_t invoke = 0;
  int64_t reach = kNever;  // Whoever is invoked after it comes after this step.
  uint32_t op = 0;         // Index into the history's operations.
  // kWrite: this step's own index. kValue: the index of the write. kNumber: index into
  // KeySteps::numbers. kIncrease: by how much.
  uint32_t value = 0;
  uint32_t last_read = kNoStep;  // Of a write: the last step invoked that needs its value.
  uint16_t process = 0;
  Need need = Need::kNothing;
  Effect effect : 2 = Effect::kNone;
  bool optional : 1 = false;    // It may also never take effect.
  bool may_remove : 1 = false;  // Taking effect may also mean leaving the key absent.

  // As `invoke`: no time and no program order bind it.
  static constexpr int64_t kAnyTime = std::numeric_limits<int64_t>::min();

  bool observes() const { return effect == Effect::kNone; }
  // Takes effect in any state and leaves nothing of it.
  bool blind() const {
    return need == Need::kNothing && (effect == Effect::kWrite || effect == Effect::kRemove);
  }
};
static_assert(sizeof(Step) == 32);

// The steps of one key by invocation, those of one process in program order.
struct KeySteps {
  uint32_t id = 0;  // The key's index in the history.
  std::vector<Step> steps;
  std::vector<int64_t> numbers;
  // By step, and only where `expires`: from when on a value may look absent.
  std::vector<int64_t> earliest_expiry;
  bool evicts = false;   // The key may become absent at any moment by itself.
  bool expires = false;  // Some value has a time to live.
  bool counts = false;   // Some step needs or adds to a number.
  bool needs_absence = false;
  bool needs_presence = false;
};

// What the key holds: nothing, or the value of the write `value` plus increments.
struct State {
  static constexpr uint32_t kAbsent = kNoStep;
  uint32_t value = kAbsent;
  int64_t number = 0;

  bool present() const { return value != kAbsent; }
  friend bool operator==(const State&, const State&) = default;
};

// Whether `step` may take effect in `state`.
inline bool Allows(const KeySteps& key, const State& state, const Step& step) {
  switch (step.need) {
    case Need::kNothing:
      return true;
    case Need::kAbsent:
      // Caches look at clocks that differ: from its earliest expiry on a value may show and hide.
      return !state.present() || (key.expires && key.earliest_expiry[state.value] <= step.reach);
    case Need::kPresent:
      return state.present();
    case Need::kValue:
      return state.value == step.value;
    case Need::kNumber:
      return state.present() && state.number == key.numbers[step.value];
  }
  return false;
}

// The state after `step`. `removes`: a step that may remove is taken to.
inline State After(const State& state, const Step& step, bool removes = false) {
  if (removes || step.effect == Effect::kRemove) return State{};
  if (step.effect == Effect::kWrite) return State{step.value, 0};
  if (step.effect == Effect::kIncrease) return State{state.value, state.number + step.value};
  return state;
}

// Leaves out the steps of which `leave_out` is true. REQUIRES: a write goes only with its reads.
void LeaveOut(KeySteps& key, const std::vector<bool>& leave_out);

// Restores the order by invocation where intervals were changed.
void SortByInvocation(KeySteps& key);

// A step's place in an order: its index, and whether it removed where it may do either.
struct Placed {
  uint32_t step : 31;
  uint32_t removes : 1;
};
using Order = std::vector<Placed>;

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_STEP_H_
