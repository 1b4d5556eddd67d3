// The races that are known, and how many executions each strategy needs to meet them.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "harness/bench/explore_benchmark.h"
#include "harness/bench/explored_cell.h"
#include "harness/core/clock.h"

namespace tearproof::bench {
namespace {

struct Race {
  const char* backend;
  const char* scenario;
};

constexpr Race kRaces[] = {
    {"naive", "get-set"},
    {"django-v0", "get-set"},
    {"django-v0", "cull-get-set"},
    {"django-v0", "incr-incr"},
    {"django-v1", "has-delete"},
    {"django-v1", "add-add"},
    {"django-v1", "expiry-set"},
    {"django-session", "add-add"},
    {"django-session", "expiry-set"},
    {"werkzeug-2013", "add-add"},
    {"werkzeug-2013", "incr-incr"},
    {"werkzeug-2013", "expiry-set"},
    {"broken-add-without-excl", "add-add"},
    {"broken-incr-without-lock", "incr-incr"},
    {"broken-lock-released-early", "get-set"},
    {"broken-lost-when-busy", "set-delete-colliding"},
    {"broken-miss-window", "get-set"},
    {"broken-reader-without-lock", "get-set"},
    {"broken-rename-before-close", "get-set"},
    {"broken-shared-temp-name", "get-set"},
    {"broken-unlink-by-name-after-expiry", "expiry-set"},
};

// For one seed.
constexpr int64_t kMostTime = 10 * kNanosPerSecond;

// How many executions were made until the first that breaks; nothing: none of those that there was
// time for.
struct Needed {
  bool found = false;
  uint64_t executions = 0;
};

Result<Needed> CountUntilBroken(ExploredCell& cell, explore::Strategy strategy, uint64_t seed) {
  explore::ExploreOptions options;
  options.strategy = strategy;
  options.seed = seed;
  options.max_nanos = kMostTime;
  TEARPROOF_ASSIGN_OR_RETURN(const ExploredCell::Run run, cell.Explore(options));
  if (run.found.broken.empty()) return Needed{false, run.found.executions};
  return Needed{true, run.found.broken.front().execution};
}

// "17", or "17 (3-80)" where lots are drawn; "> 4711" where most seeds met nothing.
Result<std::string> DescribeNeeded(ExploredCell& cell, explore::Strategy strategy, uint32_t seeds) {
  std::vector<Needed> all;
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    TEARPROOF_ASSIGN_OR_RETURN(const Needed needed, CountUntilBroken(cell, strategy, seed));
    all.push_back(needed);
  }
  std::sort(all.begin(), all.end(), [](const Needed& a, const Needed& b) {
    return a.found != b.found ? a.found : a.executions < b.executions;
  });
  const auto text = [](const Needed& needed) {
    return fmt::format("{}{}", needed.found ? "" : "> ", needed.executions);
  };
  std::string described = text(all[all.size() / 2]);
  if (seeds > 1) described += fmt::format(" ({} to {})", text(all.front()), text(all.back()));
  return described;
}

}  // namespace

Result<void> PrintRaces(const std::string& parent_directory, uint32_t seeds,
                        const std::string& only) {
  fmt::print("| cache | scenario | dpor | pct | random |\n|---|---|---|---|---|\n");
  bool any = false;
  for (const Race& race : kRaces) {
    if (!only.empty() && race.backend != only) continue;
    any = true;
    TEARPROOF_ASSIGN_OR_RETURN(auto cell,
                               ExploredCell::Make(race.scenario, race.backend, parent_directory));
    fmt::print("| {} | {} |", race.backend, race.scenario);
    for (const auto strategy :
         {explore::Strategy::kReduced, explore::Strategy::kPct, explore::Strategy::kRandom}) {
      const uint32_t runs = strategy == explore::Strategy::kReduced ? 1 : seeds;
      TEARPROOF_ASSIGN_OR_RETURN(const std::string needed, DescribeNeeded(*cell, strategy, runs));
      fmt::print(" {} |", needed);
      std::fflush(stdout);
    }
    fmt::print("\n");
  }
  if (!any) return UsageError("no race of " + only + " is known");
  return {};
}

}  // namespace tearproof::bench
