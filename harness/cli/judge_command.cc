// `tearproof judge RUN`: recorded histories again, with today's checkers.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "harness/check/judge.h"
#include "harness/check/overlaps.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/terminal.h"
#include "harness/core/text.h"
#include "harness/stress/plan.h"
#include "harness/stress/round_store.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;

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

Result<void> JudgeRun(const std::string& named, Session& session) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunDirectory run, FindRunDirectory(named));
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
  RenderOptions options;
  options.color = UseColor();
  options.columns = TerminalColumns();
  std::fputs(catalogue->reporter("console").Render(record, options).c_str(), stdout);
  session.exit_code = record.ExitCode();
  return {};
}

}  // namespace

void AddJudgeCommand(CLI::App& app, Session& session) {
  auto run = std::make_shared<std::string>("latest");
  CLI::App* command =
      app.add_subcommand("judge", "Judge the recorded histories of a run with today's checkers.");
  command->add_option("run", *run, "a run's id or directory, or one of its cells; the latest");
  command->callback([run, &session] {
    const Result<void> result = JudgeRun(*run, session);
    if (!result.ok()) session.FailWith(result.error());
  });
}

}  // namespace tearproof::cli
