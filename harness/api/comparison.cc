#include "harness/api/comparison.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace tearproof {
namespace {

struct Judged {
  Judgement judgement = Judgement::kNotExercised;
  bool counts = false;
};
// One scenario on one cache under one engine; in the order of the run.
struct ComparedCell {
  std::string backend;
  std::string scenario;
  std::string engine;
  std::map<Promise, Judged> verdicts;

  std::string Name() const { return engine + " " + scenario + " on " + backend; }
};

bool DidRun(const CellRecord& cell) {
  return cell.state == CellState::kDone || cell.state == CellState::kInterrupted;
}

std::vector<ComparedCell> CellsOf(const RunRecord& record) {
  std::vector<ComparedCell> cells;
  for (const CellRecord& cell : record.cells) {
    if (!DidRun(cell)) continue;
    auto same = std::find_if(cells.begin(), cells.end(), [&](const ComparedCell& each) {
      return std::tie(each.backend, each.scenario, each.engine) ==
             std::tie(cell.backend, cell.scenario, cell.engine);
    });
    if (same == cells.end()) {
      same = cells.insert(cells.end(), {cell.backend, cell.scenario, cell.engine, {}});
    }
    for (const PromiseResult& result : cell.promises) {
      Judged& judged = same->verdicts[result.verdict.promise];
      judged.judgement = std::max(judged.judgement, result.verdict.judgement);
      judged.counts =
          judged.counts || ((result.promised || record.strict) && result.known_issue.empty());
    }
  }
  return cells;
}

std::string IdOf(const std::string& backend) { return backend.substr(0, backend.find(':')); }

// Takes out the only element of `names` that `is_meant` is true of, if there is exactly one.
template <typename Predicate>
std::string TakeOnly(std::set<std::string>* names, Predicate is_meant) {
  if (std::count_if(names->begin(), names->end(), is_meant) != 1) return "";
  const auto only = std::find_if(names->begin(), names->end(), is_meant);
  std::string name = *only;
  names->erase(only);
  return name;
}

// The name in the base's run of each cache of the patch's run.
std::map<std::string, std::string> MeetBackends(const std::vector<ComparedCell>& base,
                                                const std::vector<ComparedCell>& patch) {
  std::set<std::string> before;
  std::set<std::string> after;
  for (const ComparedCell& cell : base) before.insert(cell.backend);
  for (const ComparedCell& cell : patch) after.insert(cell.backend);
  std::map<std::string, std::string> met;
  const auto meet = [&](auto is_same) {
    const std::set<std::string> unmet = after;
    for (const std::string& name : unmet) {
      const auto rivals = std::count_if(unmet.begin(), unmet.end(),
                                        [&](const auto& each) { return is_same(each, name); });
      if (rivals != 1) continue;
      const std::string found =
          TakeOnly(&before, [&](const std::string& each) { return is_same(each, name); });
      if (found.empty()) continue;
      met[name] = found;
      after.erase(name);
    }
  };
  meet([](const std::string& a, const std::string& b) { return a == b; });
  meet([](const std::string& a, const std::string& b) { return IdOf(a) == IdOf(b); });
  meet([](const std::string&, const std::string&) { return true; });
  return met;
}

bool Decided(Judgement judgement) {
  return judgement == Judgement::kHeld || judgement == Judgement::kBroken;
}

Change ChangeOf(Judgement base, Judgement patch) {
  if (base == patch) return Change::kUnchanged;
  if (!Decided(base) && !Decided(patch)) return Change::kUnchanged;
  if (!Decided(base) || !Decided(patch)) return Change::kUndecided;
  return patch == Judgement::kBroken ? Change::kNewlyBroken : Change::kFixed;
}

void CompareCells(const ComparedCell& base, const ComparedCell& patch, Comparison* comparison) {
  std::map<Promise, Judged> all = patch.verdicts;
  all.insert(base.verdicts.begin(), base.verdicts.end());
  for (const auto& [promise, any] : all) {
    const auto judgement = [promise = promise](const ComparedCell& cell) {
      const auto found = cell.verdicts.find(promise);
      return found == cell.verdicts.end() ? Judgement::kNotExercised : found->second.judgement;
    };
    ComparedVerdict verdict;
    verdict.backend = patch.backend;
    verdict.scenario = patch.scenario;
    verdict.engine = patch.engine;
    verdict.promise = promise;
    verdict.base = judgement(base);
    verdict.patch = judgement(patch);
    verdict.counts = any.counts;
    verdict.change = ChangeOf(verdict.base, verdict.patch);
    comparison->verdicts.push_back(std::move(verdict));
  }
}

}  // namespace

std::string_view ChangeName(Change change) {
  switch (change) {
    case Change::kNewlyBroken:
      return "newly broken";
    case Change::kFixed:
      return "fixed";
    case Change::kUndecided:
      return "undecided";
    case Change::kUnchanged:
      break;
  }
  return "unchanged";
}

uint64_t Comparison::Count(Change change) const {
  return static_cast<uint64_t>(
      std::count_if(verdicts.begin(), verdicts.end(),
                    [&](const ComparedVerdict& each) { return each.change == change; }));
}

int Comparison::ExitCode() const {
  bool open = verdicts.empty();
  for (const ComparedVerdict& verdict : verdicts) {
    if (!verdict.counts) continue;
    if (verdict.change == Change::kNewlyBroken) return 1;
    // What the base left open and the patch holds is good news.
    open = open || (verdict.change == Change::kUndecided && verdict.patch != Judgement::kHeld);
  }
  return open ? 2 : 0;
}

Comparison Compare(const RunRecord& base, const RunRecord& patch) {
  const std::vector<ComparedCell> before = CellsOf(base);
  const std::vector<ComparedCell> after = CellsOf(patch);
  const std::map<std::string, std::string> met = MeetBackends(before, after);
  Comparison comparison;
  std::set<const ComparedCell*> compared;
  for (const ComparedCell& cell : after) {
    const auto name = met.find(cell.backend);
    const auto same = std::find_if(before.begin(), before.end(), [&](const ComparedCell& each) {
      return name != met.end() && each.backend == name->second && each.scenario == cell.scenario &&
             each.engine == cell.engine;
    });
    if (same == before.end()) {
      comparison.only_patch.push_back(cell.Name());
      continue;
    }
    compared.insert(&*same);
    CompareCells(*same, cell, &comparison);
  }
  for (const ComparedCell& cell : before) {
    if (!compared.contains(&cell)) comparison.only_base.push_back(cell.Name());
  }
  std::stable_sort(comparison.verdicts.begin(), comparison.verdicts.end(),
                   [](const auto& a, const auto& b) { return a.change < b.change; });
  return comparison;
}

}  // namespace tearproof
