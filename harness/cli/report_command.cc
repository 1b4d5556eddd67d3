// `tearproof report RUN...`: runs as one page to look at and to send on.
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/load_run.h"
#include "harness/cli/output.h"
#include "harness/cli/report_output.h"
#include "harness/core/json.h"

namespace tearproof::cli {
namespace {

Result<int> WriteReport(std::vector<std::string> named, const std::string& file) {
  if (named.empty()) named.emplace_back("latest");
  TEARPROOF_RETURN_IF_ERROR(CheckReportFiles({{"html", file}}));
  std::vector<RunRecord> runs;
  for (const std::string& each : named) {
    TEARPROOF_ASSIGN_OR_RETURN(RunRecord run, LoadRun(each));
    runs.push_back(std::move(run));
  }
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  const std::string page = catalogue->reporter("html").Render(CombineRuns(std::move(runs)), {});
  if (file == "-") {
    PrintText(page);
    return 0;
  }
  TEARPROOF_RETURN_IF_ERROR(ReplaceFile(file, page));
  Print("{}\n", file);
  return 0;
}

}  // namespace

Verb ReportVerb() {
  struct Options {
    std::vector<std::string> runs;
    std::string output = "report.html";
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "report";
  verb.description =
      "Write one or more runs as one HTML file that opens anywhere and fetches nothing.";
  verb.options = {
      {"run", "", "a run's id or directory, or the file of its --json; the latest if none is named",
       &options->runs},
      {.name = "--output",
       .placeholder = "FILE",
       .description = "where it is written (- is stdout)",
       .value = &options->output,
       .letter = "-o"}};
  verb.examples = {{"tearproof report -o report.html", "the run that has just ended"},
                   {"tearproof report BASE PATCH -o both.html", "two runs on one page"}};
  verb.run = [options] { return WriteReport(options->runs, options->output); };
  return verb;
}

}  // namespace tearproof::cli
