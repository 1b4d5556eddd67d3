#include "harness/check/evidence.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/text.h"

namespace tearproof::check {

Findings::Findings(const History& history, Promise promise, std::string_view unit)
    : history_(history) {
  verdict_.promise = promise;
  verdict_.unit = unit;
  verdict_.round = history.header().round;
}

void Findings::Doubt(std::string reason) {
  if (doubt_.empty()) doubt_ = std::move(reason);
}

void Findings::Keep(const Accusation& accusation) {
  verdict_.anomaly = accusation.anomaly;
  verdict_.sentence = accusation.sentence;
  verdict_.evidence.clear();
  for (const Part& part : accusation.parts) {
    if (part.op == nullptr) continue;
    const Op& op = *part.op;
    verdict_.evidence.push_back({op, op.key == kNoKey ? "" : history_.header().keys[op.key],
                                 std::string(part.part), part.deciding});
  }
  std::stable_sort(
      verdict_.evidence.begin(), verdict_.evidence.end(),
      [](const EvidenceOp& a, const EvidenceOp& b) { return a.op.invoke < b.op.invoke; });
}

Verdict Findings::Conclude(std::string_view uncovered) {
  if (verdict_.violations > 0) {
    verdict_.judgement = Judgement::kBroken;
  } else if (!doubt_.empty()) {
    verdict_.judgement = Judgement::kInconclusive;
    verdict_.reason = std::move(doubt_);
  } else if (verdict_.exercised == 0) {
    verdict_.judgement = Judgement::kNotExercised;
    verdict_.reason = uncovered;
  } else if (history_.unreadable_records() > 0) {
    verdict_.judgement = Judgement::kInconclusive;
    verdict_.reason =
        Counted(history_.unreadable_records(), "records") + " of the history could not be read";
  } else {
    verdict_.judgement = Judgement::kHeld;
  }
  return std::move(verdict_);
}

Verdict NotExercised(Promise promise, std::string reason) {
  Verdict verdict;
  verdict.promise = promise;
  verdict.reason = std::move(reason);
  return verdict;
}

std::string KeyName(const History& history, const Op& op) {
  constexpr size_t kShown = 40;
  const std::string& key = history.header().keys[op.key];
  return key.empty() ? "\"\"" : EscapeForTerminal(key, kShown);
}

std::string Call(const History& history, const Op& op) {
  if (op.key == kNoKey) return std::string(OpKindName(op.kind));
  return fmt::format("{} {}", OpKindName(op.kind), KeyName(history, op));
}

std::string Numbered(const Op& op) {
  return fmt::format("{} #{} of process {}", OpKindName(op.kind), op.sequence, op.process);
}

std::string NumberedValue(const History& history, ValueId id) {
  const Op* op = history.Find(id);
  if (op != nullptr && IsWrite(*op)) return Numbered(*op);
  return fmt::format("set #{} of process {}", id.sequence, id.process);
}

std::string TimeBefore(const History& history, int64_t earlier, int64_t later) {
  const int64_t elapsed = std::max<int64_t>(later - earlier, 0);
  if (history.header().time_base == TimeBase::kStep) {
    return Counted(static_cast<uint64_t>(elapsed), "steps") + " before";
  }
  return FormatDuration(elapsed) + " before";
}

const Op* OverlappingChange(const History& history, const Op& op) {
  if (op.key == kNoKey) return nullptr;
  const Op* latest = nullptr;
  for (const uint32_t index : history.OpsOfKey(op.key)) {
    const Op& other = history.ops()[index];
    if (history.Precedes(op, other)) break;
    const bool changes = other.process != op.process && MayChangeKey(other);
    if (changes && history.Overlaps(op, other)) latest = &other;
  }
  return latest;
}

int64_t WallClockChange(const History& history) {
  const int64_t change =
      history.header().realtime_offset_end - history.header().realtime_offset_begin;
  return change < 0 ? -change : change;
}

}  // namespace tearproof::check
