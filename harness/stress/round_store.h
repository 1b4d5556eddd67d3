// The files of a cell's history: the live round's segments, and rounds that are kept.
//
// Purpose: what is recorded survives the coordinator, and can be judged again.
//
//     <cell>/plan.json
//     <cell>/control                             while the cell runs, or if it was killed
//     <cell>/live/even/round.json, p<N>.segment  the same: the round that runs, and in live/odd
//                                                the one before, which is being judged; in turns
//     <cell>/round-<N>/round.json, p<N>.segment   kept: the segments cut to what they hold
//
// Thread and process safety: the coordinator writes, anyone reads. Errors: Result.
#ifndef TEARPROOF_HARNESS_STRESS_ROUND_STORE_H_
#define TEARPROOF_HARNESS_STRESS_ROUND_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/history/history.h"
#include "harness/stress/plan.h"

namespace tearproof::stress {

// What round.json holds: all of a history but its operations.
struct RoundInfo {
  HistoryHeader header;  // Without keys: those follow from the plan.
  std::vector<ProcessInfo> processes;
  std::vector<Stall> stalls;
  Survey survey;
};

Result<void> WriteRoundInfo(const RoundInfo& info, const std::string& round_directory);
Result<RoundInfo> ReadRoundInfo(const std::string& round_directory);

// The history of a round: its info and its segments. A segment of another round is left out (its
// process did nothing in this one).
Result<History> LoadRound(const std::string& round_directory, const std::vector<std::string>& keys);

// Where the operations of a round go while it runs and is judged.
std::string LiveDirectory(const std::string& cell_directory, uint64_t round);
std::string SegmentPath(const std::string& cell_directory, uint64_t round, uint32_t process);
Result<void> MakeLive(const std::string& cell_directory);

// Copies a live round to `<cell>/round-<N>`, as a whole or not at all.
Result<void> KeepRound(const std::string& cell_directory, uint64_t round);
// Removes what only a running cell needs, `live` and `control`. REQUIRES: its workers are gone.
Result<void> RemoveLive(const std::string& cell_directory);
// Directories of the rounds that a cell has kept, and last the live ones (which have a round.json).
std::vector<std::string> ListRounds(const std::string& cell_directory);

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_ROUND_STORE_H_
