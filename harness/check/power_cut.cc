#include "harness/check/power_cut.h"

#include <algorithm>

#include "harness/check/evidence.h"
#include "harness/history/value.h"

namespace tearproof::check {

const Op* AfterPowerCut::WriteOf(const Op& read) const {
  for (const Op* write : writes) {
    const ValueId id = {write->process, write->sequence};
    if (read.observation == Observed::kIntact && read.observed == id.Pack()) return write;
    const bool is_short = write->length > 0 && write->length < kStampBytes;
    if (read.observation == Observed::kShort && is_short &&
        read.observed == ShortDigestOf(id, write->length)) {
      return write;
    }
  }
  return nullptr;
}

bool AfterPowerCut::MayBeRemovedAfter(const History& history, const Op& write) const {
  return std::any_of(removes.begin(), removes.end(),
                     [&](const Op* remove) { return !history.Precedes(*remove, write); });
}

AfterPowerCut LookAfterPowerCut(const History& history, uint32_t key) {
  AfterPowerCut after;
  const int64_t cut = history.header().power_cut;
  for (const uint32_t index : history.KeylessOps()) {
    const Op& op = history.ops()[index];
    if (op.invoke <= cut && MayRemoveKeys(op)) after.removes.push_back(&op);
  }
  for (const uint32_t index : history.OpsOfKey(key)) {
    const Op& op = history.ops()[index];
    after.counter = after.counter || op.counter || op.kind == OpKind::kIncr;
    if (op.invoke > cut) {
      if (IsRead(op)) after.reads.push_back(&op);
      if (MayChangeKey(op)) break;
      continue;
    }
    if (!MayChangeKey(op)) continue;
    (IsWrite(op) ? after.writes : after.removes).push_back(&op);
  }
  return after;
}

}  // namespace tearproof::check
