// `tearproof export RUN`: a recorded history as Jepsen-style JSON lines.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "harness/cli/commands.h"
#include "harness/cli/run_directory.h"
#include "harness/core/text.h"
#include "harness/history/jepsen_export.h"
#include "harness/stress/plan.h"
#include "harness/stress/round_store.h"

namespace tearproof::cli {
namespace {

struct ExportOptions {
  std::string run = "latest";
  uint32_t cell = 1;
  std::string output = "-";
};

Result<void> Export(const ExportOptions& options) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunDirectory run, FindRunDirectory(options.run));
  const std::string cell = fmt::format("{}/cells/{:03}", run.path, options.cell);
  const std::vector<std::string> rounds = stress::ListRounds(cell);
  if (rounds.empty()) {
    return UsageError(fmt::format("the run {} has no recorded cell {}", run.id, options.cell),
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

void AddExportCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      app.add_subcommand("export", "Print a recorded history as Jepsen-style JSON lines.");
  command->add_option("run", options->run, "a run's id or directory; the latest if not named");
  command
      ->add_option("--cell", options->cell, "which scenario on which backend, from 1 as they ran")
      ->capture_default_str();
  command->add_option("--output", options->output, "a file; - is stdout")->capture_default_str();
  command->callback([options, &session] {
    const Result<void> result = Export(*options);
    if (!result.ok()) session.FailWith(result.error());
  });
}

}  // namespace tearproof::cli
