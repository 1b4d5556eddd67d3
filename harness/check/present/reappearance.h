// A value that was seen, then missed, then seen again.
//
// Purpose: a set takes effect once, so once its value is gone it stays gone, whatever evicts it.
// Thread safety: none. Ownership: borrows the history.
#ifndef TEARPROOF_HARNESS_CHECK_PRESENT_REAPPEARANCE_H_
#define TEARPROOF_HARNESS_CHECK_PRESENT_REAPPEARANCE_H_

#include <cstdint>
#include <vector>

#include "harness/check/evidence.h"
#include "harness/check/interval_index.h"
#include "harness/history/history.h"

namespace tearproof::check::present {

class Reappearance {
 public:
  explicit Reappearance(const History& history) : history_(history) {}

  // Calls found(seen, miss, again) once for each value of `key` that a read missed between two
  // hits on it. REQUIRES: no time to live and no touch on the key.
  template <typename Found>
  void Find(uint32_t key, Found found) {
    Collect(key);
    for (const Sighting& sighting : sightings_) {
      const Op& seen = history_.ops()[sighting.first_returned];
      const Op& again = history_.ops()[sighting.last_invoked];
      if (const Op* miss = MissBetween(seen, again)) found(seen, *miss, again);
    }
  }

 private:
  struct Sighting {
    uint32_t first_returned = 0;
    uint32_t last_invoked = 0;
  };
  struct Miss {
    int64_t invoke = 0;
    uint32_t first_returned = 0;  // Of this miss and all invoked after it.
  };

  void Collect(uint32_t key);
  const Op* MissBetween(const Op& seen, const Op& again) const;

  const History& history_;
  std::vector<Sighting> sightings_;
  std::vector<Miss> misses_;
  std::vector<uint32_t> sighting_of_;  // By the write's index: 1 + index into sightings_.
};

}  // namespace tearproof::check::present

#endif  // TEARPROOF_HARNESS_CHECK_PRESENT_REAPPEARANCE_H_
