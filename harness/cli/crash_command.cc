// `tearproof crash`: every state that a power cut can leave of scenarios on caches, judged.
#include <fmt/format.h>

#include <filesystem>

#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/crash_cell.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/option_values.h"
#include "harness/cli/real_crash_cell.h"
#include "harness/cli/run_in_progress.h"
#include "harness/cli/selection_options.h"
#include "harness/cli/stress_options.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

struct CrashArguments {
  std::vector<std::string> scenarios;
  std::vector<std::string> tags;
  std::vector<std::string> backends;
  std::string models = "all";
  std::string real;
  std::string states = "4000";
  std::string interleavings = "1";
  std::string directory;
  std::string config;
  std::string keep;
  ReportArguments reports;
  bool strict = false;
  bool expect = false;
};

std::vector<Option> CrashOptions(CrashArguments* a) {
  std::vector<Option> options = SelectionOptions(&a->scenarios, &a->tags, &a->backends);
  const std::vector<Option> own = {
      {"--model", "NAME", "of the file system, or several with commas; all", &a->models},
      {.name = "--real",
       .placeholder = "",
       .description = "no model, but that file system on a recorded disk; needs root and FUSE",
       .value = &a->real,
       .choices = {"ext4", "xfs", "btrfs"}},
      {"--states", "N", "at most so many different states of each run and model", &a->states},
      {"--interleavings", "N",
       "crash so many interleavings of the processes; 1: one process after the other",
       &a->interleavings},
      {"--keep", "DIR", "leave the first state that breaks a promise there", &a->keep},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &a->directory},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config},
      {"--strict", "", "count every promise, made or not", &a->strict},
      {"--expect", "", "pass exactly when each backend shows what its backend.toml expects",
       &a->expect}};
  options.insert(options.end(), own.begin(), own.end());
  for (Option& option : a->reports.Options()) options.push_back(std::move(option));
  return options;
}

Result<uint64_t> ParseAtLeastOne(const std::string& option, const std::string& text) {
  TEARPROOF_ASSIGN_OR_RETURN(const uint64_t number, ParseNumber<uint64_t>(option, text));
  if (number == 0) return UsageError(option + " takes 1 or more");
  return number;
}

class CrashCommand {
 public:
  CrashCommand(const CrashArguments& arguments, const Session& session)
      : arguments_(arguments),
        session_(session),
        progress_(arguments.reports.quiet, MonotonicNanos()) {}

  // Returns the exit code.
  Result<int> Run() {
    TEARPROOF_RETURN_IF_ERROR(CheckReportFiles(arguments_.reports.Files()));
    TEARPROOF_ASSIGN_OR_RETURN(catalogue_, Catalogue::Load(arguments_.config));
    const std::atomic<bool>& interrupted = CatchInterrupts();
    TEARPROOF_RETURN_IF_ERROR(Resolve(interrupted));
    const Result<void> planned = PlanCells(interrupted);
    if (interrupted.load()) return InterruptedBeforeAnythingRan();
    if (!planned.ok()) return planned.error();
    RunInProgress run(session_, *catalogue_);
    TEARPROOF_RETURN_IF_ERROR(
        run.Begin({settings_.parent_directory, 0, settings_.strict, settings_.expect},
                  PendingCells(cells_, "crash", settings_.models.size())));
    for (const PlannedCell& cell : cells_) {
      if (interrupted.load()) break;
      RunOne(cell, run);
    }
    progress_.Clear();
    return run.Finish(arguments_.reports, interrupted.load());
  }

 private:
  Result<void> Resolve(const std::atomic<bool>& interrupted) {
    TEARPROOF_ASSIGN_OR_RETURN(settings_.models, crash::FindModels(arguments_.models));
    TEARPROOF_ASSIGN_OR_RETURN(settings_.budget.states,
                               ParseAtLeastOne("--states", arguments_.states));
    TEARPROOF_ASSIGN_OR_RETURN(settings_.runs,
                               ParseAtLeastOne("--interleavings", arguments_.interleavings));
    TEARPROOF_ASSIGN_OR_RETURN(settings_.parent_directory, ResolveDirectory(arguments_.directory));
    settings_.budget.stop = &interrupted;
    settings_.strict = arguments_.strict;
    settings_.real = arguments_.real;
    if (!settings_.real.empty()) settings_.models.resize(1);
    settings_.expect = arguments_.expect;
    std::error_code problem;
    if (!arguments_.keep.empty() && std::filesystem::exists(arguments_.keep, problem)) {
      return UsageError("there is something at " + EscapeForTerminal(arguments_.keep) + " already",
                        "--keep takes a directory that is to be made");
    }
    return {};
  }

