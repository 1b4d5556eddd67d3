// durable: what a set had acknowledged before a power cut, or something later, is there after it.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/check/evidence.h"
#include "harness/check/power_cut.h"

namespace tearproof::check::durable {
namespace {

constexpr int kOlderRank = 2;
constexpr int kGoneRank = 1;

class Judge {
 public:
  Judge(const History& history, const Contract& contract)
      : history_(history),
        contract_(contract),
        findings_(history, Promise::kDurable, "reads of what had been acknowledged") {}

  Verdict Run() {
    if (!EndedByPowerCut(history_)) {
      return NotExercised(Promise::kDurable, "there was no power cut");
    }
    for (uint32_t key = 0; key < history_.key_count(); ++key) {
      after_ = LookAfterPowerCut(history_, key);
      if (after_.counter) continue;
      for (const Op* read : after_.reads) JudgeRead(*read);
    }
    return findings_.Conclude("no set had returned before a power cut");
  }

 private:
  // The first acknowledged write that `holds` is true of; nullptr if there is none.
  template <typename Predicate>
  const Op* FindAcknowledged(Predicate holds) const {
    for (const Op* write : after_.writes) {
      if (IsAcknowledged(history_, *write) && holds(*write)) return write;
    }
    return nullptr;
  }

  void JudgeRead(const Op& read) {
    if (read.outcome == Outcome::kOpen || read.outcome == Outcome::kUnsupported) return;
    const auto since_synced = [&](const Op& write) { return !IsSynced(history_, write); };
    if (FindAcknowledged(since_synced) == nullptr) return;
    findings_.Cover();
    const Op* found = after_.WriteOf(read);
    if (found != nullptr) {
      const Op* later =
          FindAcknowledged([&](const Op& write) { return history_.Precedes(*found, write); });
      if (later == nullptr) return;
      return Accuse(kOlderRank, *later, read,
                    fmt::format("{} returned an older value", Call(history_, read)));
    }
    // has says nothing of which value it is.
    if (read.outcome == Outcome::kHit && read.kind != OpKind::kGet) return;
    const Op* gone = FindAcknowledged([&](const Op& write) { return MustStay(write); });
    if (gone == nullptr) return;
    const char* how = read.outcome == Outcome::kMiss    ? "missed"
                      : read.outcome == Outcome::kError ? "failed"
                                                        : "returned something else";
    Accuse(kGoneRank, *gone, read, fmt::format("{} {}", Call(history_, read), how));
  }

  bool MustStay(const Op& write) const {
    return !contract_.evicts && write.ttl_millis == kNoTtl &&
           !after_.MayBeRemovedAfter(history_, write);
  }

  void Accuse(int rank, const Op& write, const Op& read, const std::string& what) {
    findings_.AccuseIfComplete(rank, [&]() -> Accusation {
      return {
          "lost-after-crash",
          fmt::format("{} had returned before the power cut; after it {}", Numbered(write), what),
          {{&write, "had returned"}, {&read, "read what was left", true}}};
    });
  }

  const History& history_;
  const Contract& contract_;
  AfterPowerCut after_;
  Findings findings_;
};

class DurableChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kDurable; }
  bool Applies(const Ingredients& ingredients) const override {
    const std::set<OpKind>& kinds = ingredients.kinds;
    return ingredients.power_cuts && (kinds.contains(OpKind::kSet) || kinds.contains(OpKind::kAdd));
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<DurableChecker>(); }

}  // namespace tearproof::check::durable
