#include <algorithm>

#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/core/text.h"

namespace tearproof::cli {

std::string Session::ProgramName() const { return ShellQuote(arguments.at(0)); }

bool Session::Bisects() const {
  return std::find(arguments.begin(), arguments.end(), "--bisect") != arguments.end();
}

Verb Program(const Session& session) {
  auto version = std::make_shared<bool>(false);
  Verb program;
  program.name = "tearproof";
  program.description = "Finds, replays, rules out and measures races in file-backed caches.";
  program.options = {{"--version", "", "which tearproof this is", version.get()}};
  program.verbs = {
      RunCommandVerb(session), StressVerb(session), ExploreVerb(session), CrashVerb(session),
      ReplayVerb(session),     ListVerb(),          ExplainVerb(),        ShowVerb(),
      CompareVerb(session),    ReportVerb(),        JudgeVerb(session),   ExportVerb(),
      BenchVerb(session),      NewAdapterVerb(),    AdapterTestVerb(),    WorkerVerb(),
      AdapterVerb(),           ManualVerb(session)};
  program.examples = {
      {"tearproof list scenarios", "what can be raced"},
      {"tearproof list backends", "which caches come with it"},
      {"tearproof stress get-set --backend naive", "see a torn read"},
      {"tearproof explain torn-read", "what that means, and what helps"},
  };
  program.notes = {
      "Exit codes: 0 held, 1 broken, 2 inconclusive or not exercised, 4 nothing selected, 64 "
      "usage, 70 defect of tearproof, 77 this machine cannot, 130 interrupted."};
  program.run = [version]() -> Result<int> {
    Print("tearproof {}\n", TEARPROOF_VERSION);
    return 0;
  };
  return program;
}

}  // namespace tearproof::cli
