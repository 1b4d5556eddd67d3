// What is explored, what is left, and who may sleep: the state of a reduced exploration.
//
// Purpose: source-set dynamic partial-order reduction with sleep sets (Abdulla, Aronis, Jonsson,
// Sagonas, "Optimal Dynamic Partial Order Reduction", POPL 2014): one whole execution of each
// class. A node is the beginning of an execution, a child one more event. After each execution
// every race in it asks for the other order: before the race's first event, the events up to its
// second one that do not depend on the first, then the second, are to come first. A branch is added
// with the first process of these, unless a branch that exists, or a process that sleeps, begins
// some reordering of them. A process sleeps in a branch when an earlier sibling began with its
// event and nothing since conflicts with it. An attempt to lock that waits at the end of an
// execution races with the events by which the lock came to be held, also if that end is only that
// all others sleep: nothing else may tell that it could have come first. A process that sleeps may
// touch something else once it is awake (a rename(2) whose source has gone looks no further): then
// whatever conflicts with what it would have touched is to come before it as well. The rest of what
// was asked for is the branch's hint: who goes on is free, and following it wakes those who sleep,
// so that few executions end with everybody asleep. Those are counted apart. (With wakeup trees
// there are none at all, but they take the footprint of an event for granted before it has been
// executed in the other order; of a rename or an open that creates, nobody knows it.)
//
// Thread safety: all methods, any thread: several workers explore one tree. A branch is given out
// when its earlier siblings have been executed at least once, so that what sleeps in it is known.
// Ownership: tasks refer into the tree.
#ifndef TEARPROOF_HARNESS_EXPLORE_REDUCTION_TREE_H_
#define TEARPROOF_HARNESS_EXPLORE_REDUCTION_TREE_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/explore/runner.h"

namespace tearproof::explore {

// An event without its text.
struct TreeStep {
  ProcessId process = 0;
  Footprint footprint;
};
using TreeStepPointer = std::shared_ptr<const TreeStep>;
using TreeSteps = std::vector<TreeStepPointer>;

struct TreeNode {
  TreeNode* parent = nullptr;
  TreeStepPointer step;         // The event that leads here; null at the root.
  bool executed = false;        // `step` has been seen; before, it is a guess but for the process.
  bool given_out = false;       // A worker is, or was, the first to go there.
  bool done = false;            // Nothing is left to do below.
  TreeSteps sleep;              // Of executed nodes.
  std::vector<ProcessId> hint;  // Who is to go on from a branch.
  std::vector<std::unique_ptr<TreeNode>> children;
};

class ReductionTree {
 public:
  ReductionTree() = default;
  ReductionTree(const ReductionTree&) = delete;
  ReductionTree& operator=(const ReductionTree&) = delete;

  // A branch to explore: `path` leads to its first event, after which the hint may be followed.
  // Those of `sleep` sleep before its first event.
  struct Task {
    TreeNode* branch = nullptr;
    std::vector<ProcessId> path;
    size_t known = 0;  // Of the path, all but the branch's own event.
    std::vector<ProcessId> hint;
    TreeSteps sleep;
  };
  // What came of a task.
  struct Outcome {
    // Who slept after each event from `known` on.
    std::vector<TreeSteps> sleeps;
    const Execution* execution = nullptr;
  };

  // The next branch; waits where other workers may still add one. Nothing when all is explored or
  // the tree was closed.
  std::optional<Task> Take();
  void Return(const Task& task, const Outcome& outcome);
  // Takes a task back unexplored.
  void GiveBack(const Task& task);
  // No more tasks are given out.
  void Close();
  // Nothing is left to explore.
  bool Exhausted() const;

  // The tree in text, to go on with later, in another process. REQUIRES: no task is given out.
  std::string Save() const;
  // Errors: kUsage, for a damaged text. REQUIRES: a new tree.
  Result<void> Load(std::string_view text);

 private:
  TreeNode* FindBranch(TreeNode& node);
  Task MakeTask(TreeNode& branch);
  std::vector<TreeNode*> Record(const Task& task, const Outcome& outcome);
  void AddRaces(const std::vector<TreeNode*>& nodes, const Execution& execution, size_t known);
  static TreeSteps Undelayed(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                             std::span<const uint32_t> races, size_t end);
  static void Reverse(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                      std::span<const uint32_t> races, const TreeStepPointer& later, size_t end);
  static void Overtake(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                       std::span<const uint32_t> races, const TreeStepPointer& later);
  static void Branch(TreeNode& node, const TreeSteps& steps);
  static void Settle(TreeNode* node);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TreeNode root_;
  bool begun_ = false;
  bool closed_ = false;
  uint32_t out_ = 0;  // Tasks given out.
};

// The scheduler of one worker on a tree.
class ReductionScheduler : public Scheduler {
 public:
  explicit ReductionScheduler(ReductionTree& tree) : tree_(tree) {}
  ~ReductionScheduler() override;

  bool Begin() override;
  std::optional<ProcessId> Next(const Moment& moment) override;
  void End(const Execution& execution) override;

 private:
  bool Asleep(ProcessId process) const;
  void WakeAfter(const Event& event);

  ReductionTree& tree_;
  std::optional<ReductionTree::Task> task_;
  ReductionTree::Outcome outcome_;
  TreeSteps sleep_;
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_REDUCTION_TREE_H_
