// The zone test of Gibbons and Korach, for keys that were only set and hit.
//
// Purpose: P. B. Gibbons and E. Korach, "Testing Shared Memories", SIAM J. Comput. 26(4), 1997:
// where every value is written once and every read names its write, a linearisation exists exactly
// if no two forward zones overlap and no backward zone lies within a forward one. A write and its
// reads are a cluster; its zone is spanned by the first end f and the last beginning s of any of
// them. f < s is a forward zone: the key must hold the value from f to s. Otherwise it is a
// backward zone: all of the cluster can take effect at one moment, any in [s, f].
//
// It reads the operations themselves, in one sweep over all keys: most histories are of sets and
// hits, and hold. What is going on at a time lies close together, what happens to one key does not.
//
// Thread safety: none. Ownership: borrows the history. Takes linear time where no operation takes
// much longer than others (the zones of a key are sorted, and are nearly in order then), and 16
// bytes a write.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_ZONES_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_ZONES_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "harness/check/fresh/meetings.h"
#include "harness/history/history.h"

namespace tearproof::check::fresh {

class ZoneTest {
 public:
  static constexpr uint32_t kNoZone = std::numeric_limits<uint32_t>::max();

  // `number_of`: room for a number an operation, all kNoZone; see Judge.
  ZoneTest(const History& history, std::vector<uint32_t>& number_of);

  // True only if a linearisation of the operations on `key` exists. False proves nothing: the key
  // saw more than sets and hits, or the test failed, which takes the operations of one process to
  // end where the next one begins, and that is stricter than needed where clocks are uncertain.
  bool Holds(uint32_t key);
  uint64_t meetings(uint32_t key) const { return keys_[key].meetings.pairs(); }

 private:
  struct Zone {
    int64_t first_end = kNever;
    int64_t last_begin = std::numeric_limits<int64_t>::min();

    bool forward() const { return first_end < last_begin; }
    int64_t begin() const { return std::min(first_end, last_begin); }
    // A forward zone that begins where a backward one does comes after it, as it is not around it.
    bool Before(const Zone& other) const {
      return begin() != other.begin() ? begin() < other.begin() : !forward() && other.forward();
    }
  };
  struct Key {
    bool decides = true;  // Zones decide it, as far as is known.
    uint32_t first_zone = 0;
    uint32_t zones = 0;  // How many there are; while the sweep goes on, how many were met.
    Meetings meetings;
  };
  // The last operation of a process, whose end is known once the next one begins.
  struct Last {
    int64_t invoke = 0;
    int64_t end = 0;
    uint32_t zone = kNoZone;
    uint32_t key = kNoKey;
  };

  bool MakeRoom();
  void Sweep();
  // The zone of the operation, kNoZone if it constrains nothing. False: zones do not decide.
  bool ZoneOf(const Op& op, uint32_t& zone);
  uint32_t ZoneOfWrite(const Op& write);
  void Join(const Op& op, uint32_t zone);
  void EndLast(Last& last, int64_t latest);
  void DropUnreadUncertain();
  static void SortNearlySorted(std::span<Zone> zones);

  const History& history_;
  std::vector<uint32_t>& zone_of_;  // By operation, of the writes that were met.
  std::vector<Key> keys_;
  std::vector<Zone> zones_;  // Those of one key together.
  std::vector<Last> last_of_process_;
  std::vector<uint32_t> uncertain_;       // Zones of writes that may never have taken effect,
  std::vector<uint32_t> uncertain_read_;  // and those of them that were read, and so did.
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_ZONES_H_
