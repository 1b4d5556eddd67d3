// `tearproof judge RUN|FILE`: recorded histories again, with today's checkers, or anybody's
// history.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/check/judge.h"
#include "harness/check/overlaps.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/judge_file.h"
#include "harness/cli/option_values.h"
#include "harness/cli/report_output.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/run_in_progress.h"
#include "harness/core/text.h"
#include "harness/stress/plan.h"
#include "harness/stress/round_store.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;

struct JudgeOptions {
  std::string named = "latest";
  std::string model;
  std::string clock_uncertainty;
  bool allow_misses = false;
  ReportArguments reports;
};

// A run's cells, or the cell itself if it was a cell that was named.
std::vector<std::string> FindCells(const std::string& path) {
  if (fs::exists(path + "/plan.json")) return {path};
  std::vector<std::string> cells;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(path + "/cells", problem)) {
    if (fs::exists(entry.path() / "plan.json")) cells.push_back(entry.path());
  }
  std::sort(cells.begin(), cells.end());
  return cells;
}

Result<CellRecord> JudgeCell(const std::string& cell, const Catalogue& catalogue) {
  TEARPROOF_ASSIGN_OR_RETURN(const stress::Plan plan, stress::ReadPlan(cell + "/plan.json"));
  TEARPROOF_ASSIGN_OR_RETURN(const Scenario scenario, plan.LoadScenario());
  const std::vector<std::string> keys = scenario.KeyNames();
  const Checker::Ingredients ingredients = stress::MakeIngredients(scenario, plan.contract);
  std::vector<const Checker*> checkers;
  std::map<Promise, Verdict> verdicts;
  std::set<Promise> promises;
  for (const Checker* checker : catalogue.checkers()) {
    if (!checker->Applies(ingredients)) continue;
    checkers.push_back(checker);
    promises.insert(checker->promise());
    verdicts[checker->promise()].promise = checker->promise();
  }
  CellRecord record;
  record.backend = plan.backend_id;
  record.scenario = plan.scenario_id;
  record.scenario_title = scenario.title;
  record.seed = plan.seed;
  record.scope = "the recorded rounds only";
  std::set<uint64_t> judged;
  check::OverlapCounter overlaps;
  for (const std::string& round : stress::ListRounds(cell)) {
    TEARPROOF_ASSIGN_OR_RETURN(const History history, stress::LoadRound(round, keys));
    if (!judged.insert(history.header().round).second) continue;  // Live, and kept as well.
    ++record.rounds;
    record.operations += history.ops().size();
    overlaps.Count(history);
    for (Verdict& verdict : check::Judge(history, plan.contract, promises, checkers)) {
      verdict.round = history.header().round;
      verdicts[verdict.promise] = Merge(std::move(verdicts[verdict.promise]), verdict);
    }
  }
  record.overlaps = overlaps.Counts();
  for (auto& [promise, verdict] : verdicts) {
    PromiseResult result;
    result.verdict = std::move(verdict);
    result.promised = plan.promises.contains(promise);
    result.expectation = result.promised ? Expectation::kMustHold : Expectation::kMayBreak;
    record.promises.push_back(std::move(result));
  }
  return record;
}

Result<int> JudgeRun(const JudgeOptions& options, const Session& session) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunDirectory run, FindRunDirectory(options.named));
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  const std::vector<std::string> cells = FindCells(run.path);
  if (cells.empty()) {
    return UsageError("no recorded histories lie in " + run.relative,
                      "name a run, or a folder of its cells/");
  }
  RunRecord record;
  record.version = TEARPROOF_VERSION;
  record.id = run.id;
  record.directory = run.relative;
  record.notes.push_back("judged again from the histories that were kept, not run again");
  for (const std::string& cell : cells) {
    TEARPROOF_ASSIGN_OR_RETURN(CellRecord judged, JudgeCell(cell, *catalogue));
    judged.rerun = fmt::format("{} judge {}", session.ProgramName(), ShellQuote(cell));
    record.seed = judged.seed;
    record.cells.push_back(std::move(judged));
  }
  return DeliverAndConclude(record, *catalogue, options.reports.Files(), options.reports.quiet);
}

