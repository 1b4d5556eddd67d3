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

Recorder::Recorder(WorkerSlot* slot, const std::vector<std::string>* keys, bool counters,
                   VerifyMode verify, uint16_t process)
    : slot_(slot), maker_(keys, counters, verify), process_(process) {}

Outcome Recorder::Run(const Task& task, std::optional<int64_t> due) {
  const bool sampled = ++runs_ % kRecordingSampled == 0;
  const int64_t begin = sampled ? MonotonicNanos() : 0;
  Op op;
  op.process = process_;
  op.sequence = segment_->next_sequence();
  const Request& request = maker_.Make(task, &op);
  op.invoke = MonotonicNanos();
  segment_->Invoke(op);
  slot_->in_operation.store(1, std::memory_order_relaxed);
  backend_->Execute(request, response_);
  op.ret = MonotonicNanos();
  Finish(op, due);
  slot_->in_operation.store(0, std::memory_order_relaxed);
  if (sampled) {
    slot_->recording[static_cast<size_t>(task.kind)].Record(MonotonicNanos() - begin -
                                                            (op.ret - op.invoke));
  }
  return op.outcome;
}

int64_t Recorder::RunAhead(std::span<const Task> tasks, adapter::AheadBackend* backend) {
  for (const Task& task : tasks) {
    Op& op = ahead_.emplace_back();
    op.process = process_;
    op.sequence = segment_->next_sequence();
    const Request& request = maker_.Make(task, &op);
    op.invoke = MonotonicNanos();
    segment_->Invoke(op);
    backend->Queue(request);
  }
  slot_->in_operation.store(1, std::memory_order_relaxed);
  backend->Send();
  int64_t took = 0;
  const size_t stay = backend->most() > 1 ? tasks.size() : 0;
  while (ahead_.size() > stay) {
    Op op = ahead_.front();
    ahead_.pop_front();
    backend->Receive(response_);
    op.ret = MonotonicNanos();
    // It was served after the one before, also where nobody says when.
    op.invoke = std::max(op.invoke, ahead_ended_);
    Finish(op, std::nullopt);
    if (response_.called == 0) continue;
    ahead_ended_ = op.ret;
    took += op.ret - op.invoke;
  }
  if (ahead_.empty()) slot_->in_operation.store(0, std::memory_order_relaxed);
  return took;
}

void Recorder::Finish(Op& op, std::optional<int64_t> due) {
  if (response_.called != 0) {
    op.invoke = response_.called;
    op.ret = response_.returned;
  }
  maker_.Judge(response_, &op);
  NoteResponse(op);
  segment_->Return(op);
  slot_->latencies[static_cast<size_t>(op.kind)].Record(
      op.ret - std::min(op.invoke, due.value_or(op.invoke)));
  slot_->operations.store(slot_->operations.load(std::memory_order_relaxed) + 1,
                          std::memory_order_relaxed);
}

void Recorder::NoteResponse(const Op& op) {
  if (op.failed()) NoteError();
  if (op.observation == Observed::kDamaged) segment_->AddDamage(DescribeDamage(response_.value));
}

void Recorder::NoteError() {
  segment_->AddErrorText(response_.error);
  if (IsEnvironmentError(response_.error_number)) {
    slot_->environment_errno.store(static_cast<uint32_t>(response_.error_number),
                                   std::memory_order_relaxed);
  }
}

}  // namespace tearproof::stress
