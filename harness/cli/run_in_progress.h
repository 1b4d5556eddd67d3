// A run from its first cell to its reports, whatever engines its cells have.
//
// Purpose: keeps the run record, writes it after every cell (a run that is killed leaves what it
// had found), and delivers the reports. Failing to record never changes a verdict.
// Thread safety: none. Ownership: borrows the session and the catalogue.
#ifndef TEARPROOF_HARNESS_CLI_RUN_IN_PROGRESS_H_
#define TEARPROOF_HARNESS_CLI_RUN_IN_PROGRESS_H_

#include <optional>
#include <string>
#include <vector>

#include "harness/api/run_record.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/report_output.h"
#include "harness/cli/run_directory.h"
#include "harness/core/owned_directory.h"

namespace tearproof::cli {

// The reports that all engines can write; as typed.
struct ReportArguments {
  std::string html;
  std::string json;
  std::string junit;
  std::string markdown;
  std::vector<std::string> exports;  // "csv=FILE"; without a file, stdout.
  bool quiet = false;
  bool bisect = false;  // Counts for whatever ends the program: main.cc sees to it.

  ReportFiles Files() const;
  std::vector<Option> Options();  // Each leaves its value here.
};

struct RunFrame {
  std::string parent_directory;  // Under which the caches lie.
  uint64_t seed = 0;
  bool strict = false;
  bool expect = false;
};

class RunInProgress {
 public:
  RunInProgress(const Session& session, const Catalogue& catalogue)
      : session_(session), catalogue_(catalogue) {}

  // `planned`: all cells, in the order in which they will be added.
  Result<void> Begin(const RunFrame& frame, std::vector<PendingCell> planned);

  const RunRecord& record() const { return record_; }
  // For what can only be said of a cell when others have ended.
  std::vector<CellRecord>& cells() { return record_.cells; }
  // Where the folder of a cell lies that is about to run: absolute, and relative to the run.
  std::string CellPath() const { return path_ + "/" + CellName(); }
  std::string CellName() const;
  // "3/12": of the cell that is about to run.
  std::string Position() const;
  // The run's folder as a person would type it; empty where it is not recorded.
  const std::string& directory() const { return record_.directory; }

  // The next cell has ended.
  void Add(CellRecord cell);
  // A cell that was not planned.
  void AddBeside(CellRecord cell);
  void Note(std::string note) { record_.notes.push_back(std::move(note)); }
  // Caches will lie in that directory, too: notes what a reader must know of it.
  void NoteDirectory(const std::string& directory);
  // Notes what the backends promise and no cell could put to the test.
  void NoteUnasked(const std::vector<NamedBackend>& backends);

  // Writes the record, delivers the reports and returns the exit code.
  int Finish(const ReportArguments& reports, bool interrupted);

 private:
  void Save();
  Result<void> WriteRecord() const;

  const Session& session_;
  const Catalogue& catalogue_;
  RunRecord record_;
  RunDirectory run_;
  std::string path_;
  std::optional<OwnedDirectory> scratch_;
  size_t cells_begun_ = 1;
  size_t planned_ = 0;
  int64_t begin_ = 0;
  bool save_failed_ = false;
};

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_RUN_IN_PROGRESS_H_
