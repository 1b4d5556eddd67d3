// What is explored, what is left, and who may sleep: the state of a reduced exploration.
//
// Purpose: optimal dynamic partial-order reduction (Abdulla, Aronis, Jonsson, Sagonas, "Optimal
// Dynamic Partial Order Reduction", POPL 2014): one whole execution of each class. A node is the
// beginning of an execution, a child one more event. After each execution every race in it asks for
// the other order: the events that do not depend on the race's first event, then the second one,
// are added as a branch, unless a branch that exists, or a process that sleeps, covers them. A
// process sleeps in a branch when an earlier sibling began with its event and nothing since
// conflicts with it. Branches are whole sequences (wakeup trees), so that none is begun that would
// end with everybody asleep.
// It departs from the paper in two points. An added sequence ends in an event whose other outcome
// nobody has seen yet, so its footprint is a guess until it has been executed; and a sequence may
// turn out to be impossible where locks or polling are involved (a process waits). Then the branch
// is explored freely from there, and executions that end asleep are possible; they are counted.
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
  TreeStepPointer step;     // The event that leads here; null at the root.
  bool executed = false;    // `step` has been seen, and is no guess.
  bool given_out = false;   // A worker is on the way to it for the first time.
  bool covers_all = false;  // What follows is left to chance and races, so nothing need be added.
  bool done = false;
  TreeSteps sleep;  // Of executed nodes.
  std::vector<std::unique_ptr<TreeNode>> children;
};

class ReductionTree {
 public:
  ReductionTree() = default;
  ReductionTree(const ReductionTree&) = delete;
  ReductionTree& operator=(const ReductionTree&) = delete;

  // A branch to explore: the first `known` processes lead to its beginning, at whose end those of
  // `sleep` sleep; the rest is the branch.
  struct Task {
    TreeNode* branch = nullptr;
    std::vector<ProcessId> path;
    size_t known = 0;
    TreeSteps sleep;
  };
  // What came of a task.
  struct Outcome {
    // How much of the path was executed before it turned out to be impossible, else all of it; at
    // least what was known.
    size_t followed = 0;
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
  TreeNode* NodeAfter(TreeNode& node, const Event& event, bool on_path);
  std::vector<TreeNode*> Record(const Task& task, const Outcome& outcome);
  void DropImpossible(TreeNode& parent, ProcessId process);
  void AddRaces(const std::vector<TreeNode*>& nodes, const Execution& execution);
  void Reverse(const std::vector<TreeNode*>& nodes, const HappensBefore& order, size_t earlier,
               const TreeStepPointer& later, bool whole);
  static void Insert(TreeNode& node, TreeSteps steps, bool whole);
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
