// What a damaged value is made of, and how that is said.
//
// Purpose: names the anomaly of a damaged hit and puts its bytes into plain words: "0–2047 from
// set #812 of process 3, 2048–4095 from set #790 of process 1".
// Thread safety: pure functions. Units: bytes.
#ifndef TEARPROOF_HARNESS_CHECK_DAMAGE_H_
#define TEARPROOF_HARNESS_CHECK_DAMAGE_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/history/history.h"

namespace tearproof::check {

// How telling an evidence is; the most telling one is shown.
inline constexpr int kMixedRank = 50;
inline constexpr int kTruncatedRank = 40;
inline constexpr int kTornRank = 30;
inline constexpr int kEmptyRank = 20;
inline constexpr int kUndescribedRank = 10;

// The lengths of the values that a key was given.
struct WrittenLengths {
  bool any = false;
  uint32_t smallest = 0;
  uint32_t largest = 0;

  void Add(uint32_t length) {
    smallest = any ? std::min(smallest, length) : length;
    largest = any ? std::max(largest, length) : length;
    any = true;
  }
};

struct Damage {
  std::string_view anomaly;
  int rank = 0;
  const Evidence* evidence = nullptr;  // May be missing: the first evidence is kept, not all.
  const Op* first = nullptr;           // The writes whose bytes were found, where they are known.
  const Op* second = nullptr;
};

// REQUIRES: `get` is a hit whose observation is kDamaged.
Damage Classify(const History& history, const Op& get);

// "get k0 returned 4096 bytes: 0–2047 from ..."
std::string DescribeDamagedHit(const History& history, const Op& get, const Damage& damage,
                               const WrittenLengths& lengths);

// "4096 bytes": plain digits, as those of the positions beside it.
std::string Bytes(uint64_t count);

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_DAMAGE_H_
