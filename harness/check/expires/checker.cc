// expires: no value is served after its time to live.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/check/removal_index.h"
#include "harness/core/text.h"

namespace tearproof::check::expires {
namespace {

constexpr int64_t kMovedClock = 1'000'000'000;

// The touches of a key, each with the moment up to which it may keep the entry alive.
class Extensions {
 public:
  Extensions(const History& history, const Deadlines& deadlines)
      : history_(history), deadlines_(deadlines) {}

  void Clear() { touches_.clear(); }
  void Add(const Op& touch) {
    const int64_t until = deadlines_.Latest(touch);
    const size_t self = touches_.size();
    const size_t longest = self > 0 && touches_[touches_[self - 1].longest].until > until
                               ? touches_[self - 1].longest
                               : self;
    touches_.push_back({&touch, until, longest});
  }
  // Whether some touch that does not lie wholly before `write` or after `get` may have kept the
  // entry alive until `get` was invoked. Yes, where that is too much to find out.
  bool MayReach(const Op& write, const Op& get) const {
    const auto end = std::partition_point(
        touches_.begin(), touches_.end(),
        [&](const Touch& touch) { return touch.op->invoke <= ReachOf(history_, get.ret); });
    if (end == touches_.begin()) return false;
    if (touches_[std::prev(end)->longest].until < get.invoke) return false;
    constexpr ptrdiff_t kSteps = 256;
    for (auto touch = end; touch != touches_.begin();) {
      if (end - touch == kSteps) return true;
      --touch;
      if (touch->until >= get.invoke && !history_.Precedes(*touch->op, write) &&
          !history_.Precedes(get, *touch->op)) {
        return true;
      }
    }
    return false;
  }

 private:
  struct Touch {
    const Op* op = nullptr;
    int64_t until = 0;
    size_t longest = 0;  // Of the touches up to this one, which keeps the entry alive longest.
  };
  const History& history_;
  const Deadlines& deadlines_;
  std::vector<Touch> touches_;  // By invocation.
};

class Judge {
 public:
  Judge(const History& history, const Contract& contract)
      : history_(history),
        deadlines_(history, contract),
        extensions_(history, deadlines_),
        writes_(history),
        findings_(history, Promise::kExpires, "gets after the deadline of the last set value") {}

  Verdict Run() {
    const HistoryHeader& header = history_.header();
    if (header.time_base == TimeBase::kStep && header.advanced == 0) {
      return NotExercised(Promise::kExpires, "a history of steps tells no time");
    }
    for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
    return findings_.Conclude("no get came after the deadline of the last set value");
  }

 private:
  void JudgeKey(uint32_t key) {
    extensions_.Clear();
    writes_.Clear();
    const std::span<const uint32_t> ops = history_.OpsOfKey(key);
    const bool any_ttl = std::any_of(ops.begin(), ops.end(), [this](uint32_t index) {
      const Op& op = history_.ops()[index];
      return IsWrite(op) && op.ttl_millis != kNoTtl;
    });
    if (!any_ttl) return;
    for (const uint32_t index : ops) {
      const Op& op = history_.ops()[index];
      if (IsWrite(op) && op.outcome == Outcome::kDone) writes_.Add(op);
      if (op.kind == OpKind::kTouch && op.may_have_happened()) extensions_.Add(op);
    }
    for (const uint32_t index : ops) {
      const Op& op = history_.ops()[index];
      if (op.kind != OpKind::kGet) continue;
      if (op.outcome == Outcome::kHit || op.outcome == Outcome::kMiss) JudgeGet(op);
    }
  }

  bool IsExpired(const Op& write, const Op& get) const {
    return deadlines_.Latest(write) < get.invoke && !extensions_.MayReach(write, get);
  }

  std::string HowLate(const Op& write, const Op& get) const {
    if (history_.header().time_base == TimeBase::kStep) return "after";
    return FormatDuration(get.invoke - deadlines_.Latest(write)) + " after";
  }

  void JudgeGet(const Op& get) {
    const Op* last = writes_.LatestBefore(get);
    if (last != nullptr && IsExpired(*last, get)) findings_.Cover();
    if (get.observation != Observed::kIntact) return;
    const Op* write = history_.Find(ValueId::Unpack(get.observed));
    if (write == nullptr || !IsWrite(*write) || write->key != get.key) return;
    if (!IsExpired(*write, get)) return;
    if (WallClockChange(history_) > kMovedClock) {
      findings_.Doubt("the wall clock was moved, and with it every deadline");
      return;
    }
    findings_.AccuseIfComplete(1, [&]() -> Accusation {
      return {"late-expiry",
              fmt::format("{} returned the value of {} {} its time to live of {}, all tolerances "
                          "allowed for",
                          Call(history_, get), Numbered(*write), HowLate(*write, get),
                          FormatDuration(int64_t{write->ttl_millis} * 1'000'000)),
              {{write, "wrote the value"}, {&get, "returned it too late", true}}};
    });
  }

  const History& history_;
  const Deadlines deadlines_;
  Extensions extensions_;
  CompletedIndex writes_;
  Findings findings_;
};

class ExpiresChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kExpires; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.ttl && ingredients.kinds.contains(OpKind::kGet);
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<ExpiresChecker>(); }

}  // namespace tearproof::check::expires
