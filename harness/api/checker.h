// The judge of one promise.
//
// Purpose: a checker is a pure function from a history to a verdict. It does no I/O, keeps no
// state, and uses no order but History::Precedes. Each lives in harness/check/<promise>/ and is
// found by CMake through `Make` in namespace tearproof::check::<folder>.
//
// Two rules bind all of them. Soundness of an accusation: kBroken only if no execution of a cache
// that keeps the promise can yield the history. Honesty of a held: kHeld only if something was
// covered that could have shown a break; else kNotExercised.
//
// Thread safety: Check may be called from several threads. Ownership: borrows its arguments.
#ifndef TEARPROOF_HARNESS_API_CHECKER_H_
#define TEARPROOF_HARNESS_API_CHECKER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "harness/api/promise.h"
#include "harness/api/verdict.h"
#include "harness/history/history.h"

namespace tearproof {

// What the scenario and the backend allow; what a checker needs to know beside the history.
struct Contract {
  bool evicts = false;                  // Entries may vanish on their own (culling, limits).
  std::optional<uint64_t> max_entries;  // The limit in force, where there is one.
  int64_t ttl_resolution = 0;           // ns. Expiry may come early or late by that much.
  bool miss_after_kill = false;         // A miss after a killed writer, or a power cut, is allowed.
  std::set<OpKind> operations;          // What the backend supports.
};

class Checker {
 public:
  virtual ~Checker() = default;
  virtual Promise promise() const = 0;
  // Whether a scenario made of these operations could exercise the promise at all. Where it could
  // not, the verdict is no part of the scenario's result. `ttl`: some write has a time to live;
  // `kills`: writers are killed; `limit`: the backend has a limit of entries in force.
  struct Ingredients {
    std::set<OpKind> kinds;
    bool ttl = false;
    bool kills = false;
    bool power_cuts = false;
    bool limit = false;
    bool counters = false;
    bool odd_keys = false;
    bool foreign_files = false;
    bool surveyed = false;  // The directory is tidied and looked at at the end.
  };
  virtual bool Applies(const Ingredients& ingredients) const = 0;
  virtual Verdict Check(const History& history, const Contract& contract) const = 0;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_CHECKER_H_
