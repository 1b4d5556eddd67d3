// present: a value that was set and that nothing removed is found.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/check/present/reappearance.h"
#include "harness/check/removal_index.h"

namespace tearproof::check::present {
namespace {

constexpr int kVanishedRank = 2;
constexpr int kMissRank = 1;

class Judge {
 public:
  Judge(const History& history, const Contract& contract)
      : history_(history),
        contract_(contract),
        removals_(history, contract),
        keyless_(history),
        writes_(history),
        changes_(history),
        reappearance_(history),
        findings_(history, Promise::kPresent,
                  "reads of a key that had to be there, under another process's change") {}

  Verdict Run() {
    for (const uint32_t index : history_.KeylessOps()) keyless_.Add(history_.ops()[index]);
    for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
    return findings_.Conclude(
        "no read of a key that had to be there overlapped another process's change");
  }

 private:
  void JudgeKey(uint32_t key) {
    writes_.Clear();
    changes_.Clear();
    removals_.Select(key);
    bool any_miss = false;
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      if (IsWrite(op) && op.outcome == Outcome::kDone) writes_.Add(op);
      if (MayChangeKey(op)) changes_.Add(op);
      any_miss = any_miss || op.outcome == Outcome::kMiss;
    }
    // A touch or the end of a time to live may show and hide one value in turn.
    const bool steady = !removals_.has_ttl_or_touch();
    if (any_miss && steady) JudgeReappearance(key);
    if (contract_.evicts && !steady) return;
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      if (!IsRead(op) || (op.outcome != Outcome::kHit && op.outcome != Outcome::kMiss)) continue;
      if (const Op* write = writes_.LatestBefore(op)) JudgeRead(*write, op);
    }
  }

  void JudgeRead(const Op& write, const Op& read) {
    if (!contract_.evicts) {
      const RemovalIndex::Answer answer = removals_.Explain(write, read);
      if (answer == RemovalIndex::Answer::kExplained) return;
      const bool missed = read.outcome == Outcome::kMiss;
      if (answer == RemovalIndex::Answer::kDoubtful) {
        if (missed) findings_.Doubt("the wall clock was moved, and with it every deadline");
        return;
      }
      if (missed) AccuseMiss(write, read);
    }
    if (changes_.OverlappingOther(read) != nullptr || keyless_.OverlappingOther(read) != nullptr) {
      findings_.Cover();
    }
  }

  void AccuseMiss(const Op& write, const Op& read) {
    findings_.AccuseIfComplete(kMissRank, [&]() -> Accusation {
      const Op* change = changes_.OverlappingOther(read);
      return {"phantom-miss",
              fmt::format("{} missed, although {} had returned {} and nothing removed it",
                          Call(history_, read), Numbered(write),
                          TimeBefore(history_, write.ret, read.invoke)),
              {{&write, "had returned"}, {change, "was under way"}, {&read, "missed", true}}};
    });
  }

  void JudgeReappearance(uint32_t key) {
    reappearance_.Find(key, [&](const Op& seen, const Op& miss, const Op& again) {
      findings_.AccuseIfComplete(kVanishedRank, [&]() -> Accusation {
        const Op* write = history_.Find(ValueId::Unpack(seen.observed));
        return {"vanished-and-back",
                fmt::format("{} of process {} missed between two hits on the value of {}",
                            Call(history_, miss), miss.process, Numbered(*write)),
                {{write, "wrote the value"},
                 {&seen, "returned it"},
                 {&miss, "missed", true},
                 {&again, "returned it again"}}};
      });
    });
  }

  const History& history_;
  const Contract& contract_;
  RemovalIndex removals_;
  IntervalIndex keyless_;
  CompletedIndex writes_;
  IntervalIndex changes_;
  Reappearance reappearance_;
  Findings findings_;
};

class PresentChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kPresent; }
  bool Applies(const Ingredients& ingredients) const override {
    const std::set<OpKind>& kinds = ingredients.kinds;
    return (kinds.contains(OpKind::kGet) || kinds.contains(OpKind::kHas)) &&
           (kinds.contains(OpKind::kSet) || kinds.contains(OpKind::kAdd));
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<PresentChecker>(); }

}  // namespace tearproof::check::present
