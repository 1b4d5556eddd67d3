// `tearproof show RUN`: the report of an earlier run, again.
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/load_run.h"
#include "harness/cli/output.h"
#include "harness/cli/terminal.h"

namespace tearproof::cli {
namespace {

Result<int> Show(const std::string& named, const std::string& format) {
  TEARPROOF_ASSIGN_OR_RETURN(const RunRecord record, LoadRun(named));
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  RenderOptions options;
  options.color = UseColor();
  options.columns = TerminalColumns();
  PrintText(catalogue->reporter(format).Render(record, options));
  return record.ExitCode();
}

}  // namespace

Verb ShowVerb() {
  struct Options {
    std::string run = "latest";
    std::string format = "console";
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "show";
  verb.description = "Show the report of a run again.";
  verb.options = {{"run", "", "a run's id or directory, or the file of its --json", &options->run},
                  {.name = "--format",
                   .placeholder = "",
                   .description = "how it is written",
                   .value = &options->format,
                   .choices = {"console", "html", "json", "junit", "markdown"}}};
  verb.notes = {
      "Runs lie in .tearproof/runs of the folder in which they were started; the last 20 are kept. "
      "Of a run at most 1 GiB of histories is kept: the rounds in which a promise was first seen "
      "broken, else the last one (stress --keep-history: all, however much that is)."};
  verb.run = [options] { return Show(options->run, options->format); };
  return verb;
}

}  // namespace tearproof::cli
