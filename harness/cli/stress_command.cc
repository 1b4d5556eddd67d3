// `tearproof stress`: scenarios × backends, judged.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/fresh_file_system.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/machine.h"
#include "harness/cli/output.h"
#include "harness/cli/run_in_progress.h"
#include "harness/cli/scenario_words.h"
#include "harness/cli/stress_cell.h"
#include "harness/cli/stress_options.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

class StressRun {
 public:
  StressRun(const StressArguments& arguments, const Session& session)
      : arguments_(arguments),
        session_(session),
        progress_(arguments.reports.quiet, MonotonicNanos()) {}

  // Returns the exit code.
  Result<int> Run() {
    TEARPROOF_RETURN_IF_ERROR(CheckReportFiles(arguments_.reports.Files()));
    TEARPROOF_ASSIGN_OR_RETURN(catalogue_, Catalogue::Load(arguments_.config));
    if (!arguments_.profile.empty()) {
      TEARPROOF_ASSIGN_OR_RETURN(profile_, catalogue_->FindProfile(arguments_.profile));
    }
    TEARPROOF_ASSIGN_OR_RETURN(settings_, ResolveSettings(arguments_, profile_));
    const std::atomic<bool>& interrupted = CatchInterrupts();
    TEARPROOF_RETURN_IF_ERROR(MakeFileSystem());
    const Result<void> planned = PlanCells(interrupted);
    if (interrupted.load()) return InterruptedBeforeAnythingRan();
    if (!planned.ok()) return planned.error();
    if (arguments_.dry_run) return PrintPlan();
    RunInProgress run(session_, *catalogue_);
    TEARPROOF_RETURN_IF_ERROR(
        run.Begin({settings_.parent_directory, settings_.seed, settings_.strict, settings_.expect},
                  PendingCells(cells_, "stress")));
    for (const PlannedCell& cell : cells_) {
      if (interrupted.load()) break;
      RunOne(cell, run, interrupted);
    }
    progress_.Clear();
    run.NoteUnasked(backends_);
    if (stopped_at_break_) {
      run.Note("a cache was left once one of its promises was broken; --keep-going looks for more");
    }
    return run.Finish(arguments_.reports, interrupted.load());
  }

 private:
  // Before any process is started: none that was would see it.
  Result<void> MakeFileSystem() {
    if (arguments_.file_system.empty()) return {};
    TEARPROOF_RETURN_IF_ERROR(CheckFreshFileSystem(arguments_.file_system));
    if (arguments_.dry_run) return {};
    TEARPROOF_RETURN_IF_ERROR(EnterOwnMounts());
    TEARPROOF_ASSIGN_OR_RETURN(
        fresh_, FreshFileSystem::Make(arguments_.file_system, settings_.parent_directory));
    settings_.parent_directory = fresh_->directory();
    return {};
  }

  Result<void> PlanCells(const std::atomic<bool>& interrupted) {
    std::vector<std::string> names = arguments_.scenarios;
    std::vector<std::string> tags = arguments_.tags;
    if (names.empty() && tags.empty() && profile_ != nullptr) names = profile_->scenarios;
    if (names.empty() && tags.empty()) tags = {"core"};
    TEARPROOF_ASSIGN_OR_RETURN(const std::vector<KnownScenario> scenarios,
                               catalogue_->FindScenarios(names, tags));
    TEARPROOF_RETURN_IF_ERROR(CheckRoles(scenarios));
    std::vector<std::string> wanted = arguments_.backends;
    if (wanted.empty() && profile_ != nullptr) wanted = profile_->backends;
    if (wanted.empty()) wanted = {"all"};
    TEARPROOF_ASSIGN_OR_RETURN(backends_, catalogue_->FindBackends(wanted, &interrupted));
    for (const NamedBackend& backend : backends_) {
      for (const KnownScenario& known : scenarios) {
        if (!HasStressRole(known.scenario)) continue;
        TEARPROOF_ASSIGN_OR_RETURN(
            PlannedCell cell,
            PlanStressCell(known, backend, settings_.overrides, arguments_.scenarios));
        cells_.push_back(std::move(cell));
      }
    }
    return {};
  }

