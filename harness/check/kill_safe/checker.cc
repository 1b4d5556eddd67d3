// kill-safe: a writer that is killed leaves the old value or the new one, and nothing that fails.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <memory>

#include "harness/check/damage.h"
#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/core/text.h"
#include "harness/history/value.h"

namespace tearproof::check::kill_safe {
namespace {

constexpr int kDamageRank = 4;
constexpr int kErrorRank = 3;
constexpr int kStrangeValueRank = 2;
constexpr int kMissRank = 1;

// What a read after the kill may find.
struct Aftermath {
  const Op* killed = nullptr;
  const Op* before = nullptr;  // The last change before it; nullptr where there was none.
};

bool RemovesForSure(const Op& op) {
  return (op.kind == OpKind::kDelete || op.kind == OpKind::kClear) && op.outcome == Outcome::kDone;
}

class Judge {
 public:
  Judge(const History& history, const Contract& contract)
      : history_(history),
        contract_(contract),
        changes_(history),
        last_changes_(history),
        findings_(history, Promise::kKillSafe, "reads of what a killed change had left") {}

  Verdict Run() {
    for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
    return findings_.Conclude(
        "no read followed a change that was killed alone, with nothing else done to its key");
  }

 private:
  bool IsKilled(const Op& op) const {
    if (op.outcome != Outcome::kOpen || op.ret == kNever) return false;
    const ProcessInfo* process = history_.FindProcess(op.process);
    return process != nullptr && process->end == ProcessInfo::End::kKilled;
  }

  void JudgeKey(uint32_t key) {
    const std::span<const uint32_t> ops = history_.OpsOfKey(key);
    bool any_killed = false;
    for (const uint32_t index : ops) {
      const Op& op = history_.ops()[index];
      any_killed = any_killed || (MayChangeKey(op) && IsKilled(op));
    }
    if (!any_killed) return;
    CollectChanges(ops);
    for (size_t i = 0; i < ops.size(); ++i) {
      const Op& op = history_.ops()[ops[i]];
      if (MayChangeKey(op) && IsKilled(op)) JudgeKill(op, ops.subspan(i + 1));
    }
  }

  // All that may have changed the key, keyless operations among it, by invocation.
  void CollectChanges(std::span<const uint32_t> ops) {
    changes_.Clear();
    last_changes_.Clear();
    const std::span<const uint32_t> keyless = history_.KeylessOps();
    size_t next_keyless = 0;
    const auto add_keyless_before = [&](uint32_t end) {
      for (; next_keyless < keyless.size() && keyless[next_keyless] < end; ++next_keyless) {
        const Op& op = history_.ops()[keyless[next_keyless]];
        if (MayRemoveKeys(op)) AddChange(op);
      }
    };
    for (const uint32_t index : ops) {
      add_keyless_before(index);
      const Op& op = history_.ops()[index];
      if (MayChangeKey(op)) AddChange(op);
    }
    add_keyless_before(UINT32_MAX);
  }

  void AddChange(const Op& op) {
    changes_.Add(op);
    if (op.ret != kNever) last_changes_.Add(op);
  }

  // `later` are the operations on the key that were invoked after `killed`.
  void JudgeKill(const Op& killed, std::span<const uint32_t> later) {
    Aftermath aftermath{&killed, last_changes_.LatestBefore(killed)};
    // Only a change that ended well and ran alone leaves a state that is known.
    if (aftermath.before != nullptr &&
        (aftermath.before->uncertain() ||
         changes_.Between(*aftermath.before, *aftermath.before) != nullptr)) {
      return;
    }
    for (const uint32_t index : later) {
      const Op& op = history_.ops()[index];
      if (MayChangeKey(op)) return;
      if (!IsRead(op) || op.outcome == Outcome::kOpen || op.outcome == Outcome::kUnsupported ||
          !history_.Precedes(killed, op)) {
        continue;
      }
      if (changes_.Between(killed, op) != nullptr) return;
      findings_.Cover();
      JudgeRead(aftermath, op);
    }
  }

