// stays-gone: what was set before a delete does not come back after it.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <memory>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"

namespace tearproof::check::stays_gone {
namespace {

bool IsAnswered(const Op& op) {
  return op.outcome == Outcome::kDone || op.outcome == Outcome::kRefused;
}

class Judge {
 public:
  explicit Judge(const History& history)
      : history_(history),
        clears_(history),
        deletes_(history),
        writes_(history),
        changes_(history),
        keyless_(history),
        findings_(history, Promise::kStaysGone,
                  "gets after a delete that another process's change overlapped") {}

  Verdict Run() {
    for (const uint32_t index : history_.KeylessOps()) {
      const Op& op = history_.ops()[index];
      if (op.kind == OpKind::kClear && op.outcome == Outcome::kDone) clears_.Add(op);
      if (MayRemoveKeys(op)) keyless_.Add(op);
    }
    for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
    return findings_.Conclude(
        "no get followed a delete or clear of a set value that another process's change "
        "overlapped");
  }

 private:
  void JudgeKey(uint32_t key) {
    deletes_.Clear();
    writes_.Clear();
    changes_.Clear();
    // A delete that finds the entry expired is refused; another process's coarser clock may still
    // show it. So a refusal proves absence only where nothing expires.
    bool expires = false;
    bool removed = !clears_.empty();
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      expires = expires || op.ttl_millis != kNoTtl;
      removed = removed || op.kind == OpKind::kDelete;
    }
    if (!removed) return;
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      const bool removes = op.kind == OpKind::kDelete && IsAnswered(op);
      if (removes && (op.outcome == Outcome::kDone || !expires)) deletes_.Add(op);
      if (IsWrite(op) && op.outcome == Outcome::kDone) writes_.Add(op);
      if (MayChangeKey(op)) changes_.Add(op);
    }
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      if (op.kind != OpKind::kGet) continue;
      if (op.outcome != Outcome::kHit && op.outcome != Outcome::kMiss) continue;
      if (const Op* removal = LastRemovalBefore(op)) JudgeGet(*removal, op);
    }
  }

  const Op* LastRemovalBefore(const Op& get) {
    const Op* removal = deletes_.LatestBefore(get);
    const Op* clear = clears_.LatestBefore(get);
    return removal == nullptr || (clear != nullptr && removal < clear) ? clear : removal;
  }

  bool Contended(const Op& op) {
    return changes_.OverlappingOther(op) != nullptr || keyless_.OverlappingOther(op) != nullptr;
  }

  void JudgeGet(const Op& removal, const Op& get) {
    if (writes_.LatestBefore(removal) != nullptr && (Contended(removal) || Contended(get))) {
      findings_.Cover();
    }
    if (get.observation != Observed::kIntact) return;
    const Op* write = history_.Find(ValueId::Unpack(get.observed));
    if (write == nullptr || !IsWrite(*write) || write->key != get.key) return;
    // What an operation that failed leaves to happen later is not known.
    if (write->outcome != Outcome::kDone && write->outcome != Outcome::kOpen) return;
    if (!history_.Precedes(*write, removal)) return;
    findings_.AccuseIfComplete(1, [&]() -> Accusation {
      return {
          "resurrection",
          fmt::format("{} returned the value of {}, although {} of process {} had {} {}",
                      Call(history_, get), Numbered(*write), Call(history_, removal),
                      removal.process,
                      removal.outcome == Outcome::kRefused ? "found nothing" : "removed it",
                      TimeBefore(history_, removal.ret, get.invoke)),
          {{write, "wrote the value"}, {&removal, "proved it gone"}, {&get, "returned it", true}}};
    });
  }

  const History& history_;
  CompletedIndex clears_;
  CompletedIndex deletes_;
  CompletedIndex writes_;
  IntervalIndex changes_;
  IntervalIndex keyless_;
  Findings findings_;
};

class StaysGoneChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kStaysGone; }
  bool Applies(const Ingredients& ingredients) const override {
    const std::set<OpKind>& kinds = ingredients.kinds;
    return kinds.contains(OpKind::kGet) &&
           (kinds.contains(OpKind::kDelete) || kinds.contains(OpKind::kClear));
  }
  Verdict Check(const History& history, const Contract&) const override {
    return Judge(history).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<StaysGoneChecker>(); }

}  // namespace tearproof::check::stays_gone
