// What a checker finds, gathered into a verdict; and how operations are put into words.
//
// Purpose: the two rules that bind all checkers are kept in one place: nothing is held that was
// not covered, and what rests on the absence of a record accuses nobody once records are missing.
//
// Thread safety: none; one a check. Ownership: borrows the history, which outlives it.
#ifndef TEARPROOF_HARNESS_CHECK_EVIDENCE_H_
#define TEARPROOF_HARNESS_CHECK_EVIDENCE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/api/verdict.h"
#include "harness/history/history.h"

namespace tearproof::check {

// An operation that evidence rests on, and what it has to do with the matter.
struct Part {
  const Op* op = nullptr;
  std::string_view part;
  bool deciding = false;
};

struct Accusation {
  std::string_view anomaly;
  std::string sentence;
  std::vector<Part> parts;
};

class Findings {
 public:
  // `unit` is what is counted as covered: "hits that overlapped a set of their key".
  Findings(const History& history, Promise promise, std::string_view unit);

  // Something was covered that could have shown a break.
  void Cover(uint64_t count = 1) { verdict_.exercised += count; }
  // Whether an accusation of this rank would become the evidence.
  bool WouldTake(int rank) const { return rank > rank_ && verdict_.violations < kConsidered; }
  // A break was seen, and it stands whatever records are missing. The first one of the highest
  // rank among the first hundred becomes the evidence. `accuse` makes an Accusation, and is called
  // only when it is needed. REQUIRES: rank > 0.
  template <typename MakeAccusation>
  void Accuse(int rank, MakeAccusation accuse) {
    const bool taken = WouldTake(rank);
    ++verdict_.violations;
    if (!taken) return;
    rank_ = rank;
    Keep(accuse());
  }
  // The same for a break that a missing record could explain.
  template <typename MakeAccusation>
  void AccuseIfComplete(int rank, MakeAccusation accuse) {
    if (history_.unreadable_records() == 0) Accuse(rank, accuse);
  }
  // Something could not be judged: inconclusive, unless something else is broken.
  void Doubt(std::string reason);

  // What a broken promise leaves (Verdict::still_held).
  void SetStillHeld(std::vector<std::string> contracts) {
    verdict_.still_held = std::move(contracts);
  }

  uint64_t violations() const { return verdict_.violations; }
  // `uncovered` says why nothing was covered, if nothing was.
  Verdict Conclude(std::string_view uncovered);

 private:
  static constexpr uint64_t kConsidered = 100;

  void Keep(const Accusation& accusation);

  const History& history_;
  Verdict verdict_;
  std::string doubt_;
  int rank_ = 0;
};

// A verdict of "not exercised" with its reason.
Verdict NotExercised(Promise promise, std::string reason);

// "k0"; captured, so escaped.
std::string KeyName(const History& history, const Op& op);
// "get k0", "clear".
std::string Call(const History& history, const Op& op);
// "set #812 of process 3"
std::string Numbered(const Op& op);
// The set or add that `id` names, or what it pretends to be where there is none.
std::string NumberedValue(const History& history, ValueId id);
// "12 µs before", between two moments; in histories of steps: "4 steps before".
std::string TimeBefore(const History& history, int64_t earlier, int64_t later);

// Whether the operation is a get or has that was answered.
inline bool IsRead(const Op& op) { return op.kind == OpKind::kGet || op.kind == OpKind::kHas; }
// Whether it writes a value of its own.
inline bool IsWrite(const Op& op) { return op.kind == OpKind::kSet || op.kind == OpKind::kAdd; }
// Whether it may have changed its key: set, add, delete, incr or touch that may have happened.
inline bool MayChangeKey(const Op& op) {
  const bool changes = IsWrite(op) || op.kind == OpKind::kDelete || op.kind == OpKind::kIncr ||
                       op.kind == OpKind::kTouch;
  return changes && op.may_have_happened();
}
// Whether it may have removed keys at large: clear or cull that may have happened, or an init
// that did not end well.
inline bool MayRemoveKeys(const Op& op) {
  if (op.kind == OpKind::kInit) return op.uncertain();
  return (op.kind == OpKind::kClear || op.kind == OpKind::kCull) && op.may_have_happened();
}

// Some change of the key of `op` by another process that overlaps it, nullptr if there is none: the
// usual suspect, where an operation alone shows the break. Linear in the operations on the key.
const Op* OverlappingChange(const History& history, const Op& op);

// How far the wall clock was moved against the monotonic one during the run.
int64_t WallClockChange(const History& history);

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_EVIDENCE_H_
