#include "harness/cli/report_output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "harness/cli/terminal.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool HasVariable(const char* name) {
  const std::string value = Environment(name);
  return !value.empty() && value != "0" && value != "false";
}

// Absolute, by way of the links that exist.
fs::path Resolve(const std::string& file) {
  std::error_code problem;
  const fs::path absolute = fs::absolute(file, problem);
  const fs::path resolved = fs::weakly_canonical(absolute, problem);
  return problem ? absolute : resolved;
}

// As far as can be seen without touching it.
Result<void> CheckReportFile(const std::string& file) {
  std::error_code problem;
  const fs::file_status status = fs::status(file, problem);
  if (fs::is_directory(status)) return UsageError(file + " is a directory", "name a file");
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (access(file.c_str(), W_OK) == 0) return {};
    return UsageError(SystemError(errno, "cannot write " + file).what);
  }
  // A regular file is replaced by one that is made beside it.
  const std::string folder = Resolve(file).parent_path();
  if (!fs::is_directory(folder, problem)) {
    return UsageError("cannot write " + file + ": there is no folder " + folder,
                      "make it, or name another file");
  }
  if (access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return UsageError(SystemError(errno, "cannot write " + file + " into the folder " + folder).what);
}

Result<void> AppendToFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << text;
  file.close();
  if (!file) return SystemError(errno, "cannot append to " + path);
  return {};
}

}  // namespace

Result<void> CheckReportFiles(const ReportFiles& files) {
  std::set<fs::path> places;
  for (const auto& [format, file] : files) {
    const std::vector<std::string> formats = Catalogue::ReportFormats();
    if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
      return UnknownNameError("format", format, formats);
    }
    if (file.empty()) return UsageError("--export " + format + "= names no file");
    if (!places.insert(file == "-" ? fs::path(file) : Resolve(file)).second) {
      return UsageError("two reports cannot both go to " + EscapeForTerminal(file),
                        "name a file for each");
    }
    if (file != "-") TEARPROOF_RETURN_IF_ERROR(CheckReportFile(file));
  }
  return {};
}

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
  if (HasVariable("GITHUB_ACTIONS")) {
    std::fputs(catalogue.reporter("github").Render(record, {}).c_str(), console);
    const std::string summary = Environment("GITHUB_STEP_SUMMARY");
    if (!summary.empty()) {
      const Result<void> appended =
          AppendToFile(summary, catalogue.reporter("markdown").Render(record, {}));
      if (!appended.ok()) {
        std::fprintf(stderr, "tearproof: warning: %s\n", appended.error().Message().c_str());
      }
    }
  }
  return first_problem;
}

int DeliverAndConclude(const RunRecord& record, const Catalogue& catalogue,
                       const ReportFiles& files, bool quiet) {
  const int exit_code = record.ExitCode();
  const Result<void> delivered = DeliverReports(record, catalogue, files, quiet);
  if (delivered.ok()) return exit_code;
  std::fprintf(stderr, "tearproof: %s\n", delivered.error().Message().c_str());
  return exit_code == 0 ? delivered.error().ExitCode() : exit_code;
}

}  // namespace tearproof::cli
