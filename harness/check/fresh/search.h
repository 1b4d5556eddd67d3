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
// The steps come one by one, and are forgotten when they have ended. Of the order, each
// configuration keeps only what the others do not agree on; the rest is settled.
//
// Thread safety: none. Ownership: borrows the traits.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_SEARCH_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_SEARCH_H_

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <set>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "harness/check/fresh/step.h"

namespace tearproof::check::fresh {

struct SearchBudget {
  size_t width = 1 << 12;                // Configurations at one moment.
  uint64_t configurations = 20'000'000;  // In all that a choice led to.
  uint64_t conflicts = 10'000;           // After so many it looks no further.
  size_t unsettled = 1 << 12;            // Placements until it looks what of them is settled.
};

class Search {
 public:
  enum class Answer : uint8_t { kOrderExists, kNone, kOutOfBudget };
  // kStrict: a step ends, at the latest, when the next one of its process begins, whatever the
  // uncertainty of the clocks would allow. An order under it is one under kExact, too, and is found
  // sooner; that there is none says nothing.
  enum class Ends : uint8_t { kExact, kStrict };

  Search(const KeyTraits& key, SearchBudget budget) : key_(key), budget_(budget) {}

  // Begins anew.
  void Begin(Ends ends);
  // The next step by invocation. False: there is an answer, and no more steps are wanted.
  bool Add(const Step& step);
  // After the last step.
  Answer Finish();
  // All of it, for steps in memory.
  Answer Run(const KeySteps& key, Ends ends);

  // What is settled of the order since it was last forgotten. What is to come follows it. After
  // Finish, of kOrderExists, it is the rest of an order.
  const Order& settled() const { return settled_; }
  void ForgetSettled() { settled_.clear(); }

  // Whether kStrict made some step end sooner; otherwise its answer is that of kExact.
  bool cut_short() const { return cut_short_; }
  // How many configurations were looked at in all runs, each as often as it was.
  uint64_t looked_at() const { return looked_at_; }
  // Of kNone: steps that, each at its end, could not be placed; each was then left out.
  const std::vector<uint32_t>& conflicts() const { return conflicts_; }

 private:
  using Mask = uint64_t;
  static constexpr int kSlots = 64;
  static constexpr uint32_t kRoot = std::numeric_limits<uint32_t>::max();
  static constexpr uint32_t kVanish = kNoStep;

  // One way in which things may stand. The masks are over the steps under way, by slot.
  struct Configuration {
    Mask placed = 0;
    Mask hideable = 0;  // May be placed just before the last blind change.
    State state;
    uint32_t log = kRoot;  // Its last placement that is not settled.

    auto Essence() const { return std::tuple(placed, hideable, state.value, state.number); }
  };
  struct LogEntry {
    uint32_t previous;
    Placed placed;
    bool hidden;  // Placed just before the last blind change.
    bool blind;
  };
  struct UnderWay {
    Step step;
    uint32_t number = kNoStep;  // Counted from the key's first.
  };

  bool Invoke(const Step& step);
  bool EndAllBefore(int64_t time);
  bool EndFirst();
  bool End(int slot);
  void Forget(int slot);
  void DropConflict(int slot);
  void KeepDistinct();

  // What becomes of a configuration at the end of a step not placed yet: into next_.
  void EndIn(const Configuration& from, int slot);
  void EndSimplyIn(const Configuration& from, int slot);
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
  void Log(Configuration& at, int slot, bool removes, bool hidden);
  void Emit(const Configuration& at);

  void Settle();
  void Settle(const LogEntry& entry);
  void SettleSinceBlind();

  int FirstToEnd(Mask among) const;
  Mask Best(Mask among) const;
  int SlotOfWrite(uint32_t value) const;
  bool MayGoFirst(const Configuration& at, int slot) const;

  // Calls function(slot) for each slot of `mask`.
  template <typename Function>
  static void ForEach(Mask mask, Function function) {
    for (; mask != 0; mask &= mask - 1) function(std::countr_zero(mask));
  }
  const Step& StepOf(int slot) const { return slots_[static_cast<size_t>(slot)].step; }
  uint32_t NumberOf(int slot) const { return slots_[static_cast<size_t>(slot)].number; }
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

  const KeyTraits& key_;
  SearchBudget budget_;
  bool stopped_ = false;
  bool cut_short_ = false;
  bool simple_ = false;    // One configuration suffices.
  bool in_turn_ = true;    // Of each process one step at a time is under way.
  bool blocking_ = false;  // Steps of one process may be under way together.

  uint32_t next_step_ = 0;  // The number of the next one to be invoked.
  std::array<UnderWay, kSlots> slots_{};
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
  size_t log_limit_ = 0;             // At which it looks what is settled.
  std::vector<uint32_t> shared_by_;  // By entry of the log: how many configurations have it.
  // Settled from the last blind change on: what is hidden goes before it.
  Order since_blind_;
  Order settled_;
  std::unordered_set<uint32_t> left_out_;  // Values whose write could not be placed, nor the reads.
  std::vector<uint32_t> conflicts_;
  uint64_t looked_at_ = 0;
  uint64_t spent_ = 0;
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_SEARCH_H_
