// `tearproof show RUN`: the report of an earlier run, again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

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

Result<void> Show(const std::string& named, const std::string& format, Session& session) {
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
  session.exit_code = record.ExitCode();
  return {};
}

}  // namespace

void AddShowCommand(CLI::App& app, Session& session) {
  struct Options {
    std::string run = "latest";
    std::string format = "console";
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("show", "Show the report of a run again.");
  command->add_option("run", options->run, "a run's id or directory; the latest if not named");
  command->add_option("--format", options->format, "console, json, junit or markdown")
      ->check(CLI::IsMember({"console", "json", "junit", "markdown"}));
  command->callback([options, &session] {
    const Result<void> result = Show(options->run, options->format, session);
    if (!result.ok()) session.FailWith(result.error());
  });
}

}  // namespace tearproof::cli