  Result<void> PlanCells(const std::atomic<bool>& interrupted) {
    TEARPROOF_ASSIGN_OR_RETURN(cells_,
                               PlanExploreCells(*catalogue_, arguments_.scenarios, arguments_.tags,
                                                arguments_.backends, interrupted));
    if (!arguments_.keep.empty() && cells_.size() != 1) {
      return UsageError("--keep takes one scenario and one cache");
    }
    return {};
  }

  void RunOne(const PlannedCell& cell, RunInProgress& run) {
    if (!cell.unfit.empty()) return AddAlike(cell, SkippedCell(cell.unfit), run);
    CrashCellRequest request;
    request.cell = &cell;
    request.settings = &settings_;
    request.keep = arguments_.keep;
    request.program_name = session_.ProgramName();
    request.rerun_options = RerunOptions();
    request.machine = run.record().machine;
    request.checkers = catalogue_->checkers();
    const std::string what =
        fmt::format("{} {} on {}", run.Position(), cell.known.scenario.id, cell.backend.display);
    const auto run_cell = settings_.real.empty() ? &RunCrashCell : &RunRealCrashCell;
    CrashCellOutcome outcome = run_cell(request, [&](const CrashProgress& progress) {
      progress_.Show(what, fmt::format("{}, run {}", progress.model, progress.runs + 1),
                     MonotonicNanos());
    });
    for (std::string& note : outcome.notes) run.Note(std::move(note));
    if (outcome.records.size() == 1 && outcome.records[0].state == CellState::kFailed) {
      return AddAlike(cell, std::move(outcome.records[0]), run);
    }
    for (CellRecord& record : outcome.records) run.Add(std::move(record));
  }

  // What happened to the whole cell happened to each model's.
  void AddAlike(const PlannedCell& cell, CellRecord record, RunInProgress& run) {
    NameCell(cell, "crash", &record);
    for (size_t i = 0; i < settings_.models.size(); ++i) run.Add(record);
  }

  std::string RerunOptions() const {
    const CrashArguments defaults;
    std::string line;
    const auto add = [&line](const char* name, const std::string& value,
                             const std::string& by_default) {
      if (value != by_default) line += fmt::format(" {} {}", name, ShellQuote(value));
    };
    add("--model", arguments_.models, defaults.models);
    add("--real", arguments_.real, "");
    add("--states", arguments_.states, defaults.states);
    add("--interleavings", arguments_.interleavings, defaults.interleavings);
    add("--dir", arguments_.directory, "");
    add("--config", arguments_.config, "");
    if (arguments_.strict) line += " --strict";
    return line;
  }

  const CrashArguments& arguments_;
  const Session& session_;
  ProgressLine progress_;
  CrashSettings settings_;
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<PlannedCell> cells_;
};

}  // namespace

Verb CrashVerb(const Session& session) {
  auto arguments = std::make_shared<CrashArguments>();
  Verb verb;
  verb.name = "crash";
  verb.description = "Judge every state that a power cut can leave on the disk.";
  verb.options = CrashOptions(arguments.get());
  verb.examples = {
      {"tearproof crash set-set --backend naive", "what each file system may leave of it"},
      {"tearproof crash get-set --backend temp-rename --model ext4-ordered,btrfs",
       "and which fsync is missing"},
      {"tearproof crash set-set --backend flock --interleavings 100",
       "crashed along a hundred interleavings"}};
  verb.run = [arguments, &session] { return CrashCommand(*arguments, session).Run(); };
  return verb;
}

}  // namespace tearproof::cli
