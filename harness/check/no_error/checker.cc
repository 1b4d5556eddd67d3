// no-error: in a healthy environment no operation fails, and no process dies within the cache. An
// operation one of whose calls was made to fail may fail, too, but nobody may die of that, and no
// other operation may fail.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <memory>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/core/text.h"

namespace tearproof::check::no_error {
namespace {

constexpr int kCrashRank = 2;
constexpr int kErrorRank = 1;

std::string DescribeEnd(const ProcessInfo& process) {
  if (process.end_signal == 0) return fmt::format("exited with status {}", process.end_status);
  const char* name = sigabbrev_np(process.end_signal);
  if (name == nullptr) return fmt::format("died by signal {}", process.end_signal);
  return fmt::format("died by SIG{}", name);
}

class Judge {
 public:
  explicit Judge(const History& history)
      : history_(history),
        findings_(history, Promise::kNoError,
                  "operations that overlapped another process's on their key") {}

  Verdict Run() {
    for (const Op& op : history_.ops()) {
      if (op.failed() && !history_.WasStruck(op) && !HasNoCache(op)) AccuseError(op);
    }
    for (const ProcessInfo& process : history_.processes()) {
      if (process.end == ProcessInfo::End::kDied) AccuseCrash(process);
    }
    CountOverlaps();
    findings_.Cover(history_.struck().size());
    return findings_.Conclude("no operation overlapped another process's on the same key");
  }

 private:
  // Its process was told that init failed, by a fault, and has not asked for another.
  bool HasNoCache(const Op& op) const {
    if (history_.struck().empty()) return false;
    const Op* init = nullptr;
    for (const Op& each : history_.ops()) {
      const bool before = each.process == op.process && each.sequence < op.sequence;
      if (!before || each.kind != OpKind::kInit) continue;
      if (init == nullptr || init->sequence < each.sequence) init = &each;
    }
    return init != nullptr && init->failed() && history_.WasStruck(*init);
  }

  void AccuseError(const Op& op) {
    findings_.Accuse(kErrorRank, [&]() -> Accusation {
      const Evidence* evidence = history_.FindEvidence(op);
      const std::string text = evidence == nullptr || evidence->text.empty()
                                   ? "(its text was not kept)"
                                   : EscapeForTerminal(evidence->text, 200);
      return {"failed-operation",
              fmt::format("{} failed: {}", Call(history_, op), text),
              {{OverlappingChange(history_, op), "was under way"}, {&op, "failed", true}}};
    });
  }

  void AccuseCrash(const ProcessInfo& process) {
    findings_.Accuse(kCrashRank, [&]() -> Accusation {
      const Op* last = nullptr;
      for (const Op& op : history_.ops()) {
        if (op.process == process.number) last = &op;
      }
      const bool within = last != nullptr && last->outcome == Outcome::kOpen;
      return {"crash-of-the-cache",
              fmt::format("process {} {}{}", process.number, DescribeEnd(process),
                          within ? " in " + Call(history_, *last) : ""),
              {{last, within ? "never returned" : "was its last", true}}};
    });
  }

  void CountOverlaps() {
    IntervalIndex keyless(history_);
    for (const uint32_t index : history_.KeylessOps()) keyless.Add(history_.ops()[index]);
    for (const uint32_t index : history_.KeylessOps()) {
      if (keyless.OverlappingOther(history_.ops()[index]) != nullptr) findings_.Cover();
    }
    IntervalIndex same_key(history_);
    for (uint32_t key = 0; key < history_.key_count(); ++key) {
      same_key.Clear();
      for (const uint32_t index : history_.OpsOfKey(key)) same_key.Add(history_.ops()[index]);
      for (const uint32_t index : history_.OpsOfKey(key)) {
        const Op& op = history_.ops()[index];
        if (op.outcome == Outcome::kUnsupported) continue;
        if (same_key.OverlappingOther(op) != nullptr || keyless.OverlappingOther(op) != nullptr) {
          findings_.Cover();
        }
      }
    }
  }

  const History& history_;
  Findings findings_;
};

class NoErrorChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kNoError; }
  bool Applies(const Ingredients&) const override { return true; }
  Verdict Check(const History& history, const Contract&) const override {
    return Judge(history).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<NoErrorChecker>(); }

}  // namespace tearproof::check::no_error
