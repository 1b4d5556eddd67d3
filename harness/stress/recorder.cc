#include "harness/stress/recorder.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "harness/core/clock.h"

namespace tearproof::stress {
namespace {

// Errors that speak of the machine, not of the cache. EMFILE is not among them: a cache that leaks
// descriptors runs into it on a healthy machine.
bool IsEnvironmentError(int number) {
  constexpr std::array kNumbers = {ENOSPC, EDQUOT, ENFILE, ENOMEM, EROFS};
  return std::find(kNumbers.begin(), kNumbers.end(), number) != kNumbers.end();
}

}  // namespace

Recorder::Recorder(SegmentWriter* segment, WorkerSlot* slot, const std::vector<std::string>* keys,
                   bool counters, VerifyMode verify, uint16_t process)
    : segment_(segment),
      slot_(slot),
      keys_(keys),
      counters_(counters),
      verify_(verify),
      process_(process) {}

Outcome Recorder::Run(const Task& task) {
  Op op;
  PrepareRequest(task, &op);
  op.invoke = MonotonicNanos();
  segment_->Invoke(op);
  slot_->in_operation.store(1, std::memory_order_relaxed);
  backend_->Execute(request_, response_);
  op.ret = MonotonicNanos();
  op.outcome = response_.outcome;
  JudgeResponse(&op);
  segment_->Return(op);
  slot_->latencies[static_cast<size_t>(task.kind)].Record(op.ret - op.invoke);
  slot_->operations.store(slot_->operations.load(std::memory_order_relaxed) + 1,
                          std::memory_order_relaxed);
  slot_->in_operation.store(0, std::memory_order_relaxed);
  return op.outcome;
}

void Recorder::PrepareRequest(const Task& task, Op* op) {
  op->process = process_;
  op->sequence = segment_->next_sequence();
  op->kind = task.kind;
  op->key = task.key;
  op->length = task.length;
  op->ttl_millis = task.ttl_millis;
  request_.kind = task.kind;
  request_.key = task.key == kNoKey ? std::string_view() : (*keys_)[task.key];
  request_.ttl_millis = task.ttl_millis;
  request_.delta = task.kind == OpKind::kIncr ? task.length : 1;
  request_.value = {};
  if (task.kind != OpKind::kSet && task.kind != OpKind::kAdd) return;
  op->counter = counters_;
  if (counters_) {
    value_ = "0";
    op->length = 1;
  } else {
    value_.resize(task.length);
    FillValue({process_, op->sequence}, task.length, value_.data());
  }
  request_.value = value_;
}

void Recorder::JudgeResponse(Op* op) {
  if (op->outcome == Outcome::kError) return NoteError();
  if (op->kind != OpKind::kGet || op->outcome != Outcome::kHit) return;
  const std::string& bytes = response_.value;
  const VerifiedValue verified = counters_ ? VerifyCounter(bytes) : VerifyValue(bytes, verify_);
  op->length = static_cast<uint32_t>(bytes.size());
  op->observation = verified.observation;
  op->observed = verified.observed;
  if (verified.observation == Observed::kDamaged) segment_->AddDamage(DescribeDamage(bytes));
}

void Recorder::NoteError() {
  segment_->AddErrorText(response_.error);
  if (IsEnvironmentError(response_.error_number)) {
    slot_->environment_errno.store(static_cast<uint32_t>(response_.error_number),
                                   std::memory_order_relaxed);
  }
}

}  // namespace tearproof::stress
