// A history file from elsewhere, judged: what `tearproof judge FILE` reports.
//
// Thread safety: none. Errors: kUsage, naming file and line.
#ifndef TEARPROOF_HARNESS_CLI_JUDGE_FILE_H_
#define TEARPROOF_HARNESS_CLI_JUDGE_FILE_H_

#include <string>

#include "harness/api/run_record.h"
#include "harness/cli/catalogue.h"
#include "harness/history/jepsen_import.h"

namespace tearproof::cli {

struct FileToJudge {
  std::string path;
  HistoryModel model = HistoryModel::kCache;
  bool allow_misses = false;  // Entries may vanish on their own.
  int64_t clock_uncertainty = 0;
};

// "register"
std::string_view HistoryModelName(HistoryModel model);

// One cell: the model is the backend, the file the scenario. All that can be judged of a bare
// history is taken as promised.
Result<CellRecord> JudgeFile(const FileToJudge& file, const Catalogue& catalogue);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_JUDGE_FILE_H_
