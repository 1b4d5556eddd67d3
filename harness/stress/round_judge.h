// Judges each round of a cell while the workers run the next one.
//
// Purpose: nobody waits for the judge unless it falls behind; and as one round is judged at a time,
// whose operations lie in its own live directory (round_store.h), neither memory nor disk grow with
// the length of the run. What rounds showed is merged, and those that broke something are kept.
//
// Thread safety: none. What runs beside the caller reads the files of its round, and nothing else
// that changes. Errors: kEnvironment; after one, nothing is judged any more.
#ifndef TEARPROOF_HARNESS_STRESS_ROUND_JUDGE_H_
#define TEARPROOF_HARNESS_STRESS_ROUND_JUDGE_H_

#include <cstdint>
#include <future>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/api/checker.h"
#include "harness/api/run_record.h"
#include "harness/api/verdict.h"
#include "harness/check/overlaps.h"
#include "harness/core/result.h"
#include "harness/history/history.h"

namespace tearproof::stress {

// In how many rounds a key was found by the audit, of those that set it (Django #15825).
using Survival = std::map<std::string, std::pair<uint64_t, uint64_t>>;

class RoundJudge {
 public:
  struct Setup {
    std::string cell_directory;
    std::vector<std::string> keys;
    Contract contract;
    std::vector<const Checker*> checkers;  // Those that apply. They outlive the judge.
    bool count_survival = false;
    uint64_t history_budget = 0;  // Bytes that kept rounds may take.
    bool keep_all = false;        // Keep every round, whatever it takes.
  };

  explicit RoundJudge(Setup setup);
  ~RoundJudge();  // Waits for a round that is being judged.
  RoundJudge(const RoundJudge&) = delete;
  RoundJudge& operator=(const RoundJudge&) = delete;

  // Begins to judge a round that is over. REQUIRES: none is being judged. Until it is collected,
  // its live directory must not change.
  void Begin(uint64_t round);
  // A round was judged, and waits to be collected.
  bool ready() const;
  // Waits for the round that is being judged, if there is one, and takes what it showed.
  Result<void> Collect();
  // Of a cell that broke nothing, keeps the round that was judged last: so that there is something
  // to judge again and to export. Not at any price, as nobody may ever want it.
  void KeepLast();

  // What all collected rounds showed. One verdict for each checker, in order of the promises.
  const std::vector<Verdict>& verdicts() const { return verdicts_; }
  OverlapCounts overlaps() const { return overlaps_.Counts(); }
  const Survival& survival() const { return survival_; }
  uint64_t rounds() const { return last_; }  // The number of the last.
  uint64_t history_bytes() const { return history_bytes_; }
  int64_t waited() const { return waited_; }  // ns that Collect waited.
  int64_t took() const { return took_; }      // ns of processor time that judging took.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Findings {
    Result<void> result;
    std::vector<Verdict> verdicts;
    check::OverlapCounter overlaps;
    Survival survival;
    uint64_t bytes = 0;  // What keeping the round takes.
    int64_t took = 0;    // ns of processor time.
  };

  Findings JudgeRound(uint64_t round) const;
  void CountSurvival(const History& history, Survival* survival) const;
  // Whether the findings hold something that no round has shown yet.
  bool IsNews(const Findings& findings) const;
  void Keep(uint64_t round, uint64_t bytes);

  Setup setup_;
  std::set<Promise> promises_;
  std::future<Findings> under_way_;
  uint64_t round_ = 0;  // Under way.
  Result<void> failed_;

  std::vector<Verdict> verdicts_;
  check::OverlapCounter overlaps_;
  Survival survival_;
  uint64_t last_ = 0;
  uint64_t last_bytes_ = 0;
  bool kept_any_ = false;
  uint64_t history_bytes_ = 0;
  int64_t waited_ = 0;
  int64_t took_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_ROUND_JUDGE_H_
