#include "harness/cli/run_in_progress.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "harness/api/run_record_json.h"
#include "harness/cli/machine.h"
#include "harness/core/clock.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {

ReportFiles ReportArguments::Files() const {
  ReportFiles files;
  if (!html.empty()) files["html"] = html;
  if (!json.empty()) files["json"] = json;
  if (!junit.empty()) files["junit"] = junit;
  if (!markdown.empty()) files["markdown"] = markdown;
  for (const std::string& each : exports) {
    const size_t equals = each.find('=');
    files[each.substr(0, equals)] = equals == std::string::npos ? "-" : each.substr(equals + 1);
  }
  return files;
}

std::vector<Option> ReportArguments::Options() {
  return {
      {"--html", "FILE", "write a page to look at, in one file (- is stdout)", &html},
      {"--json", "FILE", "write the run's record (- is stdout)", &json},
      {"--junit", "FILE", "write a JUnit report", &junit},
      {"--markdown", "FILE", "write a Markdown report", &markdown},
      {"--export", "FORMAT[=FILE]", "for other programs: csv, googlebench or chrome-trace",
       &exports},
      {"--quiet", "", "only what is broken, and the verdict", &quiet},
      {"--bisect", "", "for `git bisect run`: exit code 125 where nothing was decided", &bisect}};
}

Result<void> RunInProgress::Begin(const RunFrame& frame, std::vector<PendingCell> planned) {
  begin_ = MonotonicNanos();
  record_.version = TEARPROOF_VERSION;
  record_.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  record_.seed = frame.seed;
  record_.strict = frame.strict;
  record_.expect = frame.expect;
  record_.machine = DescribeMachine(frame.parent_directory);
  NoteDirectory(frame.parent_directory);
  std::vector<std::string> quoted;
  for (const std::string& word : session_.arguments) quoted.push_back(ShellQuote(word));
  record_.command_line = Join(quoted, " ");
  if (const size_t removed = RemoveAbandoned(frame.parent_directory); removed > 0) {
    record_.notes.push_back(fmt::format("removed from {} what {} left that {} killed",
                                        frame.parent_directory, Counted(removed, "runs"),
                                        removed == 1 ? "was" : "were"));
  }
  // Said from the start, so that a run that is killed says it, too.
  planned_ = planned.size();
  record_.not_run = std::move(planned);
  Result<RunDirectory> run = CreateRunDirectory();
  if (run.ok()) {
    run_ = std::move(run).value();
    path_ = run_.path;
    record_.id = run_.id;
    record_.directory = run_.relative;
    return {};
  }
  record_.notes.push_back("the run could not be recorded here: " + run.error().Message());
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory temporary,
                             OwnedDirectory::Create(frame.parent_directory));
  scratch_.emplace(std::move(temporary));
  scratch_->Claim();
  path_ = scratch_->path();
  return {};
}

void RunInProgress::NoteDirectory(const std::string& directory) {
  std::string warning = OneClientWarning(directory, FileSystemName(directory));
  if (warning.empty() || std::ranges::find(record_.notes, warning) != record_.notes.end()) return;
  Note(std::move(warning));
}

std::string RunInProgress::CellName() const { return fmt::format("cells/{:03}", cells_begun_); }

std::string RunInProgress::Position() const {
  return fmt::format("{}/{}", planned_ - record_.not_run.size() + 1, planned_);
}

void RunInProgress::Add(CellRecord cell) {
  record_.not_run.erase(record_.not_run.begin());
  AddBeside(std::move(cell));
}

void RunInProgress::AddBeside(CellRecord cell) {
  ++cells_begun_;
  record_.cells.push_back(std::move(cell));
  Save();
}

void RunInProgress::NoteUnasked(const std::vector<NamedBackend>& backends) {
  if (!record_.not_run.empty()) return;
  std::set<Promise> unasked;
  for (const NamedBackend& backend : backends) {
    unasked.insert(backend.description.promises.begin(), backend.description.promises.end());
  }
  for (const CellRecord& cell : record_.cells) {
    for (const PromiseResult& result : cell.promises) unasked.erase(result.verdict.promise);
  }
  std::vector<std::string> parts;
  for (const Promise promise : unasked) {
    const auto& all = catalogue_.scenarios();
    const auto would = std::find_if(all.begin(), all.end(), [&](const KnownScenario& known) {
      return catalogue_.Exercisable(known.scenario, true).contains(promise);
    });
    parts.emplace_back(PromiseName(promise));
    if (would != all.end()) parts.back() += fmt::format(" (try {})", would->scenario.id);
  }
  if (parts.empty()) return;
  record_.notes.push_back("promised, but not asked for by what ran: " + Join(parts, ", "));
}

void RunInProgress::Save() {
  if (record_.directory.empty()) return;
  record_.elapsed = MonotonicNanos() - begin_;
  const Result<void> written = WriteRecord();
  if (written.ok() || save_failed_) return;
  save_failed_ = true;
  record_.notes.push_back("the record could not be written: " + written.error().Message());
}

Result<void> RunInProgress::WriteRecord() const {
  TEARPROOF_ASSIGN_OR_RETURN(const std::string json, ToJson(record_));
  return ReplaceFile(path_ + "/run.json", json);
}

int RunInProgress::Finish(const ReportArguments& reports, bool interrupted) {
  record_.interrupted = interrupted;
  record_.elapsed = MonotonicNanos() - begin_;
  Save();
  return DeliverAndConclude(record_, catalogue_, reports.Files(), reports.quiet);
}

}  // namespace tearproof::cli
