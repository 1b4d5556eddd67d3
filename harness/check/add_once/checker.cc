// add-once: of several adds of an absent key one wins, and its value is the one that stays.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/check/removal_index.h"

namespace tearproof::check::add_once {
namespace {

using Answer = RemovalIndex::Answer;

constexpr int kDoubleAddRank = 3;
constexpr int kLostAddRank = 2;
constexpr int kRefusedValueRank = 1;

class Judge {
 public:
  Judge(const History& history, const Contract& contract)
      : history_(history),
        contract_(contract),
        removals_(history, contract),
        keyless_(history),
        adds_(history),
        changes_(history),
        winners_(history),
        findings_(history, Promise::kAddOnce,
                  "winning adds that overlapped another process's add of their key") {}

  Verdict Run() {
    for (const uint32_t index : history_.KeylessOps()) {
      if (MayRemoveKeys(history_.ops()[index])) keyless_.Add(history_.ops()[index]);
    }
    for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
    return findings_.Conclude(contract_.evicts
                                  ? "an entry may be evicted, so a second add may win"
                                  : "no winning add overlapped another process's add of its key");
  }

 private:
  void JudgeKey(uint32_t key) {
    const std::span<const uint32_t> ops = history_.OpsOfKey(key);
    const bool any_add = std::any_of(ops.begin(), ops.end(), [this](uint32_t index) {
      return history_.ops()[index].kind == OpKind::kAdd;
    });
    if (!any_add) return;
    adds_.Clear();
    changes_.Clear();
    winners_.Clear();
    removals_.Select(key);
    for (const uint32_t index : ops) {
      const Op& op = history_.ops()[index];
      if (MayChangeKey(op)) changes_.Add(op);
      if (op.kind != OpKind::kAdd || op.outcome == Outcome::kUnsupported ||
          op.outcome == Outcome::kFailed) {
        continue;
      }
      adds_.Add(op);
      if (op.outcome == Outcome::kDone) winners_.Add(op);
    }
    const Op* last_winner = nullptr;
    for (const uint32_t index : ops) {
      const Op& op = history_.ops()[index];
      if (op.kind == OpKind::kGet && op.observation == Observed::kIntact) JudgeHit(op);
      if (op.kind != OpKind::kAdd || op.outcome != Outcome::kDone || contract_.evicts) continue;
      if (adds_.OverlappingOther(op) != nullptr) findings_.Cover();
      if (last_winner != nullptr) JudgeWinners(*last_winner, op);
      last_winner = &op;
    }
  }

  // REQUIRES: `first` was invoked first.
  void JudgeWinners(const Op& first, const Op& second) {
    Answer answer = removals_.Explain(first, second);
    if (answer == Answer::kExplained) return;
    if (!history_.Precedes(first, second)) {
      const Answer reversed = removals_.Explain(second, first);
      if (reversed == Answer::kExplained) return;
      if (reversed == Answer::kDoubtful) answer = reversed;
    }
    if (answer == Answer::kDoubtful) {
      findings_.Doubt("the wall clock was moved, and with it every deadline");
      return;
    }
    findings_.AccuseIfComplete(kDoubleAddRank, [&]() -> Accusation {
      return {"double-add",
              fmt::format("{} of process {} and that of process {} both won, and nothing was "
                          "removed between them",
                          Call(history_, first), first.process, second.process),
              {{&first, "won"}, {&second, "won as well", true}}};
    });
  }

  void JudgeHit(const Op& get) {
    const Op* write = history_.Find(ValueId::Unpack(get.observed));
    if (write != nullptr && write->kind == OpKind::kAdd && write->key == get.key &&
        write->outcome == Outcome::kRefused) {
      findings_.Accuse(kRefusedValueRank, [&]() -> Accusation {
        return {"lost-add",
                fmt::format("{} returned the value of {}, which had been refused",
                            Call(history_, get), Numbered(*write)),
                {{write, "was refused"}, {&get, "returned its value", true}}};
      });
      return;
    }
    if (contract_.evicts) return;
    const Op* winner = winners_.LatestBefore(get);
    if (winner == nullptr || winner == write || winner->counter) return;
    // Anything that may have changed the key since the add may be what the get saw.
    if (changes_.Between(*winner, get) != nullptr || keyless_.Between(*winner, get) != nullptr ||
        removals_.Explain(*winner, get) != Answer::kUnexplained) {
      return;
    }
    findings_.AccuseIfComplete(kLostAddRank, [&]() -> Accusation {
      return {
          "lost-add",
          fmt::format("{} returned the value of {}, although {} had won {}", Call(history_, get),
                      NumberedValue(history_, ValueId::Unpack(get.observed)), Numbered(*winner),
                      TimeBefore(history_, winner->ret, get.invoke)),
          {{winner, "won"}, {write, "wrote the value"}, {&get, "returned another", true}}};
    });
  }

  const History& history_;
  const Contract& contract_;
  RemovalIndex removals_;
  IntervalIndex keyless_;
  IntervalIndex adds_;
  IntervalIndex changes_;
  CompletedIndex winners_;
  Findings findings_;
};

class AddOnceChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kAddOnce; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.kinds.contains(OpKind::kAdd);
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<AddOnceChecker>(); }

}  // namespace tearproof::check::add_once
