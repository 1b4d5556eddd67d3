#include "harness/stress/role_program.h"

#include <algorithm>

namespace tearproof::stress {
namespace {

bool Mutates(OpKind kind) { return kind != OpKind::kGet && kind != OpKind::kHas; }

}  // namespace

TaskMaker::TaskMaker(const Scenario* scenario, uint64_t seed, uint32_t index, uint32_t size)
    : scenario_(scenario), random_(seed), index_(index), size_(size) {
  if (scenario->keys.distribution == KeyDistribution::kZipf) zipf_.emplace(scenario->keys.count);
}

Task TaskMaker::Make(OpKind kind) { return MakeOn(kind, TakesKey(kind) ? DrawKey(kind) : kNoKey); }

Task TaskMaker::MakeOn(OpKind kind, uint32_t key) {
  Task task;
  task.kind = kind;
  task.key = key;
  const bool writes = kind == OpKind::kSet || kind == OpKind::kAdd;
  if (kind == OpKind::kIncr) task.length = 1;
  if (writes && !scenario_->counters) {
    task.length = static_cast<uint32_t>(scenario_->value_sizes.Draw(random_));
  }
  const std::vector<uint32_t>& ttls = scenario_->ttls_millis;
  if ((writes || kind == OpKind::kTouch) && !ttls.empty()) {
    task.ttl_millis = ttls[ttls.size() == 1 ? 0 : random_.Below(ttls.size())];
  }
  return task;
}

std::vector<Task> TaskMaker::MakeAll(const Step& step) {
  std::vector<Task> tasks;
  if (step.target == Step::Target::kEach) {
    for (uint32_t key = 0; key < scenario_->keys.count; ++key) {
      tasks.push_back(MakeOn(step.kind, key));
    }
  } else if (step.target == Step::Target::kKey) {
    tasks.push_back(MakeOn(step.kind, step.key));
  } else {
    tasks.push_back(Make(step.kind));
  }
  if (step.ttl_millis) {
    for (Task& task : tasks) task.ttl_millis = *step.ttl_millis;
  }
  return tasks;
}

uint32_t TaskMaker::DrawKey(OpKind kind) {
  const uint32_t count = scenario_->keys.count;
  switch (scenario_->keys.distribution) {
    case KeyDistribution::kSingle:
      return 0;
    case KeyDistribution::kUniform:
      return static_cast<uint32_t>(random_.Below(count));
    case KeyDistribution::kZipf:
      return zipf_->Draw(random_);
    case KeyDistribution::kOwn:
      if (!Mutates(kind)) return static_cast<uint32_t>(random_.Below(count));
      // Keys index_, index_ + size_, ...; with more processes than keys, some share.
      if (index_ >= count) return index_ % count;
      return static_cast<uint32_t>(index_ +
                                   size_ * random_.Below((count - index_ + size_ - 1) / size_));
  }
  return 0;
}

RoleProgram::RoleProgram(const StressRole* role, TaskMaker* maker) : role_(role), maker_(maker) {
  uint64_t sum = 0;
  for (const auto& [kind, weight] : role->mix) {
    sum += weight;
    if (weight > 0) weights_.emplace_back(sum, kind);
  }
}

void RoleProgram::Restart() {
  pending_.clear();
  next_step_ = 0;
}

bool RoleProgram::Next(Task* task) {
  if (!weights_.empty()) {
    OpKind kind = weights_.front().second;
    if (weights_.size() > 1) {
      const uint64_t point = maker_->random().Below(weights_.back().first);
      kind = std::upper_bound(weights_.begin(), weights_.end(), point,
                              [](uint64_t value, const auto& entry) { return value < entry.first; })
                 ->second;
    }
    *task = maker_->Make(kind);
    return true;
  }
  while (pending_.empty()) {
    if (next_step_ == role_->sequence.size()) return false;
    pending_ = maker_->MakeAll(role_->sequence[next_step_++]);
    std::reverse(pending_.begin(), pending_.end());
  }
  *task = pending_.back();
  pending_.pop_back();
  return true;
}

}  // namespace tearproof::stress
