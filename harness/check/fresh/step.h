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
  int64_t number = 0;      // kNumber: what was read. kIncrease: by how much.
  // Of a write where values expire: from when on its value may look absent.
  int64_t earliest_expiry = kNever;
  uint32_t op = 0;  // Index into the history's operations.
  // kWrite, kValue: whose value; no two writes have the same. Within KeySteps, the write's index.
  uint32_t value = 0;
  // Of a write: the last step invoked that needs its value, counted from the key's first.
  uint32_t last_read = kNoStep;
  uint16_t process = 0;
  Need need = Need::kNothing;
  Effect effect : 2 = Effect::kNone;
  bool optional : 1 = false;    // It may also never take effect.
  bool may_remove : 1 = false;  // Taking effect may also mean leaving the key absent.

  // As `invoke`: no time and no program order bind it.
  static constexpr int64_t kAnyTime = std::numeric_limits<int64_t>::min();

  bool observes() const { return effect == Effect::kNone; }
  bool conditional() const { return !observes() && need != Need::kNothing; }
  // Takes effect in any state and leaves nothing of it.
  bool blind() const {
    return need == Need::kNothing && (effect == Effect::kWrite || effect == Effect::kRemove);
  }
};
static_assert(sizeof(Step) == 48);

// What holds of a key as a whole.
struct KeyTraits {
  bool evicts = false;   // It may become absent at any moment by itself.
  bool expires = false;  // Some value has a time to live.
  bool counts = false;   // Some step needs or adds to a number.
  bool needs_absence = false;
  bool needs_presence = false;
  bool conditional = false;  // Some change of it needs something.
};

// The steps of one key by invocation, those of one process in program order.
struct KeySteps : KeyTraits {
  uint32_t id = 0;  // The key's index in the history.
  std::vector<Step> steps;
};

// What the key holds: nothing, or the value of a write plus increments.
struct State {
  static constexpr uint32_t kAbsent = kNoStep;
  uint32_t value = kAbsent;      // As of the step
  uint32_t last_read = kNoStep;  // that wrote it.
  int64_t earliest_expiry = kNever;
  int64_t number = 0;

  bool present() const { return value != kAbsent; }
};

// Whether `step` may take effect in `state`.
inline bool Allows(const KeyTraits& key, const State& state, const Step& step) {
  switch (step.need) {
    case Need::kNothing:
      return true;
    case Need::kAbsent:
      // Caches look at clocks that differ: from its earliest expiry on a value may show and hide.
      return !state.present() || (key.expires && state.earliest_expiry <= step.reach);
    case Need::kPresent:
      return state.present();
    case Need::kValue:
      return state.value == step.value;
    case Need::kNumber:
      return state.present() && state.number == step.number;
  }
  return false;
}

// The state after `step`. `removes`: a step that may remove is taken to.
inline State After(const State& state, const Step& step, bool removes = false) {
  if (removes || step.effect == Effect::kRemove) return State{};
  if (step.effect == Effect::kWrite) {
    return State{step.value, step.last_read, step.earliest_expiry, 0};
  }
  State after = state;
  if (step.effect == Effect::kIncrease) after.number += step.number;
  return after;
}

// Leaves out the steps of which `leave_out` is true. REQUIRES: a write goes only with its reads.
void LeaveOut(KeySteps& key, const std::vector<bool>& leave_out);

// Restores the order by invocation where intervals were changed.
void SortByInvocation(KeySteps& key);

// A step's place in an order.
struct Placed {
  uint32_t step = 0;     // Counted from the key's first.
  bool removes = false;  // It removed, where it may do either.
};
using Order = std::vector<Placed>;

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_STEP_H_
