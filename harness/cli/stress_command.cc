// `tearproof stress`: scenarios × backends, judged.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "harness/api/run_record_json.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/machine.h"
#include "harness/cli/output.h"
#include "harness/cli/report_output.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/scenario_words.h"
#include "harness/cli/stress_options.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/json.h"
#include "harness/core/owned_directory.h"
#include "harness/core/text.h"
#include "harness/stress/stress_engine.h"

namespace tearproof::cli {
namespace {

constexpr int kExitInterrupted = 130;
constexpr uint64_t kHistoryBudget = uint64_t{1} << 30;

// A cell before it runs.
struct PlannedCell {
  KnownScenario known;
  NamedBackend backend;
  std::string unfit;  // Why it is skipped; empty if it runs.
};

std::string Now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

class StressRun {
 public:
  StressRun(const StressArguments& arguments, const Session& session)
      : arguments_(arguments), session_(session), progress_(arguments.quiet, MonotonicNanos()) {}

  // Returns the exit code.
  Result<int> Run() {
    TEARPROOF_RETURN_IF_ERROR(CheckReportFiles(FilesToReport()));
    TEARPROOF_ASSIGN_OR_RETURN(catalogue_, Catalogue::Load(arguments_.config));
    if (!arguments_.profile.empty()) {
      TEARPROOF_ASSIGN_OR_RETURN(profile_, catalogue_->FindProfile(arguments_.profile));
    }
    TEARPROOF_ASSIGN_OR_RETURN(settings_, ResolveSettings(arguments_, profile_));
    const std::atomic<bool>& interrupted = CatchInterrupts();
    const Result<void> planned = PlanCells(interrupted);
    if (interrupted.load()) return EndBeforeTheFirstCell();
    if (!planned.ok()) return planned.error();
    if (arguments_.dry_run) return PrintPlan();
    TEARPROOF_RETURN_IF_ERROR(Begin());
    for (size_t i = 0; i < cells_.size() && !interrupted.load(); ++i) RunOne(i, interrupted);
    progress_.Clear();
    record_.interrupted = interrupted.load();
    record_.elapsed = MonotonicNanos() - begin_;
    return Finish();
  }

