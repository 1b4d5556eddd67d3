// incr-exact: at rest a counter is the sum of its acknowledged increments, and at most of those
// whose end is not known besides.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"

namespace tearproof::check::incr_exact {
namespace {

constexpr int kFinalRank = 2;
constexpr int kMidwayRank = 1;

bool HasTtl(const Op& op) {
  return op.ttl_millis != kNoTtl && (IsWrite(op) || op.kind == OpKind::kTouch);
}

class Judge {
 public:
  Judge(const History& history, const Contract& contract)
      : history_(history),
        contract_(contract),
        keyless_(history),
        others_(history),
        incrs_(history),
        findings_(history, Promise::kIncrExact,
                  "increments that overlapped another process's of their counter") {}

  Verdict Run() {
    for (const uint32_t index : history_.KeylessOps()) {
      if (MayRemoveKeys(history_.ops()[index])) keyless_.Add(history_.ops()[index]);
    }
    for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
    return findings_.Conclude(
        "no counter was set to 0, incremented by overlapping processes and read at the end with "
        "nothing else done to it");
  }

 private:
  void JudgeKey(uint32_t key) {
    if (!Collect(key)) return;
    bool read_at_rest = false;
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      if (!IsRead(op) || !history_.Precedes(*base_, op)) continue;
      const bool number = op.observation == Observed::kNumber;
      if (!number && op.outcome != Outcome::kMiss) continue;
      if (others_.Between(*base_, op) != nullptr || keyless_.Between(*base_, op) != nullptr) {
        continue;
      }
      const bool at_rest = IsAtRest(op);
      read_at_rest = read_at_rest || at_rest;
      if (number) {
        JudgeNumber(op, at_rest);
      } else if (at_rest && unknown_ == 0) {
        AccuseLost(op);
      }
    }
    if (!read_at_rest) return;
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      if (op.kind == OpKind::kIncr && op.may_have_happened() &&
          incrs_.OverlappingOther(op) != nullptr) {
        findings_.Cover();
      }
    }
  }

  // Gathers the key's increments and the write of 0 that they start from. False where there are
  // none, or where no such write precedes them all.
  bool Collect(uint32_t key) {
    base_ = nullptr;
    last_incr_ = nullptr;
    acknowledged_ = 0;
    unknown_ = 0;
    incrs_.Clear();
    others_.Clear();
    invoked_.clear();
    sums_.clear();
    int64_t first_invoke = kNever;
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      if (op.kind != OpKind::kIncr || !op.may_have_happened()) continue;
      incrs_.Add(op);
      last_incr_ = &op;
      first_invoke = std::min(first_invoke, op.invoke);
      (op.outcome == Outcome::kDone ? acknowledged_ : unknown_) += op.length;
      invoked_.push_back(op.invoke);
      sums_.push_back(acknowledged_ + unknown_);
    }
    if (last_incr_ == nullptr) return false;
    for (const uint32_t index : history_.OpsOfKey(key)) {
      const Op& op = history_.ops()[index];
      if (!MayChangeKey(op) || op.kind == OpKind::kIncr) continue;
      const bool zero = IsWrite(op) && op.counter && !HasTtl(op) && op.outcome == Outcome::kDone &&
                        ReachOf(history_, op.ret) < first_invoke;
      if (zero) {
        base_ = &op;  // Any of them will do: all write the same.
      } else {
        others_.Add(op);
      }
    }
    return base_ != nullptr;
  }

  bool IsAtRest(const Op& read) {
    return history_.Precedes(*last_incr_, read) && incrs_.Between(read, read) == nullptr;
  }

  // The sum of all increments that may have happened by the end of `read`.
  int64_t MostBy(const Op& read) const {
    const auto end =
        std::upper_bound(invoked_.begin(), invoked_.end(), ReachOf(history_, read.ret));
    return end == invoked_.begin() ? 0 : sums_[static_cast<size_t>(end - invoked_.begin()) - 1];
  }

  void JudgeNumber(const Op& read, bool at_rest) {
    const auto number = static_cast<int64_t>(read.observed);
    const int64_t most = MostBy(read);
    const bool lost = at_rest && number < acknowledged_;
    if (!lost && number <= most) return;
    if (Excused()) return;
    findings_.AccuseIfComplete(at_rest ? kFinalRank : kMidwayRank, [&]() -> Accusation {
      const std::string bounds = lost
                                     ? fmt::format("{} were acknowledged", FormatSum(acknowledged_))
                                     : fmt::format("at most {} can have happened", FormatSum(most));
      return {lost ? "lost-increment" : "extra-increment",
              fmt::format("{} returned {}, although increments of {}", Call(history_, read), number,
                          bounds),
              {{base_, "wrote 0"},
               {last_incr_, "was the last increment"},
               {&read, "read the counter", true}}};
    });
  }

  static std::string FormatSum(int64_t sum) { return fmt::format("{} in all", sum); }

  void AccuseLost(const Op& read) {
    if (Excused()) return;
    findings_.AccuseIfComplete(kFinalRank, [&]() -> Accusation {
      return {
          "lost-counter",
          fmt::format("{} missed at the end, although nothing removed the counter and "
                      "increments of {} were acknowledged",
                      Call(history_, read), FormatSum(acknowledged_)),
          {{base_, "wrote 0"}, {last_incr_, "was the last increment"}, {&read, "missed", true}}};
    });
  }

  bool Excused() {
    if (contract_.evicts) findings_.Doubt("the counter may have been evicted in between");
    return contract_.evicts;
  }

  const History& history_;
  const Contract& contract_;
  IntervalIndex keyless_;
  IntervalIndex others_;  // Whatever may have changed the key, but increments and the base.
  IntervalIndex incrs_;
  const Op* base_ = nullptr;
  const Op* last_incr_ = nullptr;
  int64_t acknowledged_ = 0;
  int64_t unknown_ = 0;
  std::vector<int64_t> invoked_;  // When each increment was invoked,
  std::vector<int64_t> sums_;     // and the sum up to it.
  Findings findings_;
};

class IncrExactChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kIncrExact; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.counters && ingredients.kinds.contains(OpKind::kIncr);
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<IncrExactChecker>(); }

}  // namespace tearproof::check::incr_exact
