#include "harness/explore/cache_exploration.h"

#include <fmt/format.h>

#include "harness/check/judge.h"
#include "harness/core/text.h"

namespace tearproof::explore {
namespace {

void AddKinds(const std::vector<tearproof::Step>& steps, Checker::Ingredients* ingredients) {
  for (const auto& step : steps) {
    ingredients->kinds.insert(step.kind);
    ingredients->ttl = ingredients->ttl || step.ttl_millis.value_or(kNoTtl) != kNoTtl;
  }
}

}  // namespace

std::string UnfitToExplore(const Scenario& scenario, const std::set<OpKind>& operations) {
  bool any = false;
  for (const Role& role : scenario.roles) {
    if (!role.explore) continue;
    any = true;
    for (const auto& step : role.explore->program) {
      if (step.kind == OpKind::kInit || operations.contains(step.kind)) continue;
      return fmt::format("the cache has no {}", OpKindName(step.kind));
    }
  }
  if (!any) return "the scenario has no explore programs";
  return "";
}

Checker::Ingredients ExploreIngredients(const Scenario& scenario, const Contract& contract) {
  Checker::Ingredients ingredients;
  ingredients.kinds.insert(OpKind::kInit);
  AddKinds(scenario.explore_before, &ingredients);
  for (const Role& role : scenario.roles) {
    if (role.explore) AddKinds(role.explore->program, &ingredients);
  }
  ingredients.counters = scenario.counters;
  ingredients.surveyed = scenario.tidy;
  ingredients.odd_keys = scenario.keys.style == KeyStyle::kOdd;
  ingredients.foreign_files = scenario.foreign_files;
  ingredients.limit = contract.max_entries.has_value();
  return ingredients;
}

std::string DescribePrograms(const Scenario& scenario) {
  std::vector<std::string> roles;
  for (const Role& role : scenario.roles) {
    if (!role.explore) continue;
    std::map<OpKind, uint32_t> kinds;
    for (const auto& step : role.explore->program) ++kinds[step.kind];
    std::vector<std::string> counts;
    for (const auto& [kind, count] : kinds) {
      counts.push_back(fmt::format("{} {}", count, OpKindName(kind)));
    }
    roles.push_back(fmt::format("{} × {}", Counted(role.explore->processes, role.name + "s"),
                                Join(counts, " + ")));
  }
  return Join(roles, ", ");
}

CacheJudge::CacheJudge(const Scenario& scenario, Contract contract, std::set<Promise> counting,
                       std::span<const Checker* const> checkers)
    : contract_(std::move(contract)),
      counting_(std::move(counting)),
      checkers_(checkers.begin(), checkers.end()) {
  const Checker::Ingredients ingredients = ExploreIngredients(scenario, contract_);
  for (const Checker* checker : checkers_) {
    if (checker->Applies(ingredients)) applying_.insert(checker->promise());
  }
}

Result<std::string> CacheJudge::operator()(Subject& subject, const Execution& execution) {
  static_cast<void>(execution);
  auto& cache = static_cast<TracedCache&>(subject);
  TEARPROOF_ASSIGN_OR_RETURN(const History history, cache.TakeHistory());
  std::vector<Verdict> verdicts = check::Judge(history, contract_, applying_, checkers_);
  const std::lock_guard lock(mutex_);
  if (cache.unseen() != trace::Unseen::kNothing) unseen_ = cache.unseen();
  std::string kind;
  for (const Verdict& verdict : verdicts) {
    const bool breaks =
        verdict.judgement == Judgement::kBroken && counting_.contains(verdict.promise);
    if (breaks && kind.empty()) kind = PromiseName(verdict.promise);
    const auto [merged, first] = verdicts_.try_emplace(verdict.promise, verdict);
    if (!first) merged->second = Merge(std::move(merged->second), verdict);
  }
  last_ = std::move(verdicts);
  return kind;
}

}  // namespace tearproof::explore
