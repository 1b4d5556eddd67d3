#include "harness/explore/reduction_tree.h"

#include <algorithm>

#include "harness/core/check.h"

namespace tearproof::explore {
namespace {

// Whether `step` begins some reordering of `steps` in which dependent ones stay as they are: its
// process is the first of them that nothing before it delays.
bool CanComeFirst(const TreeStep& step, const TreeSteps& steps) {
  for (const TreeStepPointer& other : steps) {
    if (other->process == step.process) return true;
    if (Conflict(step.footprint, other->footprint)) return false;
  }
  return false;
}

// A branch that is there, or was, begins some reordering of `steps`.
bool IsCovered(const TreeNode& node, const TreeSteps& steps) {
  return std::any_of(node.children.begin(), node.children.end(), [&](const auto& child) {
    // Of a branch that has not been executed, only the process is known.
    return child->executed ? CanComeFirst(*child->step, steps)
                           : child->step->process == steps.front()->process;
  });
}

// The sets of races that are reversed together.
template <typename Call>
void ForEachReversal(std::span<const uint32_t> races, bool attempt, const Call& call) {
  for (size_t i = 0; i < races.size(); ++i) {
    call(races.subspan(i, 1));
    // A lock that several share can be had before one of them only if it is had before all.
    if (attempt && i > 0) call(races.first(i + 1));
  }
}

TreeStepPointer StepOf(const Event& event) {
  return std::make_shared<TreeStep>(TreeStep{event.process, event.footprint});
}

}  // namespace

TreeNode* ReductionTree::FindBranch(TreeNode& node) {
  bool earlier_executed = true;
  for (const std::unique_ptr<TreeNode>& child : node.children) {
    if (child->done) continue;
    if (child->executed) {
      if (TreeNode* found = FindBranch(*child)) return found;
    } else if (earlier_executed && !child->given_out) {
      return child.get();
    }
    // What sleeps in a branch must be known.
    earlier_executed = earlier_executed && child->executed;
  }
  return nullptr;
}

ReductionTree::Task ReductionTree::MakeTask(TreeNode& branch) {
  Task task;
  task.branch = &branch;
  for (const TreeNode* at = &branch; at->parent != nullptr; at = at->parent) {
    task.path.push_back(at->step->process);
  }
  std::reverse(task.path.begin(), task.path.end());
  if (branch.parent != nullptr) {
    task.known = task.path.size() - 1;
    task.sleep = branch.parent->sleep;
    for (const std::unique_ptr<TreeNode>& sibling : branch.parent->children) {
      if (sibling.get() == &branch) break;
      task.sleep.push_back(sibling->step);
    }
  }
  task.hint = branch.hint;
  branch.given_out = true;
  return task;
}

std::optional<ReductionTree::Task> ReductionTree::Take() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (closed_ || root_.done) return std::nullopt;
    TreeNode* branch = begun_ ? FindBranch(root_) : &root_;
    if (branch != nullptr) {
      begun_ = true;
      ++out_;
      return MakeTask(*branch);
    }
    TEARPROOF_CHECK(out_ > 0, "a tree that is not explored has no branch to explore");
    changed_.wait(lock);
  }
}

void ReductionTree::Return(const Task& task, const Outcome& outcome) {
  const std::lock_guard lock(mutex_);
  const Execution& execution = *outcome.execution;
  const std::vector<TreeNode*> nodes = Record(task, outcome);
  if (execution.ending != Ending::kDifferent) AddRaces(nodes, execution, task.known);
  Settle(nodes.back());
  --out_;
  changed_.notify_all();
}

void ReductionTree::GiveBack(const Task& task) {
  const std::lock_guard lock(mutex_);
  task.branch->given_out = false;
  if (task.branch == &root_) begun_ = false;
  --out_;
  changed_.notify_all();
}

void ReductionTree::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool ReductionTree::Exhausted() const {
  const std::lock_guard lock(mutex_);
  return root_.done;
}