Result<FileToJudge> ResolveFile(const JudgeOptions& options) {
  FileToJudge file;
  file.path = options.named;
  file.allow_misses = options.allow_misses;
  for (const HistoryModel model :
       {HistoryModel::kCache, HistoryModel::kRegister, HistoryModel::kCounter}) {
    if (HistoryModelName(model) == options.model) file.model = model;
  }
  if (!options.clock_uncertainty.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(
        file.clock_uncertainty,
        OfOption("--clock-uncertainty", ParseDuration(options.clock_uncertainty)));
  }
  return file;
}

Result<int> JudgeHistoryFile(const JudgeOptions& options, const Session& session) {
  TEARPROOF_ASSIGN_OR_RETURN(const FileToJudge file, ResolveFile(options));
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  TEARPROOF_ASSIGN_OR_RETURN(CellRecord cell, JudgeFile(file, *catalogue));
  cell.rerun =
      fmt::format("{} judge {} --model {}{}{}", session.ProgramName(), ShellQuote(file.path),
                  HistoryModelName(file.model), file.allow_misses ? " --allow-misses" : "",
                  file.clock_uncertainty == 0
                      ? ""
                      : " --clock-uncertainty " + ShellQuote(options.clock_uncertainty));
  RunRecord record;
  record.version = TEARPROOF_VERSION;
  record.elapsed = cell.elapsed;
  record.command_line = cell.rerun;
  record.notes.push_back(
      "Judged as a " + std::string(HistoryModelName(file.model)) +
      (file.allow_misses ? " whose entries may vanish"
                         : " from which nothing vanishes on its own") +
      ". The file must hold every operation on its keys; operations are numbered from 0 within "
      "each process.");
  record.cells.push_back(std::move(cell));
  return DeliverAndConclude(record, *catalogue, options.reports.Files(), options.reports.quiet);
}

Result<int> Judge(const JudgeOptions& options, const Session& session) {
  TEARPROOF_RETURN_IF_ERROR(CheckReportFiles(options.reports.Files()));
  std::error_code problem;
  const fs::file_status status = fs::status(options.named, problem);
  if (fs::exists(status) && !fs::is_directory(status)) return JudgeHistoryFile(options, session);
  if (!options.model.empty() || options.allow_misses || !options.clock_uncertainty.empty()) {
    return UsageError(
        "--model, --allow-misses and --clock-uncertainty are for history files, and " +
            EscapeForTerminal(options.named, 80) + " is none",
        "a run says by itself what its cache is");
  }
  return JudgeRun(options, session);
}

}  // namespace

Verb JudgeVerb(const Session& session) {
  auto options = std::make_shared<JudgeOptions>();
  Verb verb;
  verb.name = "judge";
  verb.description =
      "Judge the recorded histories of a run with today's checkers, or any history file.";
  verb.options = {
      {"run", "",
       "a run's id or directory, or one of its cells, or a history as Jepsen-style JSON lines "
       "(docs/judge.md)",
       &options->named},
      {.name = "--model",
       .placeholder = "",
       .description = "what a history file is of; cache if not said",
       .value = &options->model,
       .choices = {"cache", "register", "counter"}},
      {"--allow-misses", "",
       "of a history file: entries may vanish on their own, so a miss is no fault",
       &options->allow_misses},
      {"--clock-uncertainty", "TIME",
       "of a history file: by how much the clocks of two processes may differ, like 200ns; 0 if "
       "not said",
       &options->clock_uncertainty}};
  std::ranges::move(options->reports.Options(), std::back_inserter(verb.options));
  verb.run = [options, &session] { return Judge(*options, session); };
  return verb;
}

}  // namespace tearproof::cli
