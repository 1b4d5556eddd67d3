// `tearproof run`: explore, then stress, then stress with kills; one verdict.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/cli/as_seen.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/explore_cell.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/option_values.h"
#include "harness/cli/run_in_progress.h"
#include "harness/cli/selection_options.h"
#include "harness/cli/stress_cell.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr double kKillsPerSecond = 20;
constexpr int64_t kShortestCell = kNanosPerSecond / 4;
// So long a break that stress met is looked for by exploring.
constexpr int64_t kHunt = 10 * kNanosPerSecond;

struct RunArguments {
  std::vector<std::string> scenarios;
  std::vector<std::string> tags;
  std::vector<std::string> backends;
  std::string budget = "60s";
  std::string directory;
  std::string seed;
  std::string config;
  ReportArguments reports;
  bool strict = false;
};

enum class Phase : uint8_t { kExplore, kStress, kKill };

std::string EngineOf(Phase phase) {
  return phase == Phase::kExplore ? "explore" : phase == Phase::kStress ? "stress" : "kill";
}

struct PhaseCell {
  Phase phase;
  PlannedCell cell;
};

class WholeRun {
 public:
  WholeRun(const RunArguments& arguments, const Session& session)
      : arguments_(arguments),
        session_(session),
        progress_(arguments.reports.quiet, MonotonicNanos()) {}

  Result<int> Run() {
    TEARPROOF_RETURN_IF_ERROR(CheckReportFiles(arguments_.reports.Files()));
    TEARPROOF_ASSIGN_OR_RETURN(budget_, OfOption("--budget", ParseDuration(arguments_.budget)));
    TEARPROOF_ASSIGN_OR_RETURN(catalogue_, Catalogue::Load(arguments_.config));
    TEARPROOF_RETURN_IF_ERROR(Resolve());
    const std::atomic<bool>& interrupted = CatchInterrupts();
    const Result<void> planned = PlanCells(interrupted);
    if (interrupted.load()) return InterruptedBeforeAnythingRan();
    if (!planned.ok()) return planned.error();
    RunInProgress run(session_, *catalogue_);
    std::vector<PendingCell> pending;
    for (const PhaseCell& each : cells_) {
      pending.push_back(
          {each.cell.backend.display, each.cell.known.scenario.id, EngineOf(each.phase)});
    }
    TEARPROOF_RETURN_IF_ERROR(
        run.Begin({stress_.parent_directory, stress_.seed, stress_.strict, false}, pending));
    deadline_ = MonotonicNanos() + budget_;
    for (size_t i = 0; i < cells_.size() && !interrupted.load(); ++i) {
      RunOne(i, run, interrupted);
    }
    progress_.Clear();
    run.NoteUnasked(backends_);
    return run.Finish(arguments_.reports, interrupted.load());
  }

 private:
  Result<void> Resolve() {
    StressArguments stress;
    stress.directory = arguments_.directory;
    stress.seed = arguments_.seed;
    stress.strict = arguments_.strict;
    TEARPROOF_ASSIGN_OR_RETURN(stress_, ResolveSettings(stress, nullptr));
    ExploreArguments explore;
    explore.directory = arguments_.directory;
    explore.strict = arguments_.strict;
    explore.all = true;  // One schedule of each kind of break.
    TEARPROOF_ASSIGN_OR_RETURN(explore_, ResolveExploreSettings(explore));
    return {};
  }

  Result<void> PlanCells(const std::atomic<bool>& interrupted) {
    std::vector<std::string> tags = arguments_.tags;
    if (arguments_.scenarios.empty() && tags.empty()) tags = {"core"};
    TEARPROOF_ASSIGN_OR_RETURN(const std::vector<KnownScenario> scenarios,
                               catalogue_->FindScenarios(arguments_.scenarios, tags));
    std::vector<std::string> wanted = arguments_.backends;
    if (wanted.empty()) wanted = {"all"};
    TEARPROOF_ASSIGN_OR_RETURN(backends_, catalogue_->FindBackends(wanted, &interrupted));
    for (const Phase phase : {Phase::kExplore, Phase::kStress, Phase::kKill}) {
      for (const NamedBackend& backend : backends_) {
        for (const KnownScenario& known : scenarios) {
          TEARPROOF_RETURN_IF_ERROR(PlanOne(phase, known, backend));
        }
      }
    }
    return {};
  }

