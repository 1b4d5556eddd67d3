// A process that polls without effect waits until an object that it read changes.
//
// Purpose: a lock file is waited for by trying again; without a rule, the tries of one process
// alone would be infinitely many executions. A process polls when its last events repeat the ones
// before them (label, result and footprint), `repeats` times, change nothing, and its next call is
// the first of them again; it then waits until another process's event conflicts with what the
// last round read.
// What the rule leaves out, and an exploration that used it must say: executions in which the
// process tries more often in vain. A process that counts its tries and gives up is seen to do so
// only when nobody else can go on.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_EXPLORE_POLLING_H_
#define TEARPROOF_HARNESS_EXPLORE_POLLING_H_

#include <string>
#include <vector>

#include "harness/explore/happens_before.h"

namespace tearproof::explore {

class Polling {
 public:
  Polling(uint32_t processes, uint32_t repeats) : processes_(processes), repeats_(repeats) {}

  void Restart();
  // The event at `step` of the execution.
  void Note(const HappensBefore& order, size_t step);
  // Whether `process`, which would do `pending` next, waits for a change. REQUIRES: all `size`
  // events were noted.
  bool Waits(const HappensBefore& order, size_t size, ProcessId process, std::string_view pending);
  // Worth asking Waits: some round has been repeated.
  bool Repeats(ProcessId process) const { return processes_[process].round > 0; }

 private:
  static constexpr size_t kMaxRound = 8;

  struct Process {
    // The events since the last one with an effect.
    std::vector<size_t> steps;
    size_t round = 0;  // How many of them make the repeated round, 0: none is repeated.
  };
  bool RepeatsRound(const HappensBefore& order, const Process& process, size_t round) const;

  std::vector<Process> processes_;
  uint32_t repeats_;
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_POLLING_H_
