// `tearproof explore`: every interleaving of scenarios' system calls on caches, judged.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/explore_cell.h"
#include "harness/cli/explore_options.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/run_in_progress.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

class ExploreRun {
 public:
  ExploreRun(const ExploreArguments& arguments, const Session& session)
      : arguments_(arguments),
        session_(session),
        progress_(arguments.reports.quiet, MonotonicNanos()) {}

  // Returns the exit code.
  Result<int> Run() {
    TEARPROOF_RETURN_IF_ERROR(CheckReportFiles(arguments_.reports.Files()));
    TEARPROOF_ASSIGN_OR_RETURN(catalogue_, Catalogue::Load(arguments_.config));
    TEARPROOF_ASSIGN_OR_RETURN(settings_, ResolveExploreSettings(arguments_));
    const std::atomic<bool>& interrupted = CatchInterrupts();
    const Result<void> planned = PlanCells(interrupted);
    if (interrupted.load()) return InterruptedBeforeAnythingRan();
    if (!planned.ok()) return planned.error();
    RunInProgress run(session_, *catalogue_);
    TEARPROOF_RETURN_IF_ERROR(
        run.Begin({settings_.parent_directory, 0, settings_.strict, settings_.expect},
                  PendingCells(cells_, "explore")));
    for (const PlannedCell& cell : cells_) {
      if (interrupted.load()) break;
      RunOne(cell, run, interrupted);
    }
    progress_.Clear();
    return run.Finish(arguments_.reports, interrupted.load());
  }

 private:
  Result<void> PlanCells(const std::atomic<bool>& interrupted) {
    std::vector<std::string> names = arguments_.scenarios;
    std::vector<std::string> backends = arguments_.backends;
    TEARPROOF_RETURN_IF_ERROR(NameByLeft(&names, &backends));
    TEARPROOF_RETURN_IF_ERROR(NameByFirst(&names, &backends));
    TEARPROOF_ASSIGN_OR_RETURN(
        cells_, PlanExploreCells(*catalogue_, names, arguments_.tags, backends, interrupted));
    return CheckForOne();
  }

  // What was left says what it is of.
  Result<void> NameByLeft(std::vector<std::string>* names, std::vector<std::string>* backends) {
    if (arguments_.resume.empty()) return {};
    const auto only = [](const std::vector<std::string>& list) {
      return list.size() == 1 ? list.front() : "";
    };
    const std::string scenario = std::filesystem::path(only(*names)).stem();
    const bool path = only(*names).ends_with(".toml");
    TEARPROOF_ASSIGN_OR_RETURN(
        earlier_,
        FindLeftUnexplored(arguments_.resume, path ? scenario : only(*names), only(*backends)));
    if (names->empty()) *names = {earlier_->cell.scenario};
    if (backends->empty()) *backends = {earlier_->cell.backend};
    return {};
  }

  // So does a schedule.
  Result<void> NameByFirst(std::vector<std::string>* names, std::vector<std::string>* backends) {
    if (arguments_.first.empty()) return {};
    TEARPROOF_ASSIGN_OR_RETURN(first_, Schedule::Parse(arguments_.first));
    if (names->empty()) *names = {first_->scenario};
    if (backends->empty()) *backends = {first_->backend};
    return {};
  }

  Result<void> CheckForOne() {
    for (const auto& [option, value] :
         {std::pair("--resume", arguments_.resume), std::pair("--first", arguments_.first),
          std::pair("--keep", arguments_.keep)}) {
      if (!value.empty() && cells_.size() != 1) {
        return UsageError(fmt::format("{} takes one scenario and one cache", option));
      }
    }
    if (cells_.size() != 1) return {};
    const ExploredCache cache(cells_[0], settings_.parent_directory);
    if (first_) TEARPROOF_RETURN_IF_ERROR(cache.Check(*first_, session_.ProgramName()));
    if (earlier_) return CheckResumable(*earlier_, cache.EmptySchedule(), settings_.options);
    return {};
  }

  void RunOne(const PlannedCell& cell, RunInProgress& run, const std::atomic<bool>& interrupted) {
    if (!cell.unfit.empty()) {
      CellRecord record = SkippedCell(cell.unfit);
      NameCell(cell, "explore", &record);
      return run.Add(std::move(record));
    }
    ExploreCellRequest request;
    request.cell = &cell;
    request.settings = &settings_;
    request.first = first_;
    request.earlier = earlier_;
    request.cell_directory = run.CellPath();
    request.cell_name = run.CellName();
    request.run = run.directory();
    request.keep = arguments_.keep;
    request.program_name = session_.ProgramName();
    request.rerun_options = RerunExploreOptions(arguments_);
    request.machine = run.record().machine;
    request.checkers = catalogue_->checkers();
    const std::string what =
        fmt::format("{} {} on {}", run.Position(), cell.known.scenario.id, cell.backend.display);
    ExploreCellOutcome outcome = RunExploreCell(
        request,
        [&](const ExploreProgress& progress) {
          progress_.Show(what, ProgressWords(progress), MonotonicNanos());
        },
        interrupted);
    for (std::string& note : outcome.notes) run.Note(std::move(note));
    run.Add(std::move(outcome.record));
  }

  const ExploreArguments& arguments_;
  const Session& session_;
  ProgressLine progress_;
  ExploreSettings settings_;
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<PlannedCell> cells_;
  std::optional<Schedule> first_;
  std::optional<LeftUnexplored> earlier_;
};

}  // namespace

Verb ExploreVerb(const Session& session) {
  auto arguments = std::make_shared<ExploreArguments>();
  Verb verb;
  verb.name = "explore";
  verb.description = "Run every interleaving of scenarios' system calls, and judge each.";
  verb.options = ExploreOptions(arguments.get());
  verb.examples = {
      {"tearproof explore get-set --backend temp-rename", "held, and in how many interleavings"},
      {"tearproof explore get-set --backend naive", "a counterexample, and the line to replay it"},
      {"tearproof explore all --backend flock,django-v1 --all", "several, side by side"},
      {"tearproof explore get-set --backend mycache --fault all", "each call fails once, too"},
      {"tearproof explore --resume latest", "go on where the budget or Ctrl-C ended it"}};
  verb.run = [arguments, &session] { return ExploreRun(*arguments, session).Run(); };
  return verb;
}

}  // namespace tearproof::cli