  Result<void> PlanOne(Phase phase, const KnownScenario& known, const NamedBackend& backend) {
    if (phase == Phase::kExplore) {
      TEARPROOF_ASSIGN_OR_RETURN(PlannedCell cell,
                                 PlanExploreCell(known, backend, arguments_.scenarios));
      cells_.push_back({phase, std::move(cell)});
      return {};
    }
    if (!HasStressRole(known.scenario)) return {};
    // It kills already.
    if (phase == Phase::kKill && known.scenario.kills_per_second > 0) return {};
    stress::Overrides overrides = stress_.overrides;
    if (phase == Phase::kKill) overrides.kills_per_second = kKillsPerSecond;
    TEARPROOF_ASSIGN_OR_RETURN(PlannedCell cell,
                               PlanStressCell(known, backend, overrides, arguments_.scenarios));
    cells_.push_back({phase, std::move(cell)});
    return {};
  }

  // What is left of the budget is shared out evenly; what a cell leaves over goes to those after.
  int64_t Share(size_t index) const {
    int64_t left = 0;
    for (size_t i = index; i < cells_.size(); ++i) left += cells_[i].cell.unfit.empty() ? 1 : 0;
    const int64_t time = deadline_ - MonotonicNanos();
    return std::max(kShortestCell, time / std::max<int64_t>(left, 1));
  }

  void RunOne(size_t index, RunInProgress& run, const std::atomic<bool>& interrupted) {
    const auto& [phase, cell] = cells_[index];
    if (!cell.unfit.empty()) {
      CellRecord record = SkippedCell(cell.unfit);
      NameCell(cell, EngineOf(phase), &record);
      return run.Add(std::move(record));
    }
    if (phase == Phase::kExplore) {
      return run.Add(ExploreOne(cell, explore_, Share(index), run, interrupted));
    }
    CellRecord record = StressOne(phase, cell, Share(index), run, interrupted);
    const CellRecord seen = record;
    run.Add(std::move(record));
    if (!interrupted.load()) Hunt(cell, seen, run, interrupted);
  }

  std::string What(const RunInProgress& run, const std::string& engine, const PlannedCell& cell) {
    return fmt::format("{} {} {} on {}", run.Position(), engine, cell.known.scenario.id,
                       cell.backend.display);
  }

  CellRecord ExploreOne(const PlannedCell& cell, ExploreSettings settings, int64_t nanos,
                        RunInProgress& run, const std::atomic<bool>& interrupted) {
    settings.options.max_nanos = nanos;
    ExploreCellRequest request;
    request.cell = &cell;
    request.settings = &settings;
    request.cell_directory = run.CellPath();
    request.cell_name = run.CellName();
    request.run = run.directory();
    request.program_name = session_.ProgramName();
    request.rerun_options = CommonOptions();
    request.machine = run.record().machine;
    request.checkers = catalogue_->checkers();
    const std::string what = What(run, "explore", cell);
    ExploreCellOutcome outcome = RunExploreCell(
        request,
        [&](const ExploreProgress& progress) {
          progress_.Show(what, ProgressWords(progress), MonotonicNanos());
        },
        interrupted);
    for (std::string& note : outcome.notes) run.Note(std::move(note));
    return std::move(outcome.record);
  }

  CellRecord StressOne(Phase phase, const PlannedCell& cell, int64_t nanos, RunInProgress& run,
                       const std::atomic<bool>& interrupted) {
    StressSettings settings = stress_;
    settings.duration = nanos;
    if (phase == Phase::kKill) settings.overrides.kills_per_second = kKillsPerSecond;
    const StressCellPlace place = {run.CellPath(), run.CellName(),
                                   kHistoryBudget - std::min(kHistoryBudget, history_bytes_),
                                   false};
    const std::string what = What(run, EngineOf(phase), cell);
    stress::CellOutcome outcome = RunStressCell(
        cell, settings, place, run.record().machine, catalogue_->checkers(),
        [&](const stress::Progress& progress) {
          progress_.Show(what, ProgressWords(progress), MonotonicNanos());
        },
        interrupted);
    history_bytes_ += outcome.history_bytes;
    for (std::string& note : outcome.notes) run.Note(std::move(note));
    NameCell(cell, EngineOf(phase), &outcome.record);
    outcome.record.rerun = fmt::format(
        "{} stress {} --backend {} --seed {}{}{}", session_.ProgramName(), ShellQuote(cell.named),
        ShellQuote(cell.backend.display), stress_.seed,
        phase == Phase::kKill ? fmt::format(" --kill {}/s", kKillsPerSecond) : "", CommonOptions());
    return std::move(outcome.record);
  }

  std::string CommonOptions() const {
    std::string line;
    if (!arguments_.directory.empty()) line += " --dir " + ShellQuote(arguments_.directory);
    if (!arguments_.config.empty()) line += " --config " + ShellQuote(arguments_.config);
    if (arguments_.strict) line += " --strict";
    return line;
  }

