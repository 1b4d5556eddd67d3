#include "harness/check/fresh/key_history.h"

#include <algorithm>

#include "harness/check/evidence.h"
#include "harness/core/large_memory.h"
#include "harness/history/value.h"

namespace tearproof::check::fresh {
namespace {

bool NeedsAbsence(const Op& op) {
  if (op.outcome == Outcome::kMiss) return IsRead(op);
  if (op.kind == OpKind::kAdd) return op.may_have_happened();
  return op.outcome == Outcome::kRefused && op.kind != OpKind::kSet;
}

}  // namespace

KeyHistory::KeyHistory(const History& history, const Contract& contract,
                       std::vector<uint32_t>& number_of)
    : history_(history), contract_(contract), deadlines_(history, contract), step_of_(number_of) {
  for (const uint32_t index : history.KeylessOps()) {
    if (MayRemoveKeys(history.ops()[index])) removals_at_large_.push_back(index);
  }
}

void KeyHistory::Load(uint32_t key, bool timeless) {
  key_.id = key;
  key_.steps.clear();
  key_.numbers.clear();
  key_.earliest_expiry.clear();
  impossible_.clear();
  const std::span<const uint32_t> ops = history_.OpsOfKey(key);
  if (ops.empty()) return;
  Survey(ops);
  ReserveInHugePages(key_.steps, ops.size());
  auto large = removals_at_large_.begin();
  for (const uint32_t index : ops) {
    for (; large != removals_at_large_.end() && *large < index; ++large) Append(*large);
    Append(index);
  }
  for (; large != removals_at_large_.end(); ++large) Append(*large);
  Resolve();
  SetExpiries(timeless);
}

void KeyHistory::Survey(std::span<const uint32_t> ops) {
  key_.evicts = contract_.evicts;
  key_.expires = key_.counts = key_.needs_absence = key_.needs_presence = false;
  short_writes_.clear();
  touched_ = kNever;
  bool any_short = false;
  for (const uint32_t index : ops) {
    const Op& op = history_.ops()[index];
    key_.needs_absence = key_.needs_absence || NeedsAbsence(op);
    any_short = any_short || op.observation == Observed::kShort;
    key_.counts = key_.counts || op.kind == OpKind::kIncr || op.observation == Observed::kNumber;
    if (op.ttl_millis == kNoTtl || !MayChangeKey(op)) continue;
    key_.expires = key_.expires || IsWrite(op) || op.kind == OpKind::kTouch;
    if (op.kind == OpKind::kTouch) touched_ = std::min(touched_, deadlines_.Earliest(op));
  }
  if (!any_short) return;
  for (const uint32_t index : ops) {
    const Op& op = history_.ops()[index];
    if (!IsWrite(op) || op.counter || op.length >= kStampBytes || !op.may_have_happened()) continue;
    const uint64_t digest = ShortDigestOf({op.process, op.sequence}, op.length);
    const auto [found, fresh] = short_writes_.emplace(digest, &op);
    if (!fresh) found->second = nullptr;
  }
}

void KeyHistory::Append(uint32_t index) {
  const Op& op = history_.ops()[index];
  Step step;
  if (!Translate(op, step)) return;
  // Without a step that needs it, nobody asks whether the key was absent.
  if (step.optional && step.effect == Effect::kRemove && !key_.needs_absence) return;
  step.invoke = op.invoke;
  step.reach = ReachOf(history_, op.ret);
  step.op = index;
  step.process = op.process;
  const auto own = static_cast<uint32_t>(key_.steps.size());
  if (step.effect == Effect::kWrite) step_of_[index] = step.value = own;
  key_.needs_presence = key_.needs_presence || step.need == Need::kPresent;
  key_.steps.push_back(step);
}

bool KeyHistory::Translate(const Op& op, Step& step) const {
  switch (op.kind) {
    case OpKind::kGet:
    case OpKind::kHas:
      if (op.outcome == Outcome::kMiss) step.need = Need::kAbsent;
      return op.outcome == Outcome::kMiss ||
             (op.outcome == Outcome::kHit && TranslateHit(op, step));
    case OpKind::kClear:
    case OpKind::kCull:
    case OpKind::kInit:
      step.effect = Effect::kRemove;
      step.optional = op.kind != OpKind::kClear || op.uncertain();
      return true;
    default:
      return TranslateChange(op, step);
  }
}

bool KeyHistory::TranslateHit(const Op& op, Step& step) const {
  switch (op.observation) {
    case Observed::kNothing:
      step.need = Need::kPresent;
      return true;
    case Observed::kIntact:
      step.need = Need::kValue;
      return true;
    case Observed::kShort: {
      const auto found = short_writes_.find(op.observed);
      if (found == short_writes_.end()) return false;
      step.need = found->second == nullptr ? Need::kPresent : Need::kValue;
      return true;
    }
    case Observed::kNumber:
      step.need = Need::kNumber;
      return true;
    case Observed::kDamaged:
      return false;
  }
  return false;
}

bool KeyHistory::TranslateChange(const Op& op, Step& step) const {
  if (op.outcome == Outcome::kRefused) {
    if (op.kind == OpKind::kSet) return false;
    step.need = op.kind == OpKind::kAdd ? Need::kPresent : Need::kAbsent;
    return true;
  }
  if (!op.may_have_happened()) return false;
  step.optional = op.uncertain();
  step.may_remove = op.uncertain() && (op.kind == OpKind::kSet || op.kind == OpKind::kIncr);
  switch (op.kind) {
    case OpKind::kAdd:
      step.need = Need::kAbsent;
      [[fallthrough]];
    case OpKind::kSet:
      step.effect = Effect::kWrite;
      return true;
    case OpKind::kDelete:
      step.effect = Effect::kRemove;
      return true;
    case OpKind::kIncr:
      step.need = Need::kPresent;
      step.effect = Effect::kIncrease;
      step.value = op.length;
      return true;
    case OpKind::kTouch:
      if (op.uncertain()) step.effect = Effect::kRemove;
      // What a touch of an entry that expires just then answers is left to the cache.
      if (op.outcome == Outcome::kDone) step.need = Need::kPresent;
      return op.uncertain() || !key_.expires;
    default:
      return false;
  }
}

const Op* KeyHistory::WriteOf(const Op& read) const {
  const Op* write = nullptr;
  if (read.observation == Observed::kShort) {
    write = short_writes_.find(read.observed)->second;
  } else {
    write = history_.Find(ValueId::Unpack(read.observed));
  }
  if (write == nullptr || !IsWrite(*write) || write->key != read.key || write->counter) {
    return nullptr;
  }
  const bool claimed = write->may_have_happened() || write->outcome == Outcome::kRefused;
  return claimed ? write : nullptr;
}

// Finds each read's write, and drops the reads that constrain nothing.
void KeyHistory::Resolve() {
  std::vector<Step>& steps = key_.steps;
  bool dropped = false;
  for (uint32_t i = 0; i < steps.size(); ++i) {
    if (steps[i].need == Need::kNumber) {
      steps[i].value = static_cast<uint32_t>(key_.numbers.size());
      key_.numbers.push_back(static_cast<int64_t>(history_.ops()[steps[i].op].observed));
    }
    if (steps[i].need != Need::kValue) continue;
    ResolveValue(steps[i], i);
    dropped = dropped || steps[i].value == kNoStep;
  }
  if (!dropped) return;
  std::vector<bool> unconstrained(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    unconstrained[i] = steps[i].need == Need::kValue && steps[i].value == kNoStep;
  }
  LeaveOut(key_, unconstrained);
}

void KeyHistory::ResolveValue(Step& read, uint32_t index) {
  const Op& op = history_.ops()[read.op];
  const Op* write = WriteOf(op);
  read.value = kNoStep;
  if (write == nullptr) return;
  const bool refused = write->outcome == Outcome::kRefused;
  if (refused || history_.Precedes(op, *write)) {
    impossible_.push_back({write, &op, refused});
    return;
  }
  read.value = step_of_[IndexOf(history_, *write)];
  Step& source = key_.steps[read.value];
  source.last_read = index;
  source.optional = source.may_remove = false;
}

void KeyHistory::SetExpiries(bool timeless) {
  if (!key_.expires) return;
  key_.earliest_expiry.assign(key_.steps.size(), kNever);
  for (const Step& step : key_.steps) {
    if (step.effect != Effect::kWrite) continue;
    const int64_t own = deadlines_.Earliest(history_.ops()[step.op]);
    key_.earliest_expiry[step.value] =
        timeless ? std::numeric_limits<int64_t>::min() : std::min(own, touched_);
  }
}

}  // namespace tearproof::check::fresh
