// What exploring is to find, and what it is to exhaust: every cell that a backend.toml says must
// break, and the sound caches on the core scenarios, with the time that each took.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "harness/api/registry.h"
#include "harness/bench/explore_benchmark.h"
#include "harness/bench/explored_cell.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::bench {
namespace {

constexpr int64_t kMostToFind = 5 * kNanosPerSecond;
constexpr int64_t kMostToExhaust = 60 * kNanosPerSecond;
// Nothing is drawn by lot, so that a second time differs by the machine's load only.
constexpr int kTimes = 3;

struct Known {
  std::vector<BackendDescription> backends;
  std::vector<Scenario> scenarios;
};

Result<Known> LoadKnown(const std::string& only) {
  Known known;
  for (const RegisteredBackend& each : RegisteredBackends()) {
    if (!only.empty() && each.id != only) continue;
    TEARPROOF_ASSIGN_OR_RETURN(BackendDescription description,
                               ParseBackendDescription(each.description_toml, std::string(each.id),
                                                       std::string(each.description_path)));
    known.backends.push_back(std::move(description));
  }
  if (known.backends.empty()) return UsageError("no cache " + only + " has known races");
  for (const RegisteredScenario& each : RegisteredScenarios()) {
    TEARPROOF_ASSIGN_OR_RETURN(
        Scenario scenario, ParseScenario(each.toml, std::string(each.id), std::string(each.path)));
    known.scenarios.push_back(std::move(scenario));
  }
  return known;
}

struct Timed {
  explore::Exploration found;
  int64_t nanos = 0;  // Processes started and stopped, too.
};

Result<Timed> ExploreTimed(ExploredCell& cell, int64_t most, bool all) {
  explore::ExploreOptions options;
  options.max_nanos = most;
  options.all = all;
  const int64_t begin = MonotonicNanos();
  TEARPROOF_ASSIGN_OR_RETURN(ExploredCell::Run run, cell.Explore(options));
  return Timed{std::move(run.found), MonotonicNanos() - begin};
}

std::string Seconds(int64_t nanos) {
  return fmt::format("{:.2f}", static_cast<double>(nanos) / 1e9);
}

// Of one cache, all that it must break.
class RaceRow {
 public:
  RaceRow(const BackendDescription& backend, const std::string& parent)
      : backend_(backend), parent_(parent) {}

  Result<void> Find(const Scenario& scenario, Promise promise) {
    TEARPROOF_ASSIGN_OR_RETURN(auto cell, ExploredCell::MakeOf(scenario, backend_.id, parent_));
    cell->CountOnly(promise);
    for (int time = 0; time < kTimes; ++time) {
      TEARPROOF_ASSIGN_OR_RETURN(const Timed timed, ExploreTimed(*cell, kMostToFind, false));
      slowest_ = std::max(slowest_, timed.nanos);
      const bool found = !timed.found.broken.empty();
      missed_ = missed_ || !found;
      if (time > 0) continue;
      if (!races_.empty()) races_ += ", ";
      races_ +=
          fmt::format("{}{} {}: {}", found ? "" : "NOT FOUND ", scenario.id, PromiseName(promise),
                      found ? timed.found.broken.front().execution : timed.found.executions);
    }
    return {};
  }
  void Print() const {
    if (races_.empty()) return;
    fmt::print("| {} | {} | {} |\n", backend_.id, races_, Seconds(slowest_));
    std::fflush(stdout);
  }
  bool missed() const { return missed_; }

 private:
  const BackendDescription& backend_;
  const std::string& parent_;
  std::string races_;
  int64_t slowest_ = 0;
  bool missed_ = false;
};

Result<bool> PrintFound(const Known& known, const std::string& parent) {
  fmt::print(
      "| cache | what breaks: after how many executions | slowest of {} times, in seconds |\n"
      "|---|---|---|\n",
      kTimes);
  bool all = true;
  for (const BackendDescription& backend : known.backends) {
    RaceRow row(backend, parent);
    for (const Scenario& scenario : known.scenarios) {
      for (const PromiseInfo& info : AllPromises()) {
        const Expectation expected = backend.Expected("explore", scenario.id, info.promise);
        if (expected != Expectation::kMustBreak) continue;
        TEARPROOF_RETURN_IF_ERROR(row.Find(scenario, info.promise));
      }
    }
    row.Print();
    all = all && !row.missed();
  }
  return all;
}

std::string DescribeExhausted(const Timed& timed, const ExploredCell& cell) {
  const explore::Exploration& found = timed.found;
  if (!found.broken.empty()) return "BROKEN " + found.broken.front().kind;
  std::string words =
      fmt::format("{} in {} s", Counted(found.classes, "classes"), Seconds(timed.nanos));
  if (found.outcome == explore::Outcome::kDifferent) {
    words = "not deterministic, " + words;
  } else if (!found.exhausted() || !found.AddsUp()) {
    words = "NOT EXHAUSTED, " + words;
  }
  const std::string unseen = trace::Describe(cell.unseen());
  return unseen.empty() ? words : words + "; " + unseen;
}

Result<void> PrintExhausted(const Known& known, const std::string& parent) {
  std::vector<const Scenario*> core;
  for (const Scenario& scenario : known.scenarios) {
    if (scenario.HasTag("core")) core.push_back(&scenario);
  }
  std::string head = "\n| cache |";
  std::string rule = "|---|";
  for (const Scenario* scenario : core) {
    head += " " + scenario->id + " |";
    rule += "---|";
  }
  fmt::print("{}\n{}\n", head, rule);
  for (const BackendDescription& backend : known.backends) {
    if (backend.broken || backend.model || backend.id == "naive") continue;
    fmt::print("| {} |", backend.id);
    for (const Scenario* scenario : core) {
      TEARPROOF_ASSIGN_OR_RETURN(auto cell, ExploredCell::MakeOf(*scenario, backend.id, parent));
      const std::string unfit = explore::UnfitToExplore(*scenario, backend.operations);
      std::string words = unfit;
      if (unfit.empty()) {
        TEARPROOF_ASSIGN_OR_RETURN(const Timed timed, ExploreTimed(*cell, kMostToExhaust, true));
        words = DescribeExhausted(timed, *cell);
      }
      fmt::print(" {} |", words);
      std::fflush(stdout);
    }
    fmt::print("\n");
  }
  return {};
}

}  // namespace

Result<void> PrintKnownRaces(const std::string& parent_directory, const std::string& only) {
  TEARPROOF_ASSIGN_OR_RETURN(const Known known, LoadKnown(only));
  TEARPROOF_ASSIGN_OR_RETURN(const bool all, PrintFound(known, parent_directory));
  TEARPROOF_RETURN_IF_ERROR(PrintExhausted(known, parent_directory));
  if (!all) fmt::print("\nNot all was found in {} s.\n", kMostToFind / kNanosPerSecond);
  return {};
}

}  // namespace tearproof::bench