  bool Shown(const RunRecord& record, const PlannedCell& cell, Promise promise) const {
    return std::any_of(record.cells.begin(), record.cells.end(), [&](const CellRecord& each) {
      return each.backend == cell.backend.display && each.explored &&
             each.explored->Find(promise) != nullptr;
    });
  }

  // Looks for schedules of what stress saw broken.
  void Hunt(const PlannedCell& cell, const CellRecord& seen, RunInProgress& run,
            const std::atomic<bool>& interrupted) {
    for (const PromiseResult& result : seen.promises) {
      const bool counts = result.promised || arguments_.strict;
      if (result.verdict.judgement != Judgement::kBroken || !counts) continue;
      const Promise promise = result.verdict.promise;
      if (interrupted.load() || Shown(run.record(), cell, promise)) continue;
      const Result<bool> found = HuntOne(cell, result.verdict, run, interrupted);
      if (found.ok() && found.value()) continue;
      run.Note(fmt::format(
          "{} of {}, which {} saw broken in {}, was looked for by exploring and not met{}",
          PromiseName(promise), cell.backend.display, seen.engine, cell.known.scenario.id,
          found.ok() ? "" : ": " + found.error().Message()));
    }
  }

  Result<bool> HuntOne(const PlannedCell& cell, const Verdict& verdict, RunInProgress& run,
                       const std::atomic<bool>& interrupted) {
    const std::optional<std::string> toml = AsSeen(cell.known.scenario, verdict);
    if (!toml || run.directory().empty()) return false;
    std::string id = cell.known.scenario.id;
    std::replace(id.begin(), id.end(), '/', '-');
    id += "-as-seen";
    std::error_code problem;
    std::filesystem::create_directories(run.CellPath(), problem);
    const std::string name = fmt::format("{}/{}.toml", run.CellName(), id);
    TEARPROOF_RETURN_IF_ERROR(ReplaceFile(run.CellPath() + "/" + id + ".toml", *toml));
    const std::string path = run.directory() + "/" + name;
    TEARPROOF_ASSIGN_OR_RETURN(Scenario scenario, ParseScenario(*toml, id, path));
    TEARPROOF_ASSIGN_OR_RETURN(const PlannedCell small,
                               PlanExploreCell({std::move(scenario), *toml}, cell.backend, {path}));
    if (!small.unfit.empty()) return false;
    ExploreSettings settings = explore_;
    settings.options.all = false;
    CellRecord record = ExploreOne(small, settings, kHunt, run, interrupted);
    if (!record.explored || record.explored->Find(verdict.promise) == nullptr) return false;
    run.AddBeside(std::move(record));
    return true;
  }

  const RunArguments& arguments_;
  const Session& session_;
  ProgressLine progress_;
  std::unique_ptr<Catalogue> catalogue_;
  StressSettings stress_;
  ExploreSettings explore_;
  std::vector<NamedBackend> backends_;
  std::vector<PhaseCell> cells_;
  int64_t budget_ = 0;
  int64_t deadline_ = 0;
  uint64_t history_bytes_ = 0;
};

std::vector<Option> RunOptions(RunArguments* a) {
  std::vector<Option> options = SelectionOptions(&a->scenarios, &a->tags, &a->backends);
  const std::vector<Option> own = {
      {"--budget", "TIME", "for all together; what one part leaves over goes to the others",
       &a->budget},
      {"--seed", "N", "the same seed draws the same operations", &a->seed},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &a->directory},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config},
      {"--strict", "", "count every promise, made or not", &a->strict}};
  options.insert(options.end(), own.begin(), own.end());
  for (Option& option : a->reports.Options()) options.push_back(std::move(option));
  return options;
}

}  // namespace

Verb RunCommandVerb(const Session& session) {
  auto arguments = std::make_shared<RunArguments>();
  Verb verb;
  verb.name = "run";
  verb.description = "Is this cache sound? Explores, stresses and kills it, for one verdict.";
  verb.options = RunOptions(arguments.get());
  verb.examples = {
      {"tearproof run --backend flock", "the core family, within a minute"},
      {"tearproof run get-set,set-set --backend mycache --budget 5min", "two scenarios, longer"}};
  verb.notes = {
      "First every interleaving of each scenario's small programs, then many processes at full "
      "speed, then the same with processes killed. What stress sees broken is then looked for by "
      "exploring, for up to 10 s, so that there is a schedule that shows it every time."};
  verb.run = [arguments, &session] { return WholeRun(*arguments, session).Run(); };
  return verb;
}

}  // namespace tearproof::cli
