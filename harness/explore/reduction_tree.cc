#include "harness/explore/reduction_tree.h"

#include <algorithm>

#include "harness/core/check.h"

namespace tearproof::explore {
namespace {

enum class Answer : uint8_t { kNo, kYes, kPerhaps };

Answer Commute(const TreeStep& a, const TreeStep& b) {
  if (!a.certain || !b.certain) return Answer::kPerhaps;
  return Conflict(a.footprint, b.footprint) ? Answer::kNo : Answer::kYes;
}

// Whether `step` can be taken to come first when all `steps` follow: its process is the first of
// them that nothing before it delays, or it commutes with them all. `found`: where among the steps
// it stands, or their number.
Answer CanComeFirst(const TreeStep& step, const TreeSteps& steps, size_t* found) {
  Answer answer = Answer::kYes;
  for (*found = 0; *found < steps.size(); ++*found) {
    const TreeStep& other = *steps[*found];
    if (other.process == step.process) return answer;
    const Answer commute = Commute(step, other);
    if (commute == Answer::kNo) return Answer::kNo;
    if (commute == Answer::kPerhaps) answer = Answer::kPerhaps;
  }
  return answer;
}

TreeStepPointer StepOf(const Event& event) {
  return std::make_shared<TreeStep>(TreeStep{event.process, event.footprint});
}

// Nothing is left to do below, nor may anything to the left of it still ask for more.
bool IsSettled(const TreeNode& node) {
  if (!node.done) return false;
  for (const TreeNode* at = &node; at->parent != nullptr; at = at->parent) {
    for (const std::unique_ptr<TreeNode>& sibling : at->parent->children) {
      if (sibling.get() == at) break;
      if (!sibling->done) return false;
    }
  }
  return true;
}

TreeStepPointer Guess(const TreeStep& step) {
  return std::make_shared<TreeStep>(TreeStep{step.process, step.footprint, false});
}

}  // namespace

TreeNode* ReductionTree::FindBranch(TreeNode& node) {
  bool earlier_explored = true;
  for (const std::unique_ptr<TreeNode>& child : node.children) {
    if (child->done) continue;
    if (child->executed) {
      if (TreeNode* found = FindBranch(*child)) return found;
    } else if (earlier_explored && !child->given_out) {
      return child.get();
    }
    // What has only been tried may yet be dropped, and must not sleep in its siblings.
    earlier_explored = earlier_explored && child->explored;
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
  if (outcome.dropped) {
    Drop(nodes, outcome.impossible);
  } else {
    if (outcome.execution->ending != Ending::kDifferent) AddRaces(nodes, *outcome.execution);
    Settle(nodes.back());
  }
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

// The nodes of the execution, from the root to its end or, of a dropped one, to the path's.
std::vector<TreeNode*> ReductionTree::Record(const Task& task, const Outcome& outcome) {
  const HappensBefore& order = outcome.execution->order;
  std::vector<TreeNode*> nodes;
  for (TreeNode* at = task.branch; at != nullptr; at = at->parent) nodes.push_back(at);
  std::reverse(nodes.begin(), nodes.end());
  while (nodes.size() <= task.path.size()) nodes.push_back(nodes.back()->children.front().get());
  for (size_t i = task.known; i < order.size(); ++i) {
    if (i >= task.path.size()) {
      nodes[i]->children.push_back(std::make_unique<TreeNode>());
      nodes.push_back(nodes[i]->children.back().get());
      nodes.back()->parent = nodes[i];
    }
    nodes[i + 1]->step = StepOf(order.event(i));
    nodes[i + 1]->sleep = outcome.sleeps[i - task.known];
    nodes[i + 1]->executed = true;
  }
  if (!outcome.dropped) {
    nodes.resize(order.size() + 1);
    for (TreeNode* node : nodes) node->explored = true;
    for (size_t i = task.path.size(); i < nodes.size(); ++i) nodes[i]->covers_all = true;
  }
  return nodes;
}

// Forgets a branch from its end on, up to where others go another way. If it was needless, another
// one covers it, but may have been there before it was known that it does: it is asked again, from
// where nobody slept.
void ReductionTree::Drop(const std::vector<TreeNode*>& nodes, bool impossible) {
  TreeSteps steps;
  TreeNode* top = &root_;
  for (TreeNode* node : nodes) {
    if (node != &root_) steps.push_back(node->step);
    if (!node->covers_all) continue;
    top = node;
    steps.clear();
  }
  const bool tentative = nodes.back()->tentative;
  TreeNode* left = nodes.back();
  while (!left->explored && (left->children.empty() || !left->executed)) {
    TreeNode* parent = left->parent;
    std::erase_if(parent->children, [&](const auto& child) { return child.get() == left; });
    left = parent;
  }
  if (!impossible) Insert(*top, std::move(steps), tentative, /*late=*/true);
  Settle(left);
}

void ReductionTree::AddRaces(const std::vector<TreeNode*>& nodes, const Execution& execution) {
  const HappensBefore& order = execution.order;
  for (size_t later = 0; later < order.size(); ++later) {
    if (order.races(later).empty() || order.forced(later)) continue;
    const Event& event = order.event(later);
    TreeStepPointer step = nodes[later + 1]->step;
    if (!event.fixed_footprint) step = Guess(*step);
    // Whoever polled, or wanted a lock, may have to wait in the other order.
    const bool attempt = event.lock == LockRole::kAttempt;
    const bool tentative = !step->certain || attempt || execution.polled;
    ReverseAll(nodes, order, order.races(later), step, tentative, attempt);
  }
  for (const Awaiting& awaiting : execution.awaiting) {
    Event event;
    event.process = awaiting.process;
    event.footprint = awaiting.footprint;
    ReverseAll(nodes, order, awaiting.races, StepOf(event), true, true);
  }
}

void ReductionTree::ReverseAll(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                               std::span<const uint32_t> races, const TreeStepPointer& later,
                               bool tentative, bool attempt) {
  for (size_t i = 0; i < races.size(); ++i) {
    Reverse(nodes, order, races.subspan(i, 1), later, tentative);
    // A lock that several share can be had before one of them only if it is had before all.
    if (attempt && i > 0) Reverse(nodes, order, races.first(i + 1), later, tentative);
  }
}

// At the node before the earliest of `races`, the last of them, `later` is to come first, after
// what depends on none of them.
void ReductionTree::Reverse(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                            std::span<const uint32_t> races, const TreeStepPointer& later,
                            bool tentative) {
  TreeSteps steps;
  ProcessSet forced = 0;  // While others are left, these wait.
  for (size_t i = races.back() + 1; i < order.size(); ++i) {
    const ProcessId process = order.event(i).process;
    if (order.forced(i)) forced |= Bit(process);
    const bool delayed = std::any_of(races.begin(), races.end(), [&](uint32_t earlier) {
      return earlier == i || (earlier < i && order.Before(earlier, i));
    });
    if (!delayed && (forced & Bit(process)) == 0) steps.push_back(nodes[i + 1]->step);
  }
  steps.push_back(later);
  Insert(*nodes[races.back()], std::move(steps), tentative, /*late=*/false);
}

// `late`: what looks explored was so without these steps.
void ReductionTree::Insert(TreeNode& top, TreeSteps steps, bool tentative, bool late) {
  TreeNode* node = &top;
  size_t found = 0;
  const auto covers = [&](const TreeStep& step) {
    const Answer answer = CanComeFirst(step, steps, &found);
    tentative = tentative || answer == Answer::kPerhaps;
    return answer == Answer::kYes;
  };
  while (true) {
    for (const TreeStepPointer& sleeper : node->sleep) {
      if (covers(*sleeper)) return;
    }
    const auto down = std::find_if(node->children.begin(), node->children.end(),
                                   [&](const auto& child) { return covers(*child->step); });
    if (down == node->children.end()) break;
    node = down->get();
    if (node->covers_all || (!late && IsSettled(*node))) return;
    if (found < steps.size()) steps.erase(steps.begin() + static_cast<ptrdiff_t>(found));
    if (steps.empty() || (node->children.empty() && !node->tentative)) return;
  }
  Append(*node, std::move(steps), tentative);
}

void ReductionTree::Append(TreeNode& top, TreeSteps steps, bool tentative) {
  for (TreeNode* at = &top; at != nullptr && at->done; at = at->parent) at->done = false;
  TreeNode* node = &top;
  for (TreeStepPointer& step : steps) {
    node->children.push_back(std::make_unique<TreeNode>());
    node->children.back()->parent = node;
    node = node->children.back().get();
    node->step = std::move(step);
  }
  node->tentative = tentative;
}

// Where all that may follow is explored, what has followed need not be kept.
void ReductionTree::Settle(TreeNode* node) {
  for (; node != nullptr; node = node->parent) {
    const bool done = node->explored && std::all_of(node->children.begin(), node->children.end(),
                                                    [](const auto& child) { return child->done; });
    if (!done) return;
    node->done = true;
    if (node->covers_all) node->children.clear();
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
  outcome_.dropped = outcome_.impossible = false;
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
  const std::vector<ProcessId>& path = task_->path;
  if (moment.step < path.size()) {
    const ProcessId process = path[moment.step];
    const bool possible = (moment.enabled & Bit(process)) != 0;
    if (possible && (moment.step < task_->known || !Asleep(process))) return process;
    outcome_.impossible = !possible;
  }
  if (moment.step <= path.size() && (moment.step < path.size() || !sleep_.empty())) {
    outcome_.dropped = true;
    return std::nullopt;
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
  // Also where all have come to an end on the way, or at the end of the path while others sleep.
  if (steps < task_->path.size() || (steps == task_->path.size() && !sleep_.empty())) {
    outcome_.impossible = outcome_.impossible || !outcome_.dropped;
    outcome_.dropped = true;
  }
  outcome_.execution = &execution;
  tree_.Return(*task_, outcome_);
  task_.reset();
}

}  // namespace tearproof::explore
