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
    : history_(history), contract_(contract), deadlines_(history, contract), link_(number_of) {
  for (const uint32_t index : history.KeylessOps()) {
    if (MayRemoveKeys(history.ops()[index])) removals_at_large_.push_back(index);
  }
}

void KeyHistory::Select(uint32_t key, bool timeless) {
  key_ = KeySteps{};
  key_.id = key;
  timeless_ = timeless;
  impossible_.clear();
  ops_ = history_.OpsOfKey(key);
  Survey();
  Link();
  Rewind();
}

void KeyHistory::Load(uint32_t key, bool timeless) {
  Select(key, timeless);
  ReserveInHugePages(key_.steps, ops_.size());
  for (Step step; Next(step);) key_.steps.push_back(step);
  for (uint32_t i = 0; i < key_.steps.size(); ++i) {
    Step& step = key_.steps[i];
    if (step.effect == Effect::kWrite) link_[step.op] = step.value = i;
  }
  for (Step& step : key_.steps) {
    if (step.need == Need::kValue) step.value = link_[step.value];
  }
}

void KeyHistory::Survey() {
  key_.evicts = contract_.evicts;
  touched_ = kNever;
  bool any_short = false;
  for (size_t i = 0; i < ops_.size(); ++i) {
    const Op& op = OpAt(i);
    link_[ops_[i]] = kNoStep;
    key_.needs_absence = key_.needs_absence || NeedsAbsence(op);
    any_short = any_short || op.observation == Observed::kShort;
    key_.counts = key_.counts || op.kind == OpKind::kIncr || op.observation == Observed::kNumber;
    if (op.ttl_millis == kNoTtl || !MayChangeKey(op)) continue;
    key_.expires = key_.expires || IsWrite(op) || op.kind == OpKind::kTouch;
    if (op.kind == OpKind::kTouch) touched_ = std::min(touched_, deadlines_.Earliest(op));
  }
  short_writes_.clear();
  if (any_short) FindShortWrites();
}

void KeyHistory::FindShortWrites() {
  for (const uint32_t index : ops_) {
    const Op& op = history_.ops()[index];
    if (!IsWrite(op) || op.counter || op.length >= kStampBytes || !op.may_have_happened()) continue;
    const uint64_t digest = ShortDigestOf({op.process, op.sequence}, op.length);
    const auto [found, fresh] = short_writes_.emplace(digest, &op);
    if (!fresh) found->second = nullptr;
  }
}

// Finds each read's write, and each write's last read.
void KeyHistory::Link() {
  Rewind();
  uint32_t position = 0;
  for (Step step; Advance(step);) {
    AskForWriteAhead();
    if (step.need == Need::kValue) {
      const Op* write = Resolve(history_.ops()[step.op]);
      if (write == nullptr) continue;
      const uint32_t source = IndexOf(history_, *write);
      link_[step.op] = source;
      link_[source] = position;
    }
    key_.needs_presence = key_.needs_presence || step.need == Need::kPresent;
    key_.conditional = key_.conditional || step.conditional();
    ++position;
  }
}

// One key's operations lie here and there: the memory is asked early for what comes a little later.
const Op& KeyHistory::OpAt(size_t i) const {
  const Op* ops = history_.ops().data();
  if (i + kAhead < ops_.size()) {
    const uint32_t later = ops_[i + kAhead];
    __builtin_prefetch(ops + later);
    __builtin_prefetch(&ops[later].process);  // Its end may lie in the next line.
    __builtin_prefetch(&link_[later], /*rw=*/1);
  }
  return ops[ops_[i]];
}

// So it is with where a read's write is looked up, once the read itself has come.
void KeyHistory::AskForWriteAhead() const {
  if (next_op_ + kAhead / 2 >= ops_.size()) return;
  const Op& later = history_.ops()[ops_[next_op_ + kAhead / 2]];
  if (later.observation == Observed::kIntact) history_.Prefetch(ValueId::Unpack(later.observed));
}

void KeyHistory::Rewind() {
  next_op_ = next_at_large_ = 0;
  if (ops_.empty()) next_at_large_ = removals_at_large_.size();
}

bool KeyHistory::Advance(Step& step) {
  while (true) {
    const bool key_ended = next_op_ == ops_.size();
    const bool at_large = next_at_large_ < removals_at_large_.size() &&
                          (key_ended || removals_at_large_[next_at_large_] < ops_[next_op_]);
    if (key_ended && !at_large) return false;
    const uint32_t index = at_large ? removals_at_large_[next_at_large_++] : ops_[next_op_];
    const Op& op = at_large ? history_.ops()[index] : OpAt(next_op_++);
    step = Step{};
    if (!Translate(op, step)) continue;
    // Without a step that needs it, nobody asks whether the key was absent.
    if (step.optional && step.effect == Effect::kRemove && !key_.needs_absence) continue;
    step.invoke = op.invoke;
    step.reach = ReachOf(history_, op.ret);
    step.op = index;
    step.process = op.process;
    return true;
  }
}

bool KeyHistory::Next(Step& step) {
  while (Advance(step)) {
    if (step.need == Need::kValue) {
      step.value = link_[step.op];
      if (step.value == kNoStep) continue;
    }
    if (step.effect == Effect::kWrite) {
      step.value = step.op;
      step.last_read = link_[step.op];
      // What was read did happen.
      if (step.last_read != kNoStep) step.optional = step.may_remove = false;
      if (key_.expires) {
        const int64_t own = deadlines_.Earliest(history_.ops()[step.op]);
        step.earliest_expiry =
            timeless_ ? std::numeric_limits<int64_t>::min() : std::min(own, touched_);
      }
    }
    return true;
  }
  return false;
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
      step.number = static_cast<int64_t>(op.observed);
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
      step.number = op.length;
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

const Op* KeyHistory::Resolve(const Op& read) {
  const Op* write = WriteOf(read);
  if (write == nullptr) return nullptr;
  const bool refused = write->outcome == Outcome::kRefused;
  if (!refused && !history_.Precedes(read, *write)) return write;
  impossible_.push_back({write, &read, refused});
  return nullptr;
}

}  // namespace tearproof::check::fresh
