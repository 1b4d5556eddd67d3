#include "harness/explore/reduction_tree.h"

#include <algorithm>

#include "harness/core/check.h"

namespace tearproof::explore {
namespace {

// Whether `step` can be taken to come first when `steps` follow: its process is the first of them
// that nothing before it delays, or (of whole executions, which nothing will be added to) it
// conflicts with none. `found`: where among the steps it stands.
bool CanComeFirst(const TreeStep& step, const TreeSteps& steps, bool whole,
                  std::optional<size_t>* found) {
  found->reset();
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i]->process != step.process) continue;
    *found = i;
    for (size_t before = 0; before < i; ++before) {
      if (Conflict(steps[before]->footprint, steps[i]->footprint)) return false;
    }
    return true;
  }
  return whole && std::none_of(steps.begin(), steps.end(), [&](const TreeStepPointer& other) {
           return Conflict(step.footprint, other->footprint);
         });
}

TreeStepPointer StepOf(ProcessId process, const Footprint& footprint) {
  return std::make_shared<TreeStep>(TreeStep{process, footprint});
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
  TreeNode* at = &branch;
  at->given_out = true;
  while (!at->children.empty()) {
    at = at->children.front().get();
    at->given_out = true;
    task.path.push_back(at->step->process);
  }
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
  const std::vector<TreeNode*> nodes = Record(task, outcome);
  const bool impossible = outcome.execution->order.size() <= task.known && task.branch != &root_;
  if (!impossible) AddRaces(nodes, *outcome.execution);
  Settle(nodes.back());
  --out_;
  changed_.notify_all();
}

void ReductionTree::GiveBack(const Task& task) {
  const std::lock_guard lock(mutex_);
  for (TreeNode* at = task.branch;; at = at->children.front().get()) {
    at->given_out = false;
    if (at->children.empty()) break;
  }
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

void ReductionTree::DropImpossible(TreeNode& parent, ProcessId process) {
  std::erase_if(parent.children, [&](const std::unique_ptr<TreeNode>& child) {
    return child->given_out && !child->executed && child->step->process == process;
  });
}

TreeNode* ReductionTree::NodeAfter(TreeNode& node, const Event& event, bool on_path) {
  TreeNode* next = nullptr;
  if (on_path) {
    // Only one branch of a node is ever on its way.
    const auto found = std::find_if(node.children.begin(), node.children.end(), [](auto& child) {
      return child->given_out && !child->executed;
    });
    TEARPROOF_CHECK(found != node.children.end(), "a branch was lost on the way");
    next = found->get();
  } else {
    node.children.push_back(std::make_unique<TreeNode>());
    next = node.children.back().get();
    next->parent = &node;
    next->covers_all = true;
  }
  next->step = StepOf(event.process, event.footprint);
  next->executed = true;
  return next;
}

// The nodes of the execution, from the root to its end.
std::vector<TreeNode*> ReductionTree::Record(const Task& task, const Outcome& outcome) {
  const HappensBefore& order = outcome.execution->order;
  std::vector<TreeNode*> nodes;
  for (TreeNode* at = task.branch; at != nullptr; at = at->parent) nodes.push_back(at);
  std::reverse(nodes.begin(), nodes.end());
  nodes.resize(task.known + 1);
  for (size_t i = task.known; i < order.size(); ++i) {
    nodes.push_back(NodeAfter(*nodes.back(), order.event(i), i < outcome.followed));
    nodes.back()->sleep = outcome.sleeps[i - task.known];
  }
  TreeNode& turned = *nodes[outcome.followed];
  if (outcome.followed < task.path.size()) {
    DropImpossible(turned, task.path[outcome.followed]);
  }
  // Where the branch as such was impossible, its parent has other children to be explored by.
  if (outcome.followed > task.known || task.path.empty()) turned.covers_all = true;
  return nodes;
}

void ReductionTree::AddRaces(const std::vector<TreeNode*>& nodes, const Execution& execution) {
  const HappensBefore& order = execution.order;
  const bool whole = IsWhole(execution.ending);
  for (size_t later = 0; later < order.size(); ++later) {
    for (const uint32_t earlier : order.races(later)) {
      Reverse(nodes, order, earlier, nodes[later + 1]->step, whole);
    }
  }
  for (const Awaiting& awaiting : execution.awaiting) {
    const TreeStepPointer attempt = StepOf(awaiting.process, awaiting.footprint);
    for (const uint32_t earlier : awaiting.races) Reverse(nodes, order, earlier, attempt, whole);
  }
}

// At the node before `earlier`, `later` is to come first, after what does not depend on `earlier`.
void ReductionTree::Reverse(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                            size_t earlier, const TreeStepPointer& later, bool whole) {
  TreeSteps steps;
  for (size_t i = earlier + 1; i < order.size(); ++i) {
    if (!order.Before(earlier, i)) steps.push_back(nodes[i + 1]->step);
  }
  steps.push_back(later);
  Insert(*nodes[earlier], std::move(steps), whole);
}

void ReductionTree::Insert(TreeNode& top, TreeSteps steps, bool whole) {
  TreeNode* node = &top;
  std::optional<size_t> found;
  while (true) {
    for (const TreeStepPointer& sleeper : node->sleep) {
      if (CanComeFirst(*sleeper, steps, whole, &found)) return;
    }
    TreeNode* down = nullptr;
    for (const std::unique_ptr<TreeNode>& child : node->children) {
      if (!CanComeFirst(*child->step, steps, whole, &found)) continue;
      down = child.get();
      break;
    }
    if (down == nullptr) break;
    if (down->done || down->covers_all || (!down->executed && down->children.empty())) return;
    if (found) steps.erase(steps.begin() + static_cast<ptrdiff_t>(*found));
    if (steps.empty()) return;
    node = down;
  }
  for (TreeStepPointer& step : steps) {
    node->children.push_back(std::make_unique<TreeNode>());
    node->children.back()->parent = node;
    node = node->children.back().get();
    node->step = std::move(step);
  }
}

// Forgets what lies below nodes that are explored; their steps stay, for their siblings' sleep.
void ReductionTree::Settle(TreeNode* node) {
  for (; node != nullptr; node = node->parent) {
    const bool done = std::all_of(node->children.begin(), node->children.end(),
                                  [](const auto& child) { return child->done; });
    if (!done || !(node->executed || node->parent == nullptr)) return;
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
  outcome_.followed = task_->path.size();
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
  if (moment.step < outcome_.followed) {
    const ProcessId process = task_->path[moment.step];
    const bool possible = (moment.enabled & Bit(process)) != 0;
    if (possible && (moment.step < task_->known || !Asleep(process))) return process;
    outcome_.followed = moment.step;
    if (moment.step <= task_->known) return std::nullopt;
  }
  const std::optional<ProcessId> last = moment.Last();
  if (last && (moment.enabled & Bit(*last)) != 0 && !Asleep(*last)) return last;
  for (ProcessId process = 0; process < moment.order.processes(); ++process) {
    if ((moment.enabled & Bit(process)) != 0 && !Asleep(process)) return process;
  }
  return std::nullopt;
}

void ReductionScheduler::End(const Execution& execution) {
  const size_t steps = execution.order.size();
  while (outcome_.sleeps.size() + task_->known < steps) {
    WakeAfter(execution.order.event(task_->known + outcome_.sleeps.size()));
  }
  outcome_.followed = std::max(task_->known, std::min(outcome_.followed, steps));
  outcome_.execution = &execution;
  tree_.Return(*task_, outcome_);
  task_.reset();
}

}  // namespace tearproof::explore
