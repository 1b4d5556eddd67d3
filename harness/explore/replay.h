// A schedule once more, and what became of it.
//
// Purpose: `tearproof replay`, and the check for hidden nondeterminism: a schedule is run twice,
// and both runs must have the same events. A schedule that was recorded with the names of its calls
// also tells whether the subject still makes them.
// Thread safety: none. Ownership: the subject lasts for the call.
#ifndef TEARPROOF_HARNESS_EXPLORE_REPLAY_H_
#define TEARPROOF_HARNESS_EXPLORE_REPLAY_H_

#include <string>
#include <vector>

#include "harness/api/schedule.h"
#include "harness/explore/explorer.h"

namespace tearproof::explore {

// What the label of a death begins with: "killed before rename(…)".
inline constexpr std::string_view kKilled = "killed";

// Fills `choices` and `calls` of a schedule. A death is recorded as a call of its process, a fault
// with the call that failed: "write=enospc".
void Record(const std::vector<Event>& events, Schedule& schedule);

// What befalls whom in a schedule. Errors: kUsage, where more than one is struck, or by what is no
// fault. Refusals as on Windows (Fault::kSharing) are no mishaps.
Result<std::optional<Mishap>> MishapOf(const Schedule& schedule);

// All faults of a schedule: what a subject must know to replay it.
FaultSet FaultsOf(const Schedule& schedule);

enum class ReplayOutcome : uint8_t {
  kSame,              // The schedule applies, in both runs.
  kChanged,           // Both runs depart from it, in the same way.
  kNondeterministic,  // The runs differ.
};

struct Replayed {
  ReplayOutcome outcome = ReplayOutcome::kSame;
  // "subject changed at step 7: expected unlink, got rename"; "" if it is the same.
  std::string departure;
  std::string broken;         // As the judge says of the first run, if that is whole.
  std::vector<Event> events;  // Of the first run.
  Ending ending = Ending::kComplete;
};

// Runs a schedule twice. Where it ends before all processes have, whoever went last goes on.
// Errors: the subject's, the judge's; kUsage for a schedule that is none.
Result<Replayed> Replay(Subject& subject, const Judge& judge, const Schedule& schedule,
                        RunnerOptions options);

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_REPLAY_H_
