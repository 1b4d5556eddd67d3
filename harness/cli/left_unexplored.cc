#include "harness/cli/left_unexplored.h"

#include <fmt/format.h>

#include <filesystem>

#include "harness/api/run_record_json.h"
#include "harness/cli/run_directory.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

std::string FileIn(const std::string& directory) { return directory + "/frontier"; }

std::string ProgramLine(const Schedule& program, const explore::ExploreOptions& options) {
  return fmt::format("{} {}, faults {}", program.Print(),
                     options.kill ? "with kills" : "without kills", options.faults);
}

}  // namespace

Result<void> WriteFrontier(const std::string& directory, const Schedule& program,
                           const explore::ExploreOptions& options, const std::string& frontier) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) return SystemError(problem.value(), "cannot create " + directory);
  return ReplaceFile(FileIn(directory), ProgramLine(program, options) + "\n" + frontier);
}

Result<LeftUnexplored> FindLeftUnexplored(const std::string& run, const std::string& scenario,
                                          const std::string& backend) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunDirectory directory, FindRunDirectory(run));
  const std::string path = directory.path + "/run.json";
  TEARPROOF_ASSIGN_OR_RETURN(const std::string json, ReadTextFile(path));
  TEARPROOF_ASSIGN_OR_RETURN(const RunRecord record, FromJson(json, path));
  std::vector<CellRecord> left;
  for (const CellRecord& cell : record.cells) {
    const bool wanted = (scenario.empty() || cell.scenario == scenario) &&
                        (backend.empty() || cell.backend == backend);
    if (wanted && cell.explored && !cell.explored->go_on.empty()) left.push_back(cell);
  }
  if (left.empty()) {
    return UsageError(fmt::format("the run {} left nothing to explore{}", EscapeForTerminal(run),
                                  scenario.empty() ? "" : " of " + EscapeForTerminal(scenario)),
                      "begin a new exploration");
  }
  if (left.size() > 1) {
    return UsageError(
        fmt::format("the run {} left {} explorations", EscapeForTerminal(run), left.size()),
        "name one scenario, and one cache with --backend");
  }
  TEARPROOF_ASSIGN_OR_RETURN(const std::string text,
                             ReadTextFile(FileIn(directory.path + "/" + left[0].history)));
  const size_t end = text.find('\n');
  if (end == std::string::npos) return UsageError("the saved exploration is damaged");
  return LeftUnexplored{left[0], text.substr(0, end), text.substr(end + 1)};
}

Result<void> CheckResumable(const LeftUnexplored& left, const Schedule& program,
                            const explore::ExploreOptions& options) {
  if (options.strategy != explore::Strategy::kReduced) {
    return UsageError("only the strategy dpor can go on with what was left");
  }
  if (left.program == ProgramLine(program, options)) return {};
  return UsageError(
      "what was left is of another version of the scenario, or was explored with other options",
      "paste the line that the run printed, or begin a new exploration");
}

Verdict Reopen(Verdict verdict, const ExplorationRecord& explored) {
  const bool undecided = verdict.judgement == Judgement::kInconclusive &&
                         (verdict.reason == explored.bound || verdict.reason == explored.unseen);
  if (!undecided) return verdict;
  verdict.judgement = Judgement::kHeld;
  verdict.reason.clear();
  return verdict;
}

}  // namespace tearproof::cli
