// `tearproof replay`: one interleaving again.
#include <fmt/format.h>

#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/crash_cell.h"
#include "harness/cli/explored_cache.h"
#include "harness/cli/output.h"
#include "harness/cli/stress_options.h"
#include "harness/cli/terminal.h"
#include "harness/core/text.h"
#include "harness/explore/replay.h"
#include "reports/crash_words.h"
#include "reports/exploration_words.h"

namespace tearproof::cli {
namespace {

constexpr int kExitStillBroken = 1;
constexpr int kExitInconclusive = 2;

struct ReplayArguments {
  std::string schedule;
  std::string backend;
  std::string directory;
  std::string config;
  std::string keep;
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

// Only what a power cut puts to the test was judged.
Result<int> ReplayPowerCut(const ReplayArguments& arguments, const Session& session,
                           const PlannedCell& cell, const CrashSchedule& schedule,
                           const Catalogue& catalogue, const std::set<Promise>& counting) {
  CrashSettings settings;
  TEARPROOF_ASSIGN_OR_RETURN(settings.parent_directory, ResolveDirectory(arguments.directory));
  CrashCellRequest request;
  request.cell = &cell;
  request.settings = &settings;
  request.keep = arguments.keep;
  request.program_name = session.ProgramName();
  request.checkers = catalogue.checkers();
  TEARPROOF_ASSIGN_OR_RETURN(const ShownCrash shown, ReplayCrash(request, schedule));
  CellRecord record;
  record.crashed.emplace().lanes = ExploredCache(cell, settings.parent_directory).Lanes();
  PrintText(reports::TellStory(record, shown.story, reports::Style{UseColor()}, 2));
  bool broken = false;
  for (const Verdict& verdict : shown.verdicts) {
    if (verdict.judgement != Judgement::kBroken || !counting.contains(verdict.promise)) continue;
    broken = true;
    Print("\nBROKEN: {}\n  {}\n  kind    {}: `tearproof explain {}` tells more\n",
          PromiseName(verdict.promise), verdict.sentence, verdict.anomaly, verdict.anomaly);
  }
  if (broken) return kExitStillBroken;
  Print("\nheld: nothing that {} promises was broken in this state\n", cell.backend.display);
  return 0;
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
  const ExploredCache cache(cell, parent, explore::FaultsOf(schedule));
  TEARPROOF_RETURN_IF_ERROR(cache.Check(schedule, session.ProgramName()));
  std::set<Promise> counting = cell.backend.description.promises;
  for (const PromiseInfo& info : AllPromises()) {
    if (arguments.strict) counting.insert(info.promise);
  }
  TEARPROOF_ASSIGN_OR_RETURN(const std::optional<CrashSchedule> crash, CrashOf(schedule));
  if (!crash && !arguments.keep.empty()) {
    return UsageError("--keep keeps the disk of a power cut, and the schedule has none");
  }
  if (crash) return ReplayPowerCut(arguments, session, cell, *crash, *catalogue, counting);
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
  return kExitStillBroken;
}

}  // namespace

Verb ReplayVerb(const Session& session) {
  auto arguments = std::make_shared<ReplayArguments>();
  Verb verb;
  verb.name = "replay";
  verb.description = "Show one interleaving or power cut again, by the line that was printed.";
  verb.options = {
      {"schedule", "", "TP1:...", &arguments->schedule, {}, "", true},
      {"--backend", "NAME", "on this cache instead of the one that it names", &arguments->backend},
      {"--strict", "", "count every promise, made or not", &arguments->strict},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &arguments->directory},
      {"--keep", "DIR", "of a power cut: leave the state of the disk there", &arguments->keep},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one",
       &arguments->config}};
  verb.run = [arguments, &session] { return Replay(*arguments, session); };
  return verb;
}

}  // namespace tearproof::cli
