// bounded: at rest the cache holds no more entries than its limit plus one a process.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "harness/check/evidence.h"
#include "harness/core/text.h"

namespace tearproof::check::bounded {
namespace {

// The setup counts as one process; the audit only reads.
uint64_t WriterCount(const History& history) {
  return static_cast<uint64_t>(
      std::count_if(history.processes().begin(), history.processes().end(),
                    [](const ProcessInfo& process) { return process.role != "audit"; }));
}

bool IsAudit(const History& history, const Op& op) {
  const ProcessInfo* process = history.FindProcess(op.process);
  return process != nullptr && process->role == "audit";
}

struct Count {
  uint64_t keys_set = 0;
  uint64_t keys_found = 0;
  bool audited = false;
  const Op* last_found = nullptr;
};

Count CountKeys(const History& history) {
  Count count;
  for (uint32_t key = 0; key < history.key_count(); ++key) {
    bool set = false;
    const Op* found = nullptr;
    for (const uint32_t index : history.OpsOfKey(key)) {
      const Op& op = history.ops()[index];
      set = set || (IsWrite(op) && op.outcome == Outcome::kDone);
      if (op.kind != OpKind::kGet || !IsAudit(history, op)) continue;
      count.audited = true;
      if (op.outcome == Outcome::kHit) found = &op;
    }
    count.keys_set += set ? 1 : 0;
    count.keys_found += found != nullptr ? 1 : 0;
    if (found != nullptr) count.last_found = found;
  }
  return count;
}

class BoundedChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kBounded; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.limit &&
           (ingredients.kinds.contains(OpKind::kSet) || ingredients.kinds.contains(OpKind::kAdd));
  }

  Verdict Check(const History& history, const Contract& contract) const override {
    if (!contract.max_entries) return NotExercised(promise(), "the cache has no limit in force");
    const Count count = CountKeys(history);
    if (!count.audited) return NotExercised(promise(), "no audit counted the entries at the end");
    const uint64_t processes = WriterCount(history);
    const uint64_t allowed = *contract.max_entries + processes;
    Findings findings(history, promise(), "distinct keys set, more than the limit allows");
    if (count.keys_set > allowed) findings.Cover(count.keys_set);
    if (count.keys_found > allowed) {
      findings.Accuse(1, [&]() -> Accusation {
        return {"overgrown",
                fmt::format("at rest a fresh process still found {}, although the limit is {} and "
                            "{} took part",
                            Counted(count.keys_found, "entries"), *contract.max_entries,
                            Counted(processes, "processes")),
                {{count.last_found, "was found, as were all the others", true}}};
      });
    }
    return findings.Conclude(
        fmt::format("no more were set than may stay: {} of {}, the limit of {} and one a process",
                    Counted(count.keys_set, "keys"), allowed, *contract.max_entries));
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<BoundedChecker>(); }

}  // namespace tearproof::check::bounded
