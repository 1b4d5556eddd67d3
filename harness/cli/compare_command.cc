// `tearproof compare BASE PATCH`: what a patch fixed and what it broke.
#include <fmt/format.h>

#include <map>

#include "harness/api/comparison.h"
#include "harness/cli/bench_run.h"
#include "harness/cli/commands.h"
#include "harness/cli/compare_speeds.h"
#include "harness/cli/load_run.h"
#include "harness/cli/output.h"
#include "harness/cli/terminal.h"
#include "harness/core/json.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr size_t kChangeColumns = 14;
constexpr size_t kScenarioColumns = 26;
constexpr size_t kPromiseColumns = 17;

std::string Of(const ComparedVerdict& verdict) {
  return verdict.engine == "stress" ? verdict.scenario
                                    : fmt::format("{} ({})", verdict.scenario, verdict.engine);
}

void PrintRun(std::string_view side, const RunRecord& record) {
  const std::string id = record.id.empty() ? "not recorded" : record.id;
  PrintText(Block(PadRight(side, 7), EscapeForTerminal(id + "  " + record.command_line, 1'000),
                  TerminalColumns()));
  for (const MatrixRow& row : BuildMatrix(record)) {
    if (row.loaded.empty()) continue;
    PrintText(Block("       ", EscapeForTerminal(row.loaded.Describe(), 2'000), TerminalColumns()));
  }
}

void PrintChanges(const Comparison& comparison) {
  std::string backend;
  for (const ComparedVerdict& verdict : comparison.verdicts) {
    if (verdict.change == Change::kUnchanged) continue;
    if (verdict.backend != backend) Print("\n{}\n", EscapeForTerminal(verdict.backend, 70));
    backend = verdict.backend;
    const std::string change = std::string(ChangeName(verdict.change));
    Print("  {}{}{}{} → {}{}\n", PadRight(change, kChangeColumns),
          PadRight(EscapeForTerminal(Of(verdict), kScenarioColumns - 2), kScenarioColumns),
          PadRight(PromiseName(verdict.promise), kPromiseColumns), JudgementName(verdict.base),
          JudgementName(verdict.patch), verdict.counts ? "" : " *");
  }
}

// A line a scenario: "get-set  intact, no-error held; present broken".
void PrintUnchanged(const Comparison& comparison) {
  std::map<std::pair<std::string, std::string>, std::map<Judgement, std::vector<std::string>>> rows;
  for (const ComparedVerdict& verdict : comparison.verdicts) {
    if (verdict.change != Change::kUnchanged) continue;
    rows[{verdict.backend, Of(verdict)}][verdict.patch].emplace_back(PromiseName(verdict.promise));
  }
  std::string backend;
  for (const auto& [name, verdicts] : rows) {
    if (name.first != backend) Print("\n{}, unchanged\n", EscapeForTerminal(name.first, 60));
    backend = name.first;
    std::vector<std::string> parts;
    for (const auto& [judgement, promises] : verdicts) {
      parts.push_back(fmt::format("{} {}", Join(promises, ", "), JudgementName(judgement)));
    }
    PrintText(Entry("  " + EscapeForTerminal(name.second, kScenarioColumns), kScenarioColumns + 2,
                    Join(parts, "; "), TerminalColumns()));
  }
}

void PrintOnly(std::string_view side, const std::vector<std::string>& cells) {
  if (cells.empty()) return;
  PrintText(Block(fmt::format("\nOnly {}: ", side), EscapeForTerminal(Join(cells, ", "), 2'000),
                  TerminalColumns()));
}

void PrintComparison(const RunRecord& base, const RunRecord& patch, const Comparison& comparison) {
  PrintRun("BASE", base);
  PrintRun("PATCH", patch);
  PrintChanges(comparison);
  PrintUnchanged(comparison);
  PrintOnly("BASE ran", comparison.only_base);
  PrintOnly("PATCH ran", comparison.only_patch);
  Print("\n{} newly broken, {} fixed, {} undecided, {} unchanged\n",
        comparison.Count(Change::kNewlyBroken), comparison.Count(Change::kFixed),
        comparison.Count(Change::kUndecided), comparison.Count(Change::kUnchanged));
  for (const ComparedVerdict& verdict : comparison.verdicts) {
    if (verdict.counts || verdict.change == Change::kUnchanged) continue;
    Print("* does not count: not promised, or known\n");
    break;
  }
}

// The worse of the two: what is newly broken goes before what is slower.
int ExitCodeOf(const Comparison& comparison, const SpeedFindings& speeds) {
  const int verdicts = comparison.ExitCode();
  return verdicts != 0 ? verdicts : SpeedExitCode(speeds);
}

nlohmann::ordered_json VerdictsAsJson(const Comparison& comparison) {
  nlohmann::ordered_json verdicts = nlohmann::ordered_json::array();
  for (const ComparedVerdict& each : comparison.verdicts) {
    verdicts.push_back({{"backend", each.backend},
                        {"scenario", each.scenario},
                        {"engine", each.engine},
                        {"promise", PromiseName(each.promise)},
                        {"base", JudgementName(each.base)},
                        {"patch", JudgementName(each.patch)},
                        {"counts", each.counts},
                        {"change", ChangeName(each.change)}});
  }
  return verdicts;
}

// To the file, or to stdout.
Result<void> WriteJson(const std::string& file, const nlohmann::ordered_json& json) {
  if (file != "-") return ReplaceFile(file, DumpJson(json));
  PrintText(DumpJson(json));
  return {};
}

Result<int> CompareRuns(const std::string& base_run, const std::string& patch_run,
                        const std::string& json, const SpeedArguments& arguments) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunRecord base, LoadRun(base_run));
  TEARPROOF_ASSIGN_OR_RETURN(const RunRecord patch, LoadRun(patch_run));
  const Comparison comparison = Compare(base, patch);
  TEARPROOF_ASSIGN_OR_RETURN(const SpeedFindings speeds, FindSpeeds(base, patch, arguments));
  const int exit_code = ExitCodeOf(comparison, speeds);
  if (json != "-") {
    PrintComparison(base, patch, comparison);
    PrintSpeeds(speeds);
  }
  if (json.empty()) return exit_code;
  TEARPROOF_RETURN_IF_ERROR(WriteJson(json, {{"schema", 1},
                                             {"base", base.id},
                                             {"patch", patch.id},
                                             {"verdicts", VerdictsAsJson(comparison)},
                                             {"only_base", comparison.only_base},
                                             {"only_patch", comparison.only_patch},
                                             {"speeds", SpeedsAsJson(speeds)},
                                             {"machines_differ", speeds.differ},
                                             {"exit_code", exit_code}}));
  return exit_code;
}

// Two caches, measured in turns now.
Result<int> CompareInTurns(const std::string& base, const std::string& patch,
                           const std::string& json, const SpeedArguments& arguments,
                           const Session& session) {
  BenchArguments measured;
  measured.duration = "200ms";
  TEARPROOF_ASSIGN_OR_RETURN(const auto records, RunInTurns(measured, base, patch, session));
  TEARPROOF_ASSIGN_OR_RETURN(const SpeedFindings speeds,
                             FindSpeeds(records.first, records.second, arguments));
  const int exit_code = SpeedExitCode(speeds);
  if (json != "-") PrintSpeeds(speeds);
  if (json.empty()) return exit_code;
  TEARPROOF_RETURN_IF_ERROR(WriteJson(json, {{"schema", 1},
                                             {"base", base},
                                             {"patch", patch},
                                             {"speeds", SpeedsAsJson(speeds)},
                                             {"exit_code", exit_code}}));
  return exit_code;
}

}  // namespace

Verb CompareVerb(const Session& session) {
  struct Options {
    std::string base;
    std::string patch;
    std::string json;
    SpeedArguments speed;
    bool interleave = false;
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "compare";
  verb.description = "Compare two runs: what a patch fixed, and what it broke.";
  verb.options = {
      {.name = "base",
       .placeholder = "",
       .description = "a run's id or directory, or the file of its --json",
       .value = &options->base,
       .required = true},
      {.name = "patch",
       .placeholder = "",
       .description = "the run with the patch, likewise",
       .value = &options->patch,
       .required = true},
      {"--json", "FILE", "write it for programs (- is stdout)", &options->json},
      {"--fail-on", "PERCENT", "exit with 3 if something is slower by more, like 5%",
       &options->speed.fail_on},
      {"--force", "", "compare speeds between machines that differ, too", &options->speed.force},
      {"--interleave", "",
       "base and patch are caches: measure them now, in turns, so that drift falls on both",
       &options->interleave},
  };
  verb.examples = {{"tearproof compare base.json patch.json", "two runs, as --json left them"}};
  verb.notes = {
      "Exit codes: 0 nothing that counts is newly broken, 1 something is, 2 the patch left open "
      "what was decided before, or the runs have nothing in common, 3 slower (--fail-on)."};
  verb.run = [options, &session] {
    if (options->interleave) {
      return CompareInTurns(options->base, options->patch, options->json, options->speed, session);
    }
    return CompareRuns(options->base, options->patch, options->json, options->speed);
  };
  return verb;
}

}  // namespace tearproof::cli
