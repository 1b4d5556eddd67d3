// The search for a linearisation of the steps of one key.
//
// Purpose: decides whether an order exists, and finds one. After Wing and Gong (1993), Lowe (2017):
// time is swept, each step is placed no sooner than something has to be placed (a step has reached
// its end), and all ways to place it are kept as configurations, equal ones once. What keeps their
// number near one:
//
//   - an observer is placed as soon as the state allows it: it changes nothing, so waiting gains
//     nothing;
//   - a value that reads yet to be invoked need is not replaced: no other write brings it back;
//   - a blind step that nobody will observe any more may be hidden: placed just before the last
//     blind change that came while it was under way, which leaves no trace of it. It is marked, and
//     decided upon only when it ends. So may a removal with the steps that need absence, a write
//     with its reads, and a write with the steps that need presence;
//   - of two removals under way the one that ends first is used first: the other can do whatever it
//     could.
//
// Where a key has neither conditional changes nor steps that need any value, nor expiry, every
// choice is forced or has a best answer, and there is one configuration (docs/checkers.md proves
// it). Elsewhere the budget limits their number.
//
// Thread safety: none. Ownership: borrows the steps.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_SEARCH_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_SEARCH_H_

#include <array>
#include <bit>
#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include "harness/check/fresh/step.h"

namespace tearproof::check::fresh {

struct SearchBudget {
  size_t width = 1 << 12;                // Configurations at one moment.
  uint64_t configurations = 20'000'000;  // In all that a choice led to.
  uint64_t conflicts = 10'000;           // After so many it looks no further.
};

class Search {
 public:
  enum class Answer : uint8_t { kOrderExists, kNone, kOutOfBudget };
  // kStrict: a step ends, at the latest, when the next one of its process begins, whatever the
  // uncertainty of the clocks would allow. An order under it is one under kExact, too, and is found
  // sooner; that there is none says nothing.
  enum class Ends : uint8_t { kExact, kStrict };

  Search(const KeySteps& key, SearchBudget budget) : key_(key), budget_(budget) {}

  Answer Run(Ends ends);
  // Of kOrderExists.
  Order TakeOrder() const;
  // Whether kStrict made some step end sooner; otherwise its answer is that of kExact.
  bool cut_short() const { return cut_short_; }
  // How many configurations were looked at in all runs, each as often as it was.
  uint64_t looked_at() const { return looked_at_; }
  // Of kNone: steps that, each at its end, could not be placed; each was then left out.
  const std::vector<uint32_t>& conflicts() const { return conflicts_; }

 private:
  using Mask = uint64_t;
  static constexpr int kSlots = 64;
  static constexpr uint32_t kRoot = kNoStep;
  static constexpr uint32_t kVanish = (uint32_t{1} << 30) - 1;

  // One way in which things may stand. The masks are over the steps under way, by slot.
  struct Configuration {
    Mask placed = 0;
    Mask hideable = 0;  // May be placed just before the last blind change.
    State state;
    uint32_t log = kRoot;

    auto Essence() const { return std::tuple(placed, hideable, state.value, state.number); }
  };
  struct LogEntry {
    uint32_t previous;
    uint32_t step : 30;
    uint32_t removes : 1;
    uint32_t hidden : 1;
  };

  Answer Stopped() const;
  void Prepare();
  bool StepsOfOneProcessOverlap() const;
  bool Invoke(uint32_t step);
  bool EndAllBefore(int64_t time);
  bool EndFirst();
  bool End(int slot);
  void Forget(int slot);
  void DropConflict(int slot);
  void KeepDistinct();

  // What becomes of a configuration at the end of a step not placed yet: into next_.
  void Settle(const Configuration& from, int slot);
  void SettleSimply(const Configuration& from, int slot);
  // By placing it before the last blind change.
  void Hide(const Configuration& from, int slot);
  void HideWith(Configuration at, int provider, bool removes);
  // By placing it, or what it needs, now.
  void Place(const Configuration& from, int slot);
  void PlaceInAnyOrder(const Configuration& from, int slot);
  void PlaceNext(const Configuration& from, int slot, int choice);
  void Provide(const Configuration& from, int slot, Mask providers, bool removes);
  bool TryPlace(Configuration& at, int slot, bool removes);
  bool TryVanish(Configuration& at);
  void MarkHideable(Configuration& at, Mask placed_before) const;
  void Absorb(Configuration& at);
  void Log(Configuration& at, uint32_t step, bool removes, bool hidden);
  void Emit(const Configuration& at);

  int FirstToEnd(Mask among) const;
  Mask Best(Mask among) const;
  int SlotOf(uint32_t step) const;
  bool MayGoFirst(const Configuration& at, int slot) const;

  // Calls function(slot) for each slot of `mask`.
  template <typename Function>
  static void ForEach(Mask mask, Function function) {
    for (; mask != 0; mask &= mask - 1) function(std::countr_zero(mask));
  }
  const Step& StepOf(int slot) const { return key_.steps[slots_[static_cast<size_t>(slot)]]; }
  static Mask Bit(int slot) { return Mask{1} << slot; }
  Mask Open(const Configuration& at) const { return under_way_ & ~at.placed; }
  bool EnabledBy(Mask placed, int slot) const {
    return (before_[static_cast<size_t>(slot)] & ~placed) == 0;
  }
  bool Enabled(const Configuration& at, int slot) const { return EnabledBy(at.placed, slot); }
  bool AnyBlocked(const Configuration& at) const;
  // Some read of the state's value is still to come.
  bool Locked(const Configuration& at) const;
  Mask ReadsUnderWay(const Configuration& at, uint32_t write) const;

  const KeySteps& key_;
  SearchBudget budget_;
  Ends ends_ = Ends::kExact;
  bool cut_short_ = false;
  bool simple_ = false;    // One configuration suffices.
  bool in_turn_ = true;    // Of each process one step at a time is under way.
  bool blocking_ = false;  // Steps of one process may be under way together.

  uint32_t next_step_ = 0;
  std::array<uint32_t, kSlots> slots_{};
  std::array<Mask, kSlots> before_{};  // Earlier steps of the same process, still under way.
  Mask under_way_ = 0;
  Mask observers_ = 0;
  Mask conditional_ = 0;  // Changes that need something.
  Mask removals_ = 0;
  Mask maybe_removals_ = 0;
  Mask writes_ = 0;
  std::array<int64_t, kSlots> reach_{};
  int64_t first_reach_ = kNever;  // Of the steps under way,
  int first_slot_ = -1;           // and whose it is.
  std::vector<Configuration> current_;
  std::vector<Configuration> next_;
  std::set<std::tuple<Mask, Mask, uint32_t, int64_t>> visited_;
  std::vector<LogEntry> log_;
  std::vector<bool> left_out_;  // Writes that could not be placed; their reads go with them.
  std::vector<uint32_t> conflicts_;
  uint64_t looked_at_ = 0;
  uint64_t spent_ = 0;
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_SEARCH_H_
