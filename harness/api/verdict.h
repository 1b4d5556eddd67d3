// What a checker says of one promise.
//
// Purpose: the judge's answer with its evidence and with what was covered; never a bare yes.
// Thread safety: plain data.
#ifndef TEARPROOF_HARNESS_API_VERDICT_H_
#define TEARPROOF_HARNESS_API_VERDICT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/api/promise.h"
#include "harness/history/op.h"

namespace tearproof {

// In the order in which merging prefers them.
enum class Judgement : uint8_t { kNotExercised, kHeld, kInconclusive, kBroken };
std::string_view JudgementName(Judgement judgement);  // "not exercised"

// An operation that an evidence rests on, with the key's name, so that a report needs no history.
struct EvidenceOp {
  Op op;
  std::string key;   // As given to the cache: escape before printing.
  std::string part;  // What it has to do with the matter: "wrote the value", "missed".
  bool deciding = false;
};

struct Verdict {
  Promise promise = Promise::kIntact;
  Judgement judgement = Judgement::kNotExercised;
  std::string anomaly;   // Of a broken one: its name in anomaly.h, "torn-read".
  std::string sentence;  // Of a broken one: the first evidence in plain words. Captured text in
                         // it is already escaped for a terminal.
  std::vector<EvidenceOp> evidence;  // The smallest set of operations that shows it, by invocation.
  uint64_t round = 0;                // Where the first evidence lies.
  uint64_t violations = 0;           // How many were seen.
  uint64_t exercised = 0;            // What was covered, in `unit`s.
  std::string unit;                  // "hits that overlapped a set of their key"
  std::string reason;                // Of an inconclusive or not exercised one: why.
  // Of a broken `fresh`: which weaker contracts held all the same, the strongest first.
  //   "monotonic reads": no get of a process returned a value whose write wholly precedes the write
  //     of a value that an earlier get of that process on that key had returned.
  //   "read-your-writes": no read of a process returned a value whose write wholly precedes a set
  //     of its own that had been done before, nor missed after it without a removal to explain it.
  //   "intact": no hit returned bytes that no single set wrote.
  std::vector<std::string> still_held;
  // Of a broken one, where operations have times: others that ran while those of the evidence did,
  // those nearest to the deciding ones, by invocation; and how many there were.
  std::vector<EvidenceOp> neighbours;
  uint64_t neighbour_count = 0;
};

// The two verdicts on one promise as one: not exercised gives way, then the worse wins; counts add
// up; the earlier evidence stays. REQUIRES: same promise.
Verdict Merge(Verdict first, const Verdict& second);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_VERDICT_H_
