// `tearproof show RUN`: the report of an earlier run, again.
#include <fmt/format.h>

#include "harness/api/run_record_json.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/terminal.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

Result<int> Show(const std::string& named, const std::string& format, const Session& session) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunDirectory run, FindRunDirectory(named));
  if (const std::string why = WhyUnfinished(run); !why.empty()) {
    return UsageError(why, fmt::format("`{} judge {}` judges what it left", session.ProgramName(),
                                       ShellQuote(run.id)));
  }
  const std::string path = run.path + "/run.json";
  TEARPROOF_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  TEARPROOF_ASSIGN_OR_RETURN(const RunRecord record, FromJson(text, path));
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  RenderOptions options;
  options.color = UseColor();
  options.columns = TerminalColumns();
  PrintText(catalogue->reporter(format).Render(record, options));
  return record.ExitCode();
}

}  // namespace

Verb ShowVerb(const Session& session) {
  struct Options {
    std::string run = "latest";
    std::string format = "console";
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "show";
  verb.description = "Show the report of a run again.";
  verb.options = {{"run", "", "a run's id or directory", &options->run},
                  {.name = "--format",
                   .placeholder = "",
                   .description = "how it is written",
                   .value = &options->format,
                   .choices = {"console", "json", "junit", "markdown"}}};
  verb.notes = {
      "Runs lie in .tearproof/runs of the folder in which they were started; the last 20 are kept. "
      "Of a run at most 1 GiB of histories is kept: the rounds in which a promise was first seen "
      "broken, else the last one (stress --keep-history: all, however much that is)."};
  verb.run = [options, &session] { return Show(options->run, options->format, session); };
  return verb;
}

}  // namespace tearproof::cli
