#include "harness/cli/report_output.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "harness/cli/terminal.h"
#include "harness/core/json.h"

namespace tearproof::cli {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<void> AppendToFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << text;
  file.close();
  if (!file) return SystemError(errno, "cannot append to " + path);
  return {};
}

}  // namespace

Result<void> DeliverReports(const RunRecord& record, const Catalogue& catalogue,
                            const ReportFiles& files, bool quiet) {
  RenderOptions options;
  options.color = UseColor();
  options.columns = TerminalColumns();
  options.quiet = quiet;
  bool stdout_is_taken = false;
  for (const auto& [format, file] : files) stdout_is_taken = stdout_is_taken || file == "-";
  std::FILE* console = stdout_is_taken ? stderr : stdout;
  if (stdout_is_taken) options.color = false;
  std::fputs(catalogue.reporter("console").Render(record, options).c_str(), console);
  std::fflush(console);

  Result<void> first_problem;
  const auto note = [&](Result<void> result) {
    if (!result.ok() && first_problem.ok()) first_problem = std::move(result);
  };
  for (const auto& [format, file] : files) {
    const std::string text = catalogue.reporter(format).Render(record, {});
    if (file == "-") {
      std::fputs(text.c_str(), stdout);
    } else {
      note(ReplaceFile(file, text));
    }
  }
  if (Environment("GITHUB_ACTIONS") == "true") {
    std::fputs(catalogue.reporter("github").Render(record, {}).c_str(), console);
    const std::string summary = Environment("GITHUB_STEP_SUMMARY");
    if (!summary.empty()) {
      note(AppendToFile(summary, catalogue.reporter("markdown").Render(record, {})));
    }
  }
  return first_problem;
}

}  // namespace tearproof::cli