// The nodes of the execution, from the root to its end. A branch that turned out to be impossible,
// because its process waits, is removed.
std::vector<TreeNode*> ReductionTree::Record(const Task& task, const Outcome& outcome) {
  const HappensBefore& order = outcome.execution->order;
  std::vector<TreeNode*> nodes;
  for (TreeNode* at = task.branch; at != nullptr; at = at->parent) nodes.push_back(at);
  std::reverse(nodes.begin(), nodes.end());
  if (order.size() < task.path.size()) {
    nodes.pop_back();
    std::erase_if(nodes.back()->children,
                  [&](const auto& child) { return child.get() == task.branch; });
    return nodes;
  }
  root_.executed = true;
  for (size_t i = task.known; i < order.size(); ++i) {
    if (i >= task.path.size()) {
      nodes[i]->children.push_back(std::make_unique<TreeNode>());
      nodes.push_back(nodes[i]->children.back().get());
      nodes.back()->parent = nodes[i];
    }
    nodes[i + 1]->step = StepOf(order.event(i));
    nodes[i + 1]->sleep = outcome.sleeps[i - task.known];
    nodes[i + 1]->executed = true;
    nodes[i + 1]->hint.clear();
  }
  return nodes;
}

// Races between the first `known` events have been looked at before, but what sleepers can be
// overtaken by may be new.
void ReductionTree::AddRaces(const std::vector<TreeNode*>& nodes, const Execution& execution,
                             size_t known) {
  const HappensBefore& order = execution.order;
  for (size_t later = 0; later < order.size(); ++later) {
    if (order.races(later).empty() || order.forced(later)) continue;
    const bool attempt = order.event(later).lock == LockRole::kAttempt;
    ForEachReversal(order.races(later), attempt, [&](std::span<const uint32_t> races) {
      const TreeStepPointer& step = nodes[later + 1]->step;
      if (later >= known) Reverse(nodes, order, races, step, later);
      Overtake(nodes, order, races, step);
    });
  }
  for (const Awaiting& awaiting : execution.awaiting) {
    Event event;
    event.process = awaiting.process;
    event.footprint = awaiting.footprint;
    const TreeStepPointer step = StepOf(event);
    ForEachReversal(awaiting.races, true, [&](std::span<const uint32_t> races) {
      Reverse(nodes, order, races, step, order.size());
    });
  }
}

// Of the events after `races` and before `end`, those that depend on none of them.
TreeSteps ReductionTree::Undelayed(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                                   std::span<const uint32_t> races, size_t end) {
  TreeSteps steps;
  ProcessSet forced = 0;  // While others are left, these wait.
  for (size_t i = races.back() + 1; i < end; ++i) {
    const ProcessId process = order.event(i).process;
    if (order.forced(i)) forced |= Bit(process);
    const bool delayed = std::any_of(races.begin(), races.end(), [&](uint32_t earlier) {
      return earlier == i || (earlier < i && order.Before(earlier, i));
    });
    if (!delayed && (forced & Bit(process)) == 0) steps.push_back(nodes[i + 1]->step);
  }
  return steps;
}

// At the node before the earliest of `races`, the last of them, `later` is to come first, after
// what depends on none of them among the events before `end`.
void ReductionTree::Reverse(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                            std::span<const uint32_t> races, const TreeStepPointer& later,
                            size_t end) {
  TreeSteps steps = Undelayed(nodes, order, races, end);
  steps.push_back(later);
  Branch(*nodes[races.back()], steps);
}

