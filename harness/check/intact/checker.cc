// intact: a hit returns the whole value of one set of its key.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "harness/check/damage.h"
#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/core/text.h"
#include "harness/history/value.h"

namespace tearproof::check::intact {
namespace {

constexpr int kForeignRank = 35;  // Between a mixed or truncated value and an unknown one.

// The digests of a key's short values, each with the earliest moment at which it may be read.
class ShortValues {
 public:
  void Add(const Op& write) {
    const uint64_t digest = ShortDigestOf({write.process, write.sequence}, write.length);
    values_.push_back({digest, write.length, write.invoke});
  }
  void Seal() { std::sort(values_.begin(), values_.end()); }

  // Whether some write of that value may have taken effect by `time`.
  bool WrittenBy(int64_t time, uint64_t digest, uint32_t length) const {
    const auto first =
        std::lower_bound(values_.begin(), values_.end(), Value{digest, length, INT64_MIN});
    return first != values_.end() && first->digest == digest && first->length == length &&
           first->invoke <= time;
  }

 private:
  struct Value {
    uint64_t digest = 0;
    uint32_t length = 0;
    int64_t invoke = 0;
    auto operator<=>(const Value&) const = default;
  };
  std::vector<Value> values_;
};

class Judge {
 public:
  explicit Judge(const History& history)
      : history_(history),
        writes_(history),
        findings_(history, Promise::kIntact, "hits that overlapped a write of their key") {}

  Verdict Run() {
    for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
    return findings_.Conclude("no hit of get overlapped another process's write of its key");
  }

 private:
  void JudgeKey(uint32_t key) {
    writes_.Clear();
    ShortValues short_values;
    lengths_ = {};
    const std::span<const uint32_t> ops = history_.OpsOfKey(key);
    const bool any_short = std::any_of(ops.begin(), ops.end(), [&](uint32_t index) {
      return history_.ops()[index].observation == Observed::kShort;
    });
    for (const uint32_t index : ops) {
      const Op& op = history_.ops()[index];
      if (!IsWrite(op) || !op.may_have_happened()) continue;
      writes_.Add(op);
      if (op.counter) continue;
      lengths_.Add(op.length);
      if (any_short && op.length > 0 && op.length < kStampBytes) short_values.Add(op);
    }
    short_values.Seal();
    for (const uint32_t index : ops) {
      const Op& op = history_.ops()[index];
      if (op.kind != OpKind::kGet || op.outcome != Outcome::kHit) continue;
      if (writes_.OverlappingOther(op) != nullptr) findings_.Cover();
      JudgeHit(op, short_values);
    }
  }

  void JudgeHit(const Op& get, const ShortValues& short_values) {
    switch (get.observation) {
      case Observed::kDamaged:
        return JudgeDamage(get);
      case Observed::kIntact:
        return JudgeOrigin(get);
      case Observed::kShort:
        if (!short_values.WrittenBy(ReachOf(history_, get.ret), get.observed, get.length)) {
          AccuseShort(get);
        }
        return;
      case Observed::kNumber:
      case Observed::kNothing:
        return;
    }
  }

  void JudgeDamage(const Op& get) {
    if (get.length == 0 && lengths_.smallest == 0 && lengths_.any) return;  // Nothing was written.
    const Damage damage = Classify(history_, get);
    findings_.Accuse(damage.rank, [&]() -> Accusation {
      const bool traced = damage.first != nullptr || damage.second != nullptr;
      return {damage.anomaly,
              DescribeDamagedHit(history_, get, damage, lengths_),
              {{damage.first, "wrote some of the bytes"},
               {damage.second, "wrote others of them"},
               {traced ? nullptr : OverlappingChange(history_, get), "was under way"},
               {&get, "returned the bytes of no single write", true}}};
    });
  }

  void AccuseShort(const Op& get) {
    // No write is known that could have left these bytes, but one whose record is lost could.
    const bool truncated = lengths_.any && get.length < lengths_.smallest;
    const std::string origin =
        truncated ? fmt::format("although no set of it wrote fewer than {}", lengths_.smallest)
                  : "which no set of it wrote";
    findings_.AccuseIfComplete(truncated ? kTruncatedRank : kForeignRank, [&]() -> Accusation {
      return {truncated ? "truncated-value" : "foreign-value",
              fmt::format("{} returned {}, {}", Call(history_, get), Bytes(get.length), origin),
              {{&get, "returned bytes that nobody wrote", true}}};
    });
  }

  // The value verified byte for byte. Was it this key's to return?
  void JudgeOrigin(const Op& get) {
    const ValueId id = ValueId::Unpack(get.observed);
    const Op* write = history_.Find(id);
    std::string problem;
    if (write == nullptr || !IsWrite(*write) || write->counter) {
      if (history_.unreadable_records() > 0) return;
      problem = "which no process wrote";
    } else if (write->key != get.key) {
      problem = "which wrote the key " + KeyName(history_, *write);
    } else if (write->length != get.length) {
      problem = fmt::format("with {}, although it wrote {}", Bytes(get.length),
                            FormatCount(write->length));
    } else if (!write->may_have_happened()) {
      problem = write->outcome == Outcome::kRefused  ? "which had been refused"
                : write->outcome == Outcome::kFailed ? "which had failed without a change"
                                                     : "which the cache does not support";
    } else if (history_.Precedes(get, *write)) {
      problem = "which had not begun";
    } else {
      return;
    }
    findings_.Accuse(kForeignRank, [&]() -> Accusation {
      return {"foreign-value",
              fmt::format("{} returned the value of {}, {}", Call(history_, get),
                          NumberedValue(history_, id), problem),
              {{write, "wrote the value"}, {&get, "returned it", true}}};
    });
  }

  const History& history_;
  IntervalIndex writes_;
  WrittenLengths lengths_;
  Findings findings_;
};

class IntactChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kIntact; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.kinds.contains(OpKind::kGet) &&
           (ingredients.kinds.contains(OpKind::kSet) || ingredients.kinds.contains(OpKind::kAdd));
  }
  Verdict Check(const History& history, const Contract&) const override {
    return Judge(history).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<IntactChecker>(); }

}  // namespace tearproof::check::intact
