// crash-atomic: a power cut leaves an old value or the new one, and nothing that fails.
//
// Old is what was on the disk for good when the first crash could come, and what was set since: a
// power cut may take back any set that nobody waited for. That an acknowledged one must stay is
// `durable`'s matter.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/check/damage.h"
#include "harness/check/evidence.h"
#include "harness/check/power_cut.h"
#include "harness/core/text.h"

namespace tearproof::check::crash_atomic {
namespace {

constexpr int kEmptyRank = 5;
constexpr int kDamageRank = 4;
constexpr int kErrorRank = 3;
constexpr int kStrangerRank = 2;
constexpr int kMissRank = 1;

class Judge {
 public:
  Judge(const History& history, const Contract& contract)
      : history_(history),
        contract_(contract),
        findings_(history, Promise::kCrashAtomic, "reads after a power cut") {}

  Verdict Run() {
    if (!EndedByPowerCut(history_)) {
      return NotExercised(Promise::kCrashAtomic, "there was no power cut");
    }
    JudgeInits();
    for (uint32_t key = 0; key < history_.key_count(); ++key) {
      after_ = LookAfterPowerCut(history_, key);
      if (after_.writes.empty()) continue;
      for (const Op* read : after_.reads) JudgeRead(*read);
    }
    return findings_.Conclude("nothing was read after the power cut");
  }

 private:
  void JudgeInits() {
    for (const uint32_t index : history_.KeylessOps()) {
      const Op& op = history_.ops()[index];
      if (op.kind != OpKind::kInit || op.invoke <= history_.header().power_cut) continue;
      if (op.outcome == Outcome::kError) AccuseError(op);
    }
  }

  void AccuseError(const Op& op) {
    const Evidence* evidence = history_.FindEvidence(op);
    Accuse(kErrorRank, "failed-after-crash", nullptr, op,
           fmt::format("{} failed: {}", Call(history_, op),
                       evidence == nullptr ? "(its text was not kept)"
                                           : EscapeForTerminal(evidence->text, 200)));
  }

  void JudgeRead(const Op& read) {
    if (read.outcome == Outcome::kOpen || read.outcome == Outcome::kUnsupported) return;
    findings_.Cover();
    if (read.outcome == Outcome::kError) return AccuseError(read);
    if (read.outcome == Outcome::kMiss) return JudgeMiss(read);
    if (read.observation == Observed::kDamaged) return JudgeDamage(read);
    if (read.kind != OpKind::kGet || after_.counter) return;
    const Op* write = after_.WriteOf(read);
    if (write != nullptr && !IsGoneForGood(*write)) return;
    Accuse(kStrangerRank, "stranger-after-crash", write, read,
           Call(history_, read) + " returned neither an old value nor the new one");
  }

  // Another value, or none, had taken its place on the disk before the first crash could come.
  bool IsGoneForGood(const Op& write) const {
    const auto replaces = [&](const Op* op) {
      return IsSynced(history_, *op) && history_.Precedes(write, *op);
    };
    return std::any_of(after_.writes.begin(), after_.writes.end(), replaces) ||
           std::any_of(after_.removes.begin(), after_.removes.end(), [&](const Op* op) {
             return replaces(op) && (op->kind == OpKind::kDelete || op->kind == OpKind::kClear);
           });
  }

  void JudgeMiss(const Op& read) {
    if (contract_.evicts || contract_.miss_after_kill) return;
    const auto timed = [](const Op* write) { return write->ttl_millis != kNoTtl; };
    if (std::any_of(after_.writes.begin(), after_.writes.end(), timed)) return;
    for (const Op* write : after_.writes) {
      if (!IsSynced(history_, *write) || after_.MayBeRemovedAfter(history_, *write)) continue;
      return Accuse(kMissRank, "vanished-after-crash", write, read,
                    Call(history_, read) + " missed, though there was a value before");
    }
  }

  void JudgeDamage(const Op& read) {
    WrittenLengths lengths;
    for (const Op* write : after_.writes) {
      if (!write->counter) lengths.Add(write->length);
    }
    if (read.length == 0 && lengths.any && lengths.smallest == 0) return;  // Nothing was written.
    const Damage damage = Classify(history_, read);
    const bool empty = read.length == 0;
    Accuse(empty ? kEmptyRank : kDamageRank, empty ? "empty-after-crash" : "torn-after-crash",
           damage.first, read, DescribeDamagedHit(history_, read, damage, lengths));
  }

  void Accuse(int rank, std::string_view anomaly, const Op* write, const Op& read,
              const std::string& what) {
    findings_.AccuseIfComplete(rank, [&]() -> Accusation {
      return {anomaly,
              "after the power cut " + what,
              {{write, "wrote before"}, {&read, "read what was left", true}}};
    });
  }

  const History& history_;
  const Contract& contract_;
  AfterPowerCut after_;
  Findings findings_;
};

class CrashAtomicChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kCrashAtomic; }
  bool Applies(const Ingredients& ingredients) const override {
    const std::set<OpKind>& kinds = ingredients.kinds;
    return ingredients.power_cuts && (kinds.contains(OpKind::kSet) || kinds.contains(OpKind::kAdd));
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<CrashAtomicChecker>(); }

}  // namespace tearproof::check::crash_atomic
