// Whether an order of steps is a linearisation.
//
// Purpose: all that a reader has to trust where `fresh` is held and not by the zones alone. It
// knows nothing of how the order was found: it is told the steps of a key as they come, and where
// they stand in the order as far as that is settled, and replays them on a cache of one key. What
// has been replayed is forgotten.
//
// Thread safety: none. Ownership: borrows the traits. Takes constant time a step, and memory for
// the latest steps and for those before them that are not placed yet.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_VERIFY_WITNESS_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_VERIFY_WITNESS_H_

#include <deque>
#include <limits>
#include <map>
#include <vector>

#include "harness/check/fresh/step.h"

namespace tearproof::check::fresh {

class WitnessVerifier {
 public:
  // `recent`: of so many steps, at least, it keeps all.
  explicit WitnessVerifier(const KeyTraits& key, size_t recent = 4096)
      : key_(key), recent_(recent) {}

  // The next step of the key.
  void Expect(const Step& step);
  // The next one in the order; wrong if it was not expected before.
  void Place(Placed placed);
  // Whether each step that is not optional was placed, none twice, none before one that precedes
  // it, and each in a state that allows it. REQUIRES: nothing follows.
  bool Accepts();

 private:
  struct Expected {
    Step step;
    bool placed = false;
  };

  // Removes the step from those that are to be placed. False if it is not among them.
  bool Take(uint32_t number, Step& step);
  void ForgetOldest();
  bool InTime(const Step& step, uint32_t number);
  bool Replay(const Step& step, bool removes);

  const KeyTraits& key_;
  size_t recent_;
  uint32_t first_ = 0;             // The number of the first of
  std::deque<Expected> expected_;  // the latest steps.
  std::map<uint32_t, Step> late_;  // Those before them that may still be placed.
  int64_t last_invoke_ = std::numeric_limits<int64_t>::min();
  std::vector<uint32_t> last_of_process_;
  State state_;
  bool right_ = true;
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_VERIFY_WITNESS_H_
