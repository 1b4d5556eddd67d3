#include "harness/api/request_maker.h"

namespace tearproof {

const Request& RequestMaker::Make(const Task& task, Op* op) {
  op->kind = task.kind;
  op->key = task.key;
  op->length = task.length;
  op->ttl_millis = task.ttl_millis;
  request_.kind = task.kind;
  request_.key = task.key == kNoKey ? std::string_view() : (*keys_)[task.key];
  request_.ttl_millis = task.ttl_millis;
  request_.delta = task.kind == OpKind::kIncr ? task.length : 1;
  request_.value = {};
  if (task.kind != OpKind::kSet && task.kind != OpKind::kAdd) return request_;
  op->counter = counters_;
  if (counters_) {
    value_ = "0";
    op->length = 1;
  } else {
    value_.resize(task.length);
    FillValue({op->process, op->sequence}, task.length, value_.data());
  }
  request_.value = value_;
  return request_;
}

void RequestMaker::Judge(const Response& response, Op* op) const {
  op->outcome = response.outcome;
  if (op->kind != OpKind::kGet || op->outcome != Outcome::kHit) return;
  const std::string& bytes = response.value;
  const VerifiedValue verified = counters_ ? VerifyCounter(bytes) : VerifyValue(bytes, verify_);
  op->length = static_cast<uint32_t>(bytes.size());
  op->observation = verified.observation;
  op->observed = verified.observed;
}

}  // namespace tearproof
