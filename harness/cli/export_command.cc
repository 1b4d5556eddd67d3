// `tearproof export RUN`: a run for other programs.
#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/load_run.h"
#include "harness/cli/option_values.h"
#include "harness/cli/output.h"
#include "harness/cli/run_directory.h"
#include "harness/core/json.h"
#include "harness/core/text.h"
#include "harness/history/jepsen_export.h"
#include "harness/stress/plan.h"
#include "harness/stress/round_store.h"

namespace tearproof::cli {
namespace {

struct ExportOptions {
  std::string run = "latest";
  std::string cell = "1";
  std::string output = "-";
  std::string format = "jepsen";
};

Result<void> ExportRecord(const ExportOptions& options) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunRecord record, LoadRun(options.run));
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  const std::string text = catalogue->reporter(options.format).Render(record, {});
  if (options.output != "-") return ReplaceFile(options.output, text);
  PrintText(text);
  return {};
}

Result<void> ExportHistory(const ExportOptions& options) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunDirectory run, FindRunDirectory(options.run));
  TEARPROOF_ASSIGN_OR_RETURN(const uint32_t number, ParseNumber<uint32_t>("--cell", options.cell));
  const std::string cell = fmt::format("{}/cells/{:03}", run.path, number);
  const std::vector<std::string> rounds = stress::ListRounds(cell);
  if (rounds.empty()) {
    return UsageError(fmt::format("the run {} has no recorded cell {}", run.id, number),
                      "cells are numbered in the order in which they ran, from 1");
  }
  TEARPROOF_ASSIGN_OR_RETURN(const stress::Plan plan, stress::ReadPlan(cell + "/plan.json"));
  TEARPROOF_ASSIGN_OR_RETURN(const Scenario scenario, plan.LoadScenario());
  // The first that was kept broke something; the live one, which comes last, ran last.
  TEARPROOF_ASSIGN_OR_RETURN(const History history,
                             stress::LoadRound(rounds.front(), scenario.KeyNames()));
  if (options.output == "-") {
    ExportJepsen(history, std::cout);
    return {};
  }
  std::ofstream file(options.output, std::ios::binary);
  ExportJepsen(history, file);
  file.close();
  if (!file) return SystemError(errno, "cannot write " + EscapeForTerminal(options.output));
  return {};
}

}  // namespace

Verb ExportVerb() {
  auto options = std::make_shared<ExportOptions>();
  Verb verb;
  verb.name = "export";
  verb.description = "Print a run for other programs: speeds, evidence, or a recorded history.";
  verb.options = {
      {"run", "", "a run's id or directory", &options->run},
      {"--cell", "N", "of a history: which scenario on which backend, from 1 as they ran",
       &options->cell},
      {.name = "--format",
       .placeholder = "",
       .description =
           "speeds and verdicts (csv), speeds as Google Benchmark has them, evidence for "
           "Perfetto, or a history as Jepsen-style JSON lines",
       .value = &options->format,
       .choices = {"csv", "googlebench", "chrome-trace", "jepsen"}},
      {.name = "--output",
       .placeholder = "FILE",
       .description = "- is stdout",
       .value = &options->output,
       .letter = "-o"}};
  verb.run = [options]() -> Result<int> {
    const bool history = options->format == "jepsen";
    TEARPROOF_RETURN_IF_ERROR(history ? ExportHistory(*options) : ExportRecord(*options));
    return 0;
  };
  return verb;
}

}  // namespace tearproof::cli