  void JudgeRead(const Aftermath& aftermath, const Op& read) {
    if (read.failed()) {
      const Evidence* evidence = history_.FindEvidence(read);
      return Accuse(kErrorRank, aftermath, read,
                    fmt::format("{} failed: {}", Call(history_, read),
                                evidence == nullptr ? "(its text was not kept)"
                                                    : EscapeForTerminal(evidence->text, 200)));
    }
    if (read.outcome == Outcome::kMiss) {
      if (MustBeThere(aftermath)) {
        Accuse(kMissRank, aftermath, read, Call(history_, read) + " missed");
      }
      return;
    }
    if (read.observation == Observed::kDamaged) return JudgeDamage(aftermath, read);
    if (!IsOldOrNew(aftermath, read)) {
      Accuse(kStrangeValueRank, aftermath, read,
             Call(history_, read) + " returned neither the old value nor the new one");
    }
  }

  void JudgeDamage(const Aftermath& aftermath, const Op& read) {
    WrittenLengths lengths;
    for (const Op* op : {aftermath.killed, aftermath.before}) {
      if (op != nullptr && IsWrite(*op) && !op->counter) lengths.Add(op->length);
    }
    if (read.length == 0 && lengths.any && lengths.smallest == 0) return;  // Nothing was written.
    const Damage damage = Classify(history_, read);
    Accuse(kDamageRank, aftermath, read, DescribeDamagedHit(history_, read, damage, lengths));
  }

  // Neither the killed change nor the end of a time to live, nor eviction, may have removed it.
  bool MustBeThere(const Aftermath& aftermath) const {
    const Op& killed = *aftermath.killed;
    const Op* before = aftermath.before;
    return before != nullptr && IsWrite(*before) && before->outcome == Outcome::kDone &&
           before->ttl_millis == kNoTtl && killed.ttl_millis == kNoTtl &&
           killed.kind != OpKind::kDelete && !contract_.miss_after_kill && !contract_.evicts;
  }

  // True, too, where it cannot be told.
  bool IsOldOrNew(const Aftermath& aftermath, const Op& read) const {
    const Op* before = aftermath.before;
    const bool known = before == nullptr || RemovesForSure(*before) || IsWrite(*before);
    if (!known || read.kind != OpKind::kGet) return true;
    for (const Op* op : {aftermath.killed, before}) {
      if (op == nullptr || !IsWrite(*op)) continue;
      if (op->counter) return true;
      if (read.observation == Observed::kShort && op->length > 0 && op->length < kStampBytes &&
          read.observed == ShortDigestOf({op->process, op->sequence}, op->length)) {
        return true;
      }
      if (read.observation == Observed::kIntact &&
          read.observed == ValueId{op->process, op->sequence}.Pack()) {
        return true;
      }
    }
    return read.observation == Observed::kNumber || read.observation == Observed::kNothing;
  }

  void Accuse(int rank, const Aftermath& aftermath, const Op& read, const std::string& what) {
    findings_.AccuseIfComplete(rank, [&]() -> Accusation {
      const Op& killed = *aftermath.killed;
      return {"unsafe-after-kill",
              fmt::format("after process {} was killed in {}, {}", killed.process,
                          Call(history_, killed), what),
              {{aftermath.before, "was the last change before"},
               {&killed, "was killed within"},
               {&read, "read what was left", true}}};
    });
  }

  const History& history_;
  const Contract& contract_;
  IntervalIndex changes_;
  CompletedIndex last_changes_;
  Findings findings_;
};

class KillSafeChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kKillSafe; }
  bool Applies(const Ingredients& ingredients) const override {
    const std::set<OpKind>& kinds = ingredients.kinds;
    return ingredients.kills && kinds.contains(OpKind::kGet) &&
           (kinds.contains(OpKind::kSet) || kinds.contains(OpKind::kAdd));
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<KillSafeChecker>(); }

}  // namespace tearproof::check::kill_safe
