// The judge of `fresh`: key by key, from what is quick to what is thorough.
//
// Purpose: a key is held if its zones show that a linearisation exists, or if the search found an
// order that the verifier accepts. It is broken if a read cannot be explained by any order
// (ImpossibleRead), or if a minimal contradiction was found, or if the exhausted search found no
// order. All else is inconclusive, with the reason.
//
// Thread safety: none. Ownership: borrows history and contract.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_JUDGE_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_JUDGE_H_

#include "harness/api/checker.h"
#include "harness/check/evidence.h"
#include "harness/check/fresh/contradiction.h"
#include "harness/check/fresh/key_history.h"
#include "harness/check/fresh/meetings.h"
#include "harness/check/fresh/search.h"
#include "harness/check/fresh/zones.h"
#include "harness/check/interval_index.h"

namespace tearproof::check::fresh {

class Judge {
 public:
  Judge(const History& history, const Contract& contract);
  Verdict Run();

 private:
  enum class Finding : uint8_t { kHeld, kBroken, kOutOfBudget, kRejected };
  struct Decision {
    Finding finding = Finding::kHeld;
    std::vector<uint32_t> conflicts;  // Of kBroken.
    std::vector<uint32_t> evidence;   // Of kBroken: a minimal contradiction, if one was found.
  };

  void JudgeKey(uint32_t key);
  void Cover(uint64_t meetings);
  // Of kBroken, it leaves the key loaded.
  Decision Decide(uint32_t key, bool timeless);
  Finding FindOrder(Search& search, Search::Ends ends);
  Decision Refute(std::vector<uint32_t> conflicts);
  void Accuse(const Decision& decision);
  void AccuseImpossible(const ImpossibleRead& impossible);

  const History& history_;
  const Contract& contract_;
  // By operation: the zone of a write, and then, where zones do not decide, what KeyHistory keeps.
  // An operation belongs to one key, and keys are judged one after another.
  std::vector<uint32_t> number_of_;
  ZoneTest zones_;
  Meetings meetings_;
  KeyHistory key_history_;
  Findings findings_;
  Effort effort_;  // To find evidence, on all keys together.
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_JUDGE_H_