// The same where the process of `later` sleeps at that node: when it was executed there, it touched
// something else than it did here. What conflicts with that, and comes here at any time, may come
// before it.
void ReductionTree::Overtake(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                             std::span<const uint32_t> races, const TreeStepPointer& later) {
  TreeNode& node = *nodes[races.back()];
  const auto sleeper =
      std::find_if(node.sleep.begin(), node.sleep.end(),
                   [&](const TreeStepPointer& step) { return step->process == later->process; });
  if (sleeper == node.sleep.end()) return;
  TreeSteps steps = Undelayed(nodes, order, races, order.size());
  const bool delayed = std::any_of(steps.begin(), steps.end(), [&](const TreeStepPointer& step) {
    return Conflict(step->footprint, (*sleeper)->footprint);
  });
  if (!delayed) return;
  steps.push_back(later);
  Branch(node, steps);
}

// Adds a branch for `steps`, unless some reordering of them begins in one that is there, or with
// a sleeper.
void ReductionTree::Branch(TreeNode& node, const TreeSteps& steps) {
  const bool sleeps =
      std::any_of(node.sleep.begin(), node.sleep.end(),
                  [&](const TreeStepPointer& sleeper) { return CanComeFirst(*sleeper, steps); });
  if (sleeps || IsCovered(node, steps)) return;
  node.children.push_back(std::make_unique<TreeNode>());
  TreeNode& branch = *node.children.back();
  branch.parent = &node;
  branch.step = steps.front();
  for (size_t i = 1; i < steps.size(); ++i) branch.hint.push_back(steps[i]->process);
}

// Forgets what lies below nodes that are explored; their steps stay, for their siblings' sleep.
void ReductionTree::Settle(TreeNode* node) {
  for (; node != nullptr; node = node->parent) {
    const bool done = node->executed && std::all_of(node->children.begin(), node->children.end(),
                                                    [](const auto& child) { return child->done; });
    if (!done) return;
    node->done = true;
    node->children.clear();
    node->sleep.clear();
  }
}

ReductionScheduler::~ReductionScheduler() {
  if (task_) tree_.GiveBack(*task_);
}

bool ReductionScheduler::Begin() {
  TEARPROOF_CHECK(!task_, "an execution was begun before the last one had ended");
  task_ = tree_.Take();
  if (!task_) return false;
  sleep_ = task_->sleep;
  outcome_.sleeps.clear();
  return true;
}

bool ReductionScheduler::Asleep(ProcessId process) const {
  return std::any_of(sleep_.begin(), sleep_.end(),
                     [&](const TreeStepPointer& step) { return step->process == process; });
}

void ReductionScheduler::WakeAfter(const Event& event) {
  std::erase_if(sleep_, [&](const TreeStepPointer& step) {
    return step->process == event.process || Conflict(step->footprint, event.footprint);
  });
  outcome_.sleeps.push_back(sleep_);
}

std::optional<ProcessId> ReductionScheduler::Next(const Moment& moment) {
  if (moment.step > task_->known) WakeAfter(moment.order.event(moment.step - 1));
  const auto possible = [&](ProcessId process) {
    return (moment.enabled & Bit(process)) != 0 && !Asleep(process);
  };
  const std::vector<ProcessId>& path = task_->path;
  if (moment.step < path.size()) {
    const ProcessId process = path[moment.step];
    if ((moment.enabled & Bit(process)) == 0) return std::nullopt;
    return process;
  }
  const size_t hinted = moment.step - path.size();
  if (hinted < task_->hint.size()) {
    if (possible(task_->hint[hinted])) return task_->hint[hinted];
    task_->hint.clear();
  }
  const std::optional<ProcessId> last = moment.Last();
  if (last && possible(*last)) return last;
  for (ProcessId process = 0; process < moment.order.processes(); ++process) {
    if (possible(process)) return process;
  }
  return std::nullopt;
}

void ReductionScheduler::End(const Execution& execution) {
  const size_t steps = execution.order.size();
  while (outcome_.sleeps.size() + task_->known < steps) {
    WakeAfter(execution.order.event(task_->known + outcome_.sleeps.size()));
  }
  outcome_.execution = &execution;
  tree_.Return(*task_, outcome_);
  task_.reset();
}

}  // namespace tearproof::explore
