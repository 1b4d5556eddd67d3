// Histories falsified as a broken cache would, and printed. For tests only.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_CHECK_FALSIFY_H_
#define TEARPROOF_HARNESS_CHECK_FALSIFY_H_

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/random.h"
#include "harness/history/history.h"

namespace tearproof::check {

inline std::string Print(const History& history) {
  std::string text;
  for (const Op& op : history.ops()) {
    text += fmt::format("{}#{} {} {} key {} [{}, {}] observed {}#{} ttl {}\n", op.process,
                        op.sequence, OpKindName(op.kind), OutcomeName(op.outcome), op.key,
                        op.invoke, op.ret, ValueId::Unpack(op.observed).process,
                        ValueId::Unpack(op.observed).sequence, op.ttl_millis);
  }
  return text;
}

inline History BuildOrDie(History::Parts parts) {
  Result<History> history = History::Build(std::move(parts));
  TEARPROOF_CHECK(history.ok(), history.error().what);
  return std::move(history).value();
}

// Falsifies what some operation answered, as a broken cache would.
inline void Falsify(std::vector<Op>& ops, Random& random) {
  Op& op = ops[random.Below(ops.size())];
  switch (op.outcome) {
    case Outcome::kHit:
      if (random.Below(3) == 0) {
        op.outcome = Outcome::kMiss;
        op.observation = Observed::kNothing;
      } else if (op.observation == Observed::kNumber) {
        op.observed = random.Below(6);
      } else if (op.observation == Observed::kIntact) {
        const Op& other = ops[random.Below(ops.size())];
        op.observed = ValueId{other.process, other.sequence}.Pack();
        op.length = other.length;
      }
      return;
    case Outcome::kMiss: {
      const Op& other = ops[random.Below(ops.size())];
      op.outcome = Outcome::kHit;
      if (op.kind != OpKind::kGet) return;
      const bool counters =
          std::any_of(ops.begin(), ops.end(), [](const Op& o) { return o.counter; });
      op.observation = counters ? Observed::kNumber : Observed::kIntact;
      op.observed = counters ? random.Below(4) : ValueId{other.process, other.sequence}.Pack();
      op.length = other.length;
      return;
    }
    case Outcome::kDone:
      if (op.kind == OpKind::kAdd || op.kind == OpKind::kDelete || op.kind == OpKind::kIncr) {
        op.outcome = Outcome::kRefused;
      }
      return;
    case Outcome::kRefused:
      op.outcome = Outcome::kDone;
      return;
    default:
      return;
  }
}

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_FALSIFY_H_
