// `tearproof replay`: one interleaving again.
#include <fmt/format.h>

#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/explored_cache.h"
#include "harness/cli/output.h"
#include "harness/cli/stress_options.h"
#include "harness/cli/terminal.h"
#include "harness/core/text.h"
#include "harness/explore/replay.h"
#include "reports/exploration_words.h"

namespace tearproof::cli {
namespace {

constexpr int kExitBroken = 1;
constexpr int kExitInconclusive = 2;

struct ReplayArguments {
  std::string schedule;
  std::string backend;
  std::string directory;
  std::string config;
  bool strict = false;
};

void PrintSteps(const ExploredCache& cache, const explore::Replayed& replayed) {
  ExplorationRecord explored;
  explored.lanes = cache.Lanes();
  Counterexample example;
  example.steps = StepsOf(replayed.events);
  PrintText(reports::Lanes(explored, example, reports::Style{UseColor()}, 2));
}

void PrintBreak(const explore::CacheJudge& judge, const std::string& kind) {
  Print("\nBROKEN: {}\n", kind);
  for (const Verdict& verdict : judge.last()) {
    if (verdict.judgement != Judgement::kBroken || PromiseName(verdict.promise) != kind) continue;
    Print("  {}\n  kind    {}: `tearproof explain {}` tells more\n", verdict.sentence,
          verdict.anomaly, verdict.anomaly);
  }
}

Result<int> Replay(const ReplayArguments& arguments, const Session& session) {
  TEARPROOF_ASSIGN_OR_RETURN(const Schedule schedule, Schedule::Parse(arguments.schedule));
  TEARPROOF_ASSIGN_OR_RETURN(const auto catalogue, Catalogue::Load(arguments.config));
  TEARPROOF_ASSIGN_OR_RETURN(const auto scenarios,
                             catalogue->FindScenarios({schedule.scenario}, {}));
  TEARPROOF_ASSIGN_OR_RETURN(
      const auto backends,
      catalogue->FindBackends({arguments.backend.empty() ? schedule.backend : arguments.backend}));
  if (scenarios.size() != 1 || backends.size() != 1) {
    return UsageError("the schedule does not name one scenario and one cache");
  }
  TEARPROOF_ASSIGN_OR_RETURN(
      const PlannedCell cell,
      PlanExploreCell(scenarios.front(), backends.front(), {schedule.scenario}));
  if (!cell.unfit.empty()) {
    return UsageError(fmt::format("{} cannot be explored on {}: {}", cell.named,
                                  cell.backend.display, cell.unfit));
  }
  TEARPROOF_ASSIGN_OR_RETURN(const std::string parent, ResolveDirectory(arguments.directory));
  const ExploredCache cache(cell, parent);
  TEARPROOF_RETURN_IF_ERROR(cache.Check(schedule, session.ProgramName()));
  std::set<Promise> counting = cell.backend.description.promises;
  for (const PromiseInfo& info : AllPromises()) {
    if (arguments.strict) counting.insert(info.promise);
  }
  const auto judge = cache.MakeJudge(counting, catalogue->checkers());
  TEARPROOF_ASSIGN_OR_RETURN(const auto subject, cache.Start(-1));
  TEARPROOF_ASSIGN_OR_RETURN(
      const explore::Replayed replayed,
      explore::Replay(*subject,
                      [&](explore::Subject& standing, const explore::Execution& execution) {
                        return (*judge)(standing, execution);
                      },
                      schedule, {}));
  if (replayed.outcome != explore::ReplayOutcome::kSame) {
    Print("{}\n", EscapeForTerminal(replayed.departure));
    return kExitInconclusive;
  }
  PrintSteps(cache, replayed);
  if (replayed.broken.empty()) {
    Print("\nheld: nothing that {} promises was broken in this interleaving\n",
          cell.backend.display);
    return 0;
  }
  PrintBreak(*judge, replayed.broken);
  return kExitBroken;
}

}  // namespace

Verb ReplayVerb(const Session& session) {
  auto arguments = std::make_shared<ReplayArguments>();
  Verb verb;
  verb.name = "replay";
  verb.description = "Show one interleaving again, by the line that explore printed.";
  verb.options = {
      {"schedule", "", "TP1:...", &arguments->schedule, {}, "", true},
      {"--backend", "NAME", "on this cache instead of the one that it names", &arguments->backend},
      {"--strict", "", "count every promise, made or not", &arguments->strict},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &arguments->directory},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one",
       &arguments->config}};
  verb.run = [arguments, &session] { return Replay(*arguments, session); };
  return verb;
}

}  // namespace tearproof::cli
