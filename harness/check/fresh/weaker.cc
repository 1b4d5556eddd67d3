#include "harness/check/fresh/weaker.h"

#include <map>

#include "harness/check/evidence.h"
#include "harness/check/fresh/key_history.h"
#include "harness/check/removal_index.h"

namespace tearproof::check::fresh {
namespace {

class Contracts {
 public:
  Contracts(const History& history, const Contract& contract)
      : history_(history),
        contract_(contract),
        number_of_(history.ops().size()),
        key_history_(history, contract, number_of_),
        removals_(history, contract) {}

  std::vector<std::string> Find() {
    for (uint32_t key = 0; key < history_.key_count(); ++key) {
      key_history_.Load(key);
      removals_.Select(key);
      of_process_.clear();
      for (const Step& step : key_history_.key().steps) Look(step);
    }
    for (const Op& op : history_.ops()) intact_ = intact_ && !IsDamaged(op);
    std::vector<std::string> held;
    if (monotonic_) held.emplace_back("monotonic reads");
    if (own_writes_) held.emplace_back("read-your-writes");
    if (intact_) held.emplace_back("intact");
    return held;
  }

 private:
  struct Known {
    const Op* newest_seen = nullptr;  // The write invoked last of those whose value was returned.
    const Op* last_set = nullptr;
  };

  void Look(const Step& step) {
    const Op& op = history_.ops()[step.op];
    Known& known = of_process_[op.process];
    if (step.effect == Effect::kWrite && op.outcome == Outcome::kDone) known.last_set = &op;
    if (step.need == Need::kValue) {
      const Op& write = history_.ops()[key_history_.key().steps[step.value].op];
      if (known.last_set && history_.Precedes(write, *known.last_set)) own_writes_ = false;
      if (known.newest_seen && history_.Precedes(write, *known.newest_seen)) monotonic_ = false;
      if (!known.newest_seen || known.newest_seen->invoke < write.invoke) {
        known.newest_seen = &write;
      }
    }
    const bool missed = step.need == Need::kAbsent && IsRead(op);
    if (missed && known.last_set && !contract_.evicts &&
        removals_.Explain(*known.last_set, op) == RemovalIndex::Answer::kUnexplained) {
      own_writes_ = false;
    }
  }

  bool IsDamaged(const Op& op) const {
    if (op.observation == Observed::kDamaged) return true;
    if (op.observation != Observed::kIntact) return false;
    const Op* write = history_.Find(ValueId::Unpack(op.observed));
    return write == nullptr || !IsWrite(*write) || write->key != op.key;
  }

  const History& history_;
  const Contract& contract_;
  std::vector<uint32_t> number_of_;
  KeyHistory key_history_;
  RemovalIndex removals_;
  std::map<uint16_t, Known> of_process_;
  bool monotonic_ = true;
  bool own_writes_ = true;
  bool intact_ = true;
};

}  // namespace

std::vector<std::string> FindStillHeld(const History& history, const Contract& contract) {
  return Contracts(history, contract).Find();
}

}  // namespace tearproof::check::fresh