  // What a profile says of roles may be meant for any of its scenarios, whichever are selected.
  Result<void> CheckRoles(std::vector<KnownScenario> scenarios) const {
    if (profile_ != nullptr && arguments_.processes.empty()) {
      std::vector<std::string> tags;
      if (profile_->scenarios.empty()) tags = {"core"};
      TEARPROOF_ASSIGN_OR_RETURN(const std::vector<KnownScenario> more,
                                 catalogue_->FindScenarios(profile_->scenarios, tags));
      scenarios.insert(scenarios.end(), more.begin(), more.end());
    }
    std::vector<const Scenario*> all;
    for (const KnownScenario& known : scenarios) all.push_back(&known.scenario);
    return stress::CheckRoles(settings_.overrides, all);
  }

  int PrintPlan() const {
    uint64_t runs = 0;
    for (const PlannedCell& cell : cells_) {
      const std::string& id = cell.known.scenario.id;
      if (!cell.unfit.empty()) {
        Print("{:<24} {:<26} skipped: {}\n", cell.backend.display, id, cell.unfit);
        continue;
      }
      ++runs;
      Print("{:<24} {:<26} {}\n", cell.backend.display, id, DescribeRoles(cell.known.scenario));
    }
    Print(
        "\n{} of {} would run, each for at most {}: at most {} in all, in a new directory "
        "under {} ({}).\n",
        runs, cells_.size(), FormatDuration(settings_.duration),
        FormatDuration(settings_.duration * static_cast<int64_t>(runs)), settings_.parent_directory,
        FileSystemName(settings_.parent_directory));
    if (arguments_.keep_history) {
      Print("Keeping every history takes up to {} a second.\n", FormatSize(64 << 20));
    }
    return 0;
  }

  void RunOne(const PlannedCell& cell, RunInProgress& run, const std::atomic<bool>& interrupted) {
    CellRecord record = SkippedCell(cell.unfit);
    if (cell.unfit.empty()) {
      const StressCellPlace place = {run.CellPath(), run.CellName(),
                                     kHistoryBudget - std::min(kHistoryBudget, history_bytes_),
                                     arguments_.keep_history};
      const std::string what =
          fmt::format("{} {} on {}", run.Position(), cell.known.scenario.id, cell.backend.display);
      stress::CellOutcome outcome = RunStressCell(
          cell, settings_, place, run.record().machine, catalogue_->checkers(),
          [&](const stress::Progress& progress) {
            progress_.Show(what, ProgressWords(progress), MonotonicNanos());
          },
          interrupted);
      record = std::move(outcome.record);
      history_bytes_ += outcome.history_bytes;
      stopped_at_break_ = stopped_at_break_ || outcome.stopped_at_break;
      for (std::string& note : outcome.notes) run.Note(std::move(note));
    } else {
      record.scope = DescribeScope(cell.known.scenario, run.record().machine);
    }
    NameCell(cell, "stress", &record);
    record.rerun = fmt::format("{} stress {} --backend {}{}", session_.ProgramName(),
                               ShellQuote(cell.named), ShellQuote(cell.backend.display),
                               RerunOptions(arguments_, cell.known.scenario, settings_.seed));
    run.Add(std::move(record));
  }

  const StressArguments& arguments_;
  const Session& session_;
  ProgressLine progress_;
  StressSettings settings_;
  std::unique_ptr<FreshFileSystem> fresh_;
  std::unique_ptr<Catalogue> catalogue_;
  const Profile* profile_ = nullptr;
  std::vector<NamedBackend> backends_;
  std::vector<PlannedCell> cells_;
  uint64_t history_bytes_ = 0;
  bool stopped_at_break_ = false;
};

}  // namespace

Verb StressVerb(const Session& session) {
  auto arguments = std::make_shared<StressArguments>();
  Verb verb;
  verb.name = "stress";
  verb.description = "Race many real processes on caches, and judge every read.";
  verb.options = StressOptions(arguments.get());
  verb.examples = {
      {"tearproof stress", "the core family on every cache that comes with tearproof"},
      {"tearproof stress get-set --backend naive,temp-rename", "two caches, side by side"},
      {"tearproof stress killed-writers --backend flock --kill 20/s --duration 1min",
       "writers die at random"},
      {"tearproof stress --profile ci", "what tearproof.toml says under [profile.ci]"}};
  verb.run = [arguments, &session] { return StressRun(*arguments, session).Run(); };
  return verb;
}

}  // namespace tearproof::cli