 private:
  static int EndBeforeTheFirstCell() {
    std::fputs("tearproof: interrupted before anything ran\n", stderr);
    return kExitInterrupted;
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
    TEARPROOF_ASSIGN_OR_RETURN(const std::vector<NamedBackend> backends,
                               catalogue_->FindBackends(wanted, &interrupted));
    for (const NamedBackend& backend : backends) {
      for (const KnownScenario& known : scenarios) {
        if (!std::any_of(known.scenario.roles.begin(), known.scenario.roles.end(),
                         [](const Role& role) { return role.stress.has_value(); })) {
          continue;
        }
        PlannedCell cell{known, backend, ""};
        stress::ApplyOverrides(settings_.overrides, &cell.known.scenario);
        TEARPROOF_RETURN_IF_ERROR(ApplyScenarioOptions(known.scenario, &cell.backend));
        cell.unfit = stress::FitToBackend(backend.description, &cell.known.scenario);
        if (!backend.missing.empty()) cell.unfit = backend.missing;
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

  // A scenario's backend_options count where the backend has such an option and the user named
  // nothing else.
  static Result<void> ApplyScenarioOptions(const Scenario& scenario, NamedBackend* backend) {
    for (const auto& [name, value] : scenario.backend_options) {
      const auto option = backend->options.find(name);
      const bool named = backend->display.find(name + "=") != std::string::npos;
      if (option == backend->options.end() || named) continue;
      if (backend->command.empty()) {
        const auto resolved = ResolveOptions(backend->description, {{name, value}});
        if (!resolved.ok()) {
          return UsageError(scenario.id + ": backend_options: " + resolved.error().Message());
        }
      }
      option->second = value;
    }
    return {};
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

  Result<void> Begin() {
    begin_ = MonotonicNanos();
    record_.version = TEARPROOF_VERSION;
    record_.started = Now();
    record_.seed = settings_.seed;
    record_.strict = settings_.strict;
    record_.expect = settings_.expect;
    record_.machine = DescribeMachine(settings_.parent_directory);
    std::vector<std::string> quoted;
    for (const std::string& word : session_.arguments) quoted.push_back(ShellQuote(word));
    record_.command_line = Join(quoted, " ");
    if (const size_t removed = RemoveAbandoned(settings_.parent_directory); removed > 0) {
      record_.notes.push_back(fmt::format("removed from {} what {} left that {} killed",
                                          settings_.parent_directory, Counted(removed, "runs"),
                                          removed == 1 ? "was" : "were"));
    }
    ListNotRun(0);
    Result<RunDirectory> run = CreateRunDirectory();
    if (run.ok()) {
      run_ = std::move(run).value();
      record_.id = run_.id;
      record_.directory = run_.relative;
      return {};
    }
    record_.notes.push_back("the run could not be recorded here: " + run.error().Message());
    TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory temporary,
                               OwnedDirectory::Create(settings_.parent_directory));
    scratch_.emplace(std::move(temporary));
    scratch_->Claim();
    run_.path = scratch_->path();
    return {};
  }

  stress::CellRequest MakeRequest(size_t index) const {
    const PlannedCell& cell = cells_[index];
    stress::CellRequest request;
    request.scenario = cell.known.scenario;
    request.description = cell.backend.description;
    request.duration = settings_.duration;
    request.goal = settings_.goal;
    request.expect = settings_.expect;
    request.parent_directory = settings_.parent_directory;
    request.cell_directory = fmt::format("{}/cells/{:03}", run_.path, index + 1);
    request.history_budget = kHistoryBudget - std::min(kHistoryBudget, history_bytes_);
    request.keep_all = arguments_.keep_history;
    request.keep_going = settings_.keep_going;
    stress::Plan& plan = request.plan;
    plan.scenario_id = cell.known.scenario.id;
    plan.scenario_toml = cell.known.toml;
    plan.overrides = settings_.overrides;
    plan.backend_id = cell.backend.implementation;
    plan.adapter_command = cell.backend.command;
    plan.backend_options = cell.backend.options;
    plan.promises = cell.backend.description.promises;
    plan.contract =
        stress::MakeContract(cell.known.scenario, cell.backend.description, cell.backend.options);
    plan.ttl = cell.backend.description.ttl;
    plan.seed = settings_.seed;
    plan.verify = settings_.verify;
    plan.affinity = settings_.affinity;
    plan.segment_capacity = stress::SegmentCapacity(cell.known.scenario);
    return request;
  }

  void RunOne(size_t index, const std::atomic<bool>& interrupted) {
    const PlannedCell& cell = cells_[index];
    const Scenario& scenario = cell.known.scenario;
    CellRecord record;
    if (!cell.unfit.empty()) {
      record.state = CellState::kSkipped;
      record.reason = cell.unfit;
    } else {
      const stress::CellRequest request = MakeRequest(index);
      SetCheckContext(
          fmt::format("seed {}, {} on {}", settings_.seed, scenario.id, cell.backend.display));
      stress::CellOutcome outcome = stress::RunCell(
          request, catalogue_->checkers(),
          [&](const stress::Progress& progress) { ShowProgress(index, progress); }, interrupted);
      record = std::move(outcome.record);
      history_bytes_ += outcome.history_bytes;
      stopped_at_break_ = stopped_at_break_ || outcome.stopped_at_break;
      for (std::string& note : outcome.notes) {
        record_.notes.push_back(
            fmt::format("{} on {}: {}", scenario.id, cell.backend.display, note));
      }
      record.history = fmt::format("cells/{:03}", index + 1);
    }
    for (PromiseResult& result : record.promises) {
      result.known_issue = KnownIssue(cell, result.verdict.promise);
    }
    record.backend = cell.backend.display;
    record.backend_title = cell.backend.description.title;
    record.model = cell.backend.description.model;
    record.scenario = scenario.id;
    record.scenario_title = scenario.title;
    record.scope = DescribeScope(scenario, record_.machine);
    record.rerun = fmt::format("{} stress {} --backend {}{}", session_.ProgramName(),
                               ShellQuote(NameOf(index)), ShellQuote(cell.backend.display),
                               RerunOptions(arguments_, scenario, settings_.seed));
    record_.cells.push_back(std::move(record));
    ListNotRun(index + 1);
    Save();
  }

  // Said from the start, so that a run that is killed says it, too.
  void ListNotRun(size_t from) {
    record_.not_run.clear();
    for (size_t i = from; i < cells_.size(); ++i) {
      record_.not_run.push_back({cells_[i].backend.display, cells_[i].known.scenario.id});
    }
  }

  static std::string KnownIssue(const PlannedCell& cell, Promise promise) {
    ProjectBackend own;
    own.known = cell.backend.known;
    return own.KnownIssue("stress", cell.known.scenario.id, promise);
  }

  // What the user would type for the cell's scenario: its id, or the path of the user's file.
  std::string NameOf(size_t index) const {
    const std::string& id = cells_[index].known.scenario.id;
    for (const std::string& named : arguments_.scenarios) {
      if (named.ends_with("/" + id + ".toml") || named == id + ".toml") return named;
    }
    return id;
  }

  void ShowProgress(size_t index, const stress::Progress& progress) {
    std::vector<std::string> broken;
    for (Promise promise : progress.broken) broken.emplace_back(PromiseName(promise));
    // What matters comes first: a narrow terminal cuts the rest.
    const std::string details = fmt::format(
        "{}{}, {} operations, {}{}{}", FormatDuration(progress.elapsed),
        broken.empty() ? "" : ", broken: " + Join(broken, ", "),
        FormatRounded(static_cast<double>(progress.operations)), Counted(progress.rounds, "rounds"),
        progress.kills > 0 ? ", " + Counted(progress.kills, "kills") : "",
        progress.covered > 0 ? fmt::format(", {:.0f} % covered", 100 * progress.covered) : "");
    progress_.Show(fmt::format("{}/{} {} on {}", index + 1, cells_.size(),
                               cells_[index].known.scenario.id, cells_[index].backend.display),
                   details, MonotonicNanos());
  }

  // After every cell: a run that is killed leaves what it had found.
  void Save() {
    if (record_.directory.empty()) return;
    record_.elapsed = MonotonicNanos() - begin_;
    const Result<void> written = WriteRecord();
    if (written.ok() || save_failed_) return;
    save_failed_ = true;
    record_.notes.push_back("the record could not be written: " + written.error().Message());
  }

  Result<void> WriteRecord() const {
    TEARPROOF_ASSIGN_OR_RETURN(const std::string json, ToJson(record_));
    return ReplaceFile(run_.path + "/run.json", json);
  }

  ReportFiles FilesToReport() const {
    ReportFiles files;
    if (!arguments_.json.empty()) files["json"] = arguments_.json;
    if (!arguments_.junit.empty()) files["junit"] = arguments_.junit;
    if (!arguments_.markdown.empty()) files["markdown"] = arguments_.markdown;
    return files;
  }

  // Promises that nothing of this run put to the test, with a scenario that would.
  void NoteUnasked() {
    std::set<Promise> unasked;
    for (const PlannedCell& cell : cells_) {
      unasked.insert(cell.backend.description.promises.begin(),
                     cell.backend.description.promises.end());
    }
    for (const CellRecord& cell : record_.cells) {
      for (const PromiseResult& result : cell.promises) unasked.erase(result.verdict.promise);
    }
    std::vector<std::string> parts;
    for (const Promise promise : unasked) {
      const auto& all = catalogue_->scenarios();
      const auto would = std::find_if(all.begin(), all.end(), [&](const KnownScenario& known) {
        return catalogue_->Exercisable(known.scenario, true).contains(promise);
      });
      parts.emplace_back(PromiseName(promise));
      if (would != all.end()) parts.back() += fmt::format(" (try {})", would->scenario.id);
    }
    if (parts.empty()) return;
    record_.notes.push_back("promised, but not asked for by what ran: " + Join(parts, ", "));
  }

  int Finish() {
    if (record_.not_run.empty()) NoteUnasked();
    if (stopped_at_break_) {
      record_.notes.push_back(
          "a cache was left once one of its promises was broken; --keep-going looks for more");
    }
    Save();
    return DeliverAndConclude(record_, *catalogue_, FilesToReport(), arguments_.quiet);
  }

  const StressArguments& arguments_;
  const Session& session_;
  ProgressLine progress_;
  StressSettings settings_;
  std::unique_ptr<Catalogue> catalogue_;
  const Profile* profile_ = nullptr;
  std::vector<PlannedCell> cells_;
  RunRecord record_;
  RunDirectory run_;
  std::optional<OwnedDirectory> scratch_;
  uint64_t history_bytes_ = 0;
  int64_t begin_ = 0;
  bool save_failed_ = false;
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
