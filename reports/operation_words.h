// The operations of an evidence in words: letters to call them by, what was asked, what came back.
//
// Purpose: what every drawing of an evidence says of its operations, said once. Text is safe for a
// terminal. Thread safety: pure functions. Ownership: results borrow the evidence.
#ifndef TEARPROOF_REPORTS_OPERATION_WORDS_H_
#define TEARPROOF_REPORTS_OPERATION_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/api/verdict.h"

namespace tearproof::reports {

struct NamedOperation {
  const EvidenceOp* evidence = nullptr;
  char letter = 'A';
  std::string label;  // "get k0 → value of A"

  const Op& op() const { return evidence->op; }
  bool deciding() const { return evidence->deciding; }
};

// The deciding operations and the first of the others, at most `most`, in the order in which they
// began. REQUIRES: most <= 26.
std::vector<NamedOperation> NameOperations(const std::vector<EvidenceOp>& evidence, size_t most);

// One that is not among them, "get k0 → value of A": it is called by no letter.
std::string OperationLabel(const EvidenceOp& evidence, const std::vector<NamedOperation>& named);

// Whether an engine's times are steps rather than nanoseconds.
bool CountsSteps(std::string_view engine);

// From one moment to a later one, else 0. A record from a file may hold any times.
double Elapsed(int64_t from, int64_t to);

// "21.3 µs", "4" steps, "…" where it never returned.
std::string DurationText(const Op& op, bool steps);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_OPERATION_WORDS_H_
