// A scenario on a cache, explored and judged by the checkers.
//
// Purpose: joins the explorer (explorer.h) to the cache under trace (traced_cache.h) and to the
// checkers: every whole execution is a history, and the verdicts of all of them merge into one a
// promise. An execution breaks in as many ways as promises that count; the first of them in the
// order of promises is its kind.
// Thread safety: as Explore's. Ownership: borrows the checkers.
#ifndef TEARPROOF_HARNESS_EXPLORE_CACHE_EXPLORATION_H_
#define TEARPROOF_HARNESS_EXPLORE_CACHE_EXPLORATION_H_

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "harness/api/checker.h"
#include "harness/explore/explorer.h"
#include "harness/explore/shrink.h"
#include "harness/explore/traced_cache.h"

namespace tearproof::explore {

// Why the scenario cannot be explored on the backend; empty if it can.
std::string UnfitToExplore(const Scenario& scenario, const std::set<OpKind>& operations);
// What the scenario's explore programs put to the test.
Checker::Ingredients ExploreIngredients(const Scenario& scenario, const Contract& contract);
// "2 writers × 1 set, 1 reader × 1 get"
std::string DescribePrograms(const Scenario& scenario);

class CacheJudge {
 public:
  // Only promises in `counting` break an execution; all that apply are judged.
  CacheJudge(const Scenario& scenario, Contract contract, std::set<Promise> counting,
             std::span<const Checker* const> checkers);

  // The kind for the explorer: the name of a promise.
  Result<std::string> operator()(Subject& subject, const Execution& execution);

  // Of all executions judged so far.
  const std::map<Promise, Verdict>& verdicts() const { return verdicts_; }
  trace::Unseen unseen() const { return unseen_; }
  // Of the execution that was judged last.
  const std::vector<Verdict>& last() const { return last_; }

 private:
  const Contract contract_;
  const std::set<Promise> counting_;
  std::vector<const Checker*> checkers_;
  std::set<Promise> applying_;
  std::mutex mutex_;
  std::map<Promise, Verdict> verdicts_;
  std::vector<Verdict> last_;
  trace::Unseen unseen_ = trace::Unseen::kNothing;
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_CACHE_EXPLORATION_H_
