// Counts what `fresh` rests on: pairs of operations of two processes on one key, neither of which
// precedes the other, of which one changes the key and the other needs something of it.
//
// Thread safety: none. Units: the history's time base.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_MEETINGS_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_MEETINGS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tearproof::check::fresh {

class Meetings {
 public:
  void Clear();
  // The next by invocation. `reach`: who is invoked after it comes after this one.
  void Add(int64_t invoke, int64_t reach, uint16_t process, bool changes, bool needs);
  uint64_t pairs() const { return pairs_; }

 private:
  struct UnderWay {
    int64_t reach;
    uint16_t process;
    bool needs;
  };
  // Drops those that have ended before `invoke`, and counts the others of other processes: all of
  // them, or those that need something.
  void Meet(std::vector<UnderWay>& under_way, int64_t invoke, uint16_t process, bool all);

  std::vector<UnderWay> changes_;
  std::vector<UnderWay> observers_;
  uint64_t pairs_ = 0;
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_MEETINGS_H_
