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
// It departs from the paper in one point. There, the events of an added branch are known; here its
// last event has not been seen with that outcome, so its footprint is a guess, unless the subject
// says that it is fixed, and it may be impossible, where a process waits. So nothing is taken to be
// covered on the ground of a guess; a branch that may turn out to be needless covers no other; and
// once it has been executed it is dropped if somebody still sleeps, for then it was covered. Such
// beginnings are counted apart; every execution that is not dropped is the only one of its class.
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
  // Whether it is known that the event has this footprint where it stands in the tree.
  bool certain = true;
};
using TreeStepPointer = std::shared_ptr<const TreeStep>;
using TreeSteps = std::vector<TreeStepPointer>;

struct TreeNode {
  TreeNode* parent = nullptr;
  TreeStepPointer step;     // The event that leads here; null at the root.
  bool executed = false;    // `step` has been seen, and is no guess.
  bool explored = false;    // A whole execution went through here.
  bool given_out = false;   // A worker is, or was, the first to go there.
  bool tentative = false;   // The last of a branch that may turn out to be needless.
  bool covers_all = false;  // Whatever may follow is explored, for nothing slept here.
  bool done = false;        // Nothing is left to do below.
  TreeSteps sleep;          // Of executed nodes.
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
    // The path turned out to be needless, or impossible.
    bool dropped = false;
    bool impossible = false;
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
  void Drop(const std::vector<TreeNode*>& nodes, bool impossible);
  void AddRaces(const std::vector<TreeNode*>& nodes, const Execution& execution);
  void ReverseAll(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
                  std::span<const uint32_t> races, const TreeStepPointer& later, bool tentative,
                  bool attempt);
  void Reverse(const std::vector<TreeNode*>& nodes, const HappensBefore& order,
               std::span<const uint32_t> races, const TreeStepPointer& later, bool tentative);
  void Insert(TreeNode& top, TreeSteps steps, bool tentative, bool late);
  static void Append(TreeNode& node, TreeSteps steps, bool tentative);
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
