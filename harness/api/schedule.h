// The printed form of one execution: who did which step, in which order.
//
// Purpose: a line that a person can paste, compare and mail. It names processes and never carries
// a command to execute. Form:
//
//     TP1:<scenario>:<program hash>:<backend>:<choices>[:<calls>]
//
// `choices` are process numbers and other picks, separated by dots; a run of n equal ones is
// written p*n. The program hash tells a schedule that belongs to another version of the scenario.
// `calls` names the system call of each choice ("open.write*2.close"), so that a replay can say
// where the subject has changed; a schedule without them replays as well. A call that was made to
// fail says by what: "write=enospc".
// Thread safety: plain data. Errors: kUsage, for a text of another version or form.
#ifndef TEARPROOF_HARNESS_API_SCHEDULE_H_
#define TEARPROOF_HARNESS_API_SCHEDULE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace tearproof {

struct Schedule {
  std::string scenario;
  uint64_t program_hash = 0;
  std::string backend;  // With options, as named on the command line.
  std::vector<uint32_t> choices;
  // Lower-case letters, digits and '_', perhaps one '=' between. As many as choices, or none.
  std::vector<std::string> calls;

  std::string Print() const;
  static Result<Schedule> Parse(std::string_view text);
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_SCHEDULE_H_
