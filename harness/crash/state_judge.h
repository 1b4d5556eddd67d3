// States of a disk, read and judged, equal ones once.
//
// Purpose: a reading is kept by the state's digest, a verdict by the digest and by what had
// happened: the same bytes are read once, whatever model or moment they come from.
// Thread safety: none. Ownership: borrows reader and checkers.
#ifndef TEARPROOF_HARNESS_CRASH_STATE_JUDGE_H_
#define TEARPROOF_HARNESS_CRASH_STATE_JUDGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/api/checker.h"
#include "harness/crash/crash_run.h"
#include "harness/crash/state_reader.h"

namespace tearproof::crash {

// What is judged after a power cut: a state is read by a fresh process, so nothing else is.
const std::set<Promise>& CrashPromises();

class StateJudge {
 public:
  // Those of `checkers` count that `ingredients` allow and CrashPromises names.
  StateJudge(StateReader& reader, Contract contract, const Checker::Ingredients& ingredients,
             std::span<const Checker* const> checkers);

  // A run to be crashed. REQUIRES: it outlives the judging of its states.
  // Errors: the reader's.
  Result<void> Begin(const CrashRun& run);

  struct Judged {
    const std::vector<Verdict>* verdicts = nullptr;  // Until the next Begin.
    bool fresh = false;                              // Not judged before in this run.
  };
  // The state after the run's first `calls` calls; `make` makes it, where it was not read yet.
  Result<Judged> Judge(const Digest& digest, uint32_t calls, const std::function<Tree()>& make);
  Result<Judged> Judge(const Tree& state, const Digest& digest, uint32_t calls) {
    return Judge(digest, calls, [&] { return state; });
  }
  // What was read there. REQUIRES: it was judged.
  const Reading& ReadingOf(const Digest& digest) const { return readings_.at(digest); }

  uint64_t unread() const { return unread_; }  // States whose reader did not come back.
  const std::set<Promise>& applying() const { return applying_; }
  // Whether an operation returned with that call, so that the moment after it is another one.
  bool ReturnsAt(uint32_t call) const;

 private:
  Result<const Reading*> Read(const Digest& digest, const std::function<Tree()>& make);
  Result<History> Cut(int64_t step, const Reading& reading) const;
  int64_t StepAfter(uint32_t calls) const;
  // How many operations had begun, and ended.
  std::pair<uint64_t, uint64_t> Progress(int64_t step) const;

  StateReader& reader_;
  const Contract contract_;
  std::vector<const Checker*> checkers_;
  std::set<Promise> applying_;
  std::map<Digest, Reading> readings_;
  uint64_t unread_ = 0;
  const CrashRun* run_ = nullptr;
  std::set<std::string> stays_;  // Files that are no litter.
  std::map<std::pair<Digest, std::pair<uint64_t, uint64_t>>, std::vector<Verdict>> verdicts_;
};

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_STATE_JUDGE_H_
