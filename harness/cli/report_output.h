// Where a run's reports go: the terminal, files, and what a CI system reads.
//
// Thread safety: none. Errors: kEnvironment where a file cannot be written; the run's own result
// stands all the same.
#ifndef TEARPROOF_HARNESS_CLI_REPORT_OUTPUT_H_
#define TEARPROOF_HARNESS_CLI_REPORT_OUTPUT_H_

#include <map>
#include <string>

#include "harness/api/run_record.h"
#include "harness/cli/catalogue.h"
#include "harness/core/result.h"

namespace tearproof::cli {

// Format → file ("-" is stdout). Formats without a file are not in it.
using ReportFiles = std::map<std::string, std::string>;

// Before anything runs: whether each file can be written as far as can be seen now, and no two
// reports go to one place. Errors: kUsage.
Result<void> CheckReportFiles(const ReportFiles& files);

// Prints the console report (unless another report goes to stdout), writes the files, and, where
// GITHUB_ACTIONS is set, prints annotations and appends to the step summary. A step summary that
// cannot be written is a warning on stderr.
Result<void> DeliverReports(const RunRecord& record, const Catalogue& catalogue,
                            const ReportFiles& files, bool quiet);

// The same, with what went wrong on stderr. Returns the exit code: the run's, or that of the error
// where a report could not be written and else all would be well.
int DeliverAndConclude(const RunRecord& record, const Catalogue& catalogue,
                       const ReportFiles& files, bool quiet);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_REPORT_OUTPUT_H_
