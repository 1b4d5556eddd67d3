// What each backend.toml expects of `explore` is so: every planted bug and known race is found,
// nothing that must hold breaks, and sound caches are exhausted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "harness/api/registry.h"
#include "harness/cli/shipped_catalogue_for_tests.h"
#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

// Where something must break: a known race is found within them on any machine, however slow.
constexpr size_t kExecutions = 120;
// A sound cache is exhausted within them.
constexpr size_t kSoundExecutions = 300;
// Where every execution begins with a full cache.
constexpr size_t kLongExecutions = 16;
// Where nothing need break in what is known to be broken, and where caches are full: enough to see
// that it runs. `./check --full` looks longer.
constexpr size_t kFewExecutions = 3;
constexpr size_t kManyExecutions = 150;
constexpr size_t kFull = 20;  // Steps before the programs begin.

bool LooksLonger() { return getenv("TEARPROOF_FULL") != nullptr; }

std::vector<std::string> Backends() {
  std::vector<std::string> ids;
  for (const RegisteredBackend& backend : RegisteredBackends()) ids.emplace_back(backend.id);
  return ids;
}

// Why a sound cache cannot be exhausted on the core scenarios, if so.
const std::map<std::string, std::string> kNotExhausted = {
    {"lmdb", "it maps its file: memory is not seen"},
    {"sqlite", "its write-ahead log's index is mapped: memory is not seen"},
};

class ExploreExpectationsTest : public testing::TestWithParam<std::string> {};

void CheckPromises(const nlohmann::json& cell) {
  for (const auto& promise : cell.at("promises")) {
    const std::string expected = promise.at("expectation");
    const std::string judgement = promise.at("judgement");
    const std::string what = std::string(promise.at("promise")) + ": " + judgement;
    if (expected == "must-break") {
      EXPECT_EQ(judgement, "broken") << what;
    }
    if (expected == "must-hold") {
      EXPECT_NE(judgement, "broken") << what << ": " << promise.at("sentence");
    }
  }
}

bool MustBreakExplored(const BackendDescription& backend, const std::string& scenario) {
  return std::ranges::any_of(AllPromises(), [&](const PromiseInfo& info) {
    return backend.Expected("explore", scenario, info.promise) == Expectation::kMustBreak;
  });
}

// Which scenarios to explore with how many executions each.
std::map<size_t, std::string> Plan(const BackendDescription& backend, bool sound,
                                   const Catalogue& catalogue) {
  if (kNotExhausted.contains(backend.id)) return {{1, "get-set"}};
  std::map<size_t, std::string> plan;
  for (const KnownScenario& known : catalogue.scenarios()) {
    const bool full = known.scenario.explore_before.size() > kFull;
    size_t executions = kFewExecutions;
    if (LooksLonger()) executions = full ? kLongExecutions : kManyExecutions;
    if (MustBreakExplored(backend, known.scenario.id)) {
      executions = full ? kLongExecutions : kExecutions;
    } else if (sound && !full) {
      executions = kSoundExecutions;
    }
    std::string& names = plan[executions];
    names += (names.empty() ? "" : ",") + known.scenario.id;
  }
  return plan;
}

std::string GetBackend(const nlohmann::json& cell) { return cell.at("backend"); }

void CheckRecord(const nlohmann::json& record, const Catalogue& catalogue, bool sound) {
  for (const auto& cell : record.at("cells")) {
    const std::string scenario = cell.at("scenario");
    SCOPED_TRACE(scenario);
    if (cell.at("state") == "skipped") continue;
    ASSERT_EQ(cell.at("state"), "done") << cell.at("reason");
    CheckPromises(cell);
    const KnownScenario* known = catalogue.FindScenario(scenario);
    ASSERT_NE(known, nullptr);
    if (sound && known->scenario.HasTag("core")) {
      const auto& explored = cell.at("explored");
      EXPECT_NE(explored.at("exhausted").get<bool>(), kNotExhausted.contains(GetBackend(cell)))
          << explored.at("bound");
    }
  }
}

TEST_P(ExploreExpectationsTest, AreMet) {
  const Workspace workspace;
  const auto catalogue = LoadCatalogue();
  const auto& all = catalogue->backends();
  const auto backend = std::ranges::find(all, GetParam(), &BackendDescription::id);
  ASSERT_NE(backend, all.end());
  const bool sound = !backend->broken && !backend->model && backend->id != "naive";
  for (const auto& [executions, scenarios] : Plan(*backend, sound, *catalogue)) {
    const ProgramResult result =
        workspace.Run({"explore", scenarios, "--backend", GetParam(), "--expect", "--budget",
                       std::to_string(executions), "--quiet", "--json", "run.json"});
    ASSERT_THAT(result.exit_code, testing::AnyOf(0, 1, 2, 77)) << result.errors;
    CheckRecord(nlohmann::json::parse(workspace.Read("run.json")), *catalogue, sound);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ExploreExpectationsTest, testing::ValuesIn(Backends()),
                         [](const auto& tested) { return TestName(tested.param); });

TEST(ExploredCanariesTest, EveryPlantedBugMustBreakSomewhere) {
  const auto catalogue = LoadCatalogue();
  for (const BackendDescription& backend : catalogue->backends()) {
    if (!backend.broken) continue;
    bool awaited = false;
    for (const auto& [scenario, engines] : backend.expect) {
      for (const char* engine : {"explore", "explore-fault"}) {
        const auto explore = engines.find(engine);
        if (explore == engines.end()) continue;
        for (const auto& [promise, expectation] : explore->second) {
          awaited = awaited || expectation == Expectation::kMustBreak;
        }
      }
    }
    // The crash engine's canaries are sound for this one.
    if (backend.expect.contains("get-set") && backend.expect.at("get-set").contains("crash")) {
      continue;
    }
    EXPECT_TRUE(awaited) << backend.id;
  }
}

}  // namespace
}  // namespace tearproof::cli
