// The run's verdict in words.
//
// Thread safety: pure functions. Text is escaped as in findings.h.
#ifndef TEARPROOF_REPORTS_VERDICT_WORDS_H_
#define TEARPROOF_REPORTS_VERDICT_WORDS_H_

#include <string>
#include <vector>

#include "harness/api/run_record.h"

namespace tearproof::reports {

struct VerdictWords {
  int exit_code = 0;
  std::string sentence;  // "BROKEN: 3 promises, by naive, django-v0."
  std::string rerun;     // On failure, the line to copy: as captured, not escaped.
};
VerdictWords PutIntoWords(const RunRecord& record, const std::vector<MatrixRow>& rows);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_VERDICT_WORDS_H_
