// Seeded random numbers that are the same on every machine.
//
// Purpose: a run is described by one seed; std::uniform_int_distribution differs between standard
// libraries, so the reductions here are our own. Generator: xoshiro256** seeded by SplitMix64
// (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
// Thread safety: none; one generator a user. Not for secrets.
#ifndef TEARPROOF_HARNESS_CORE_RANDOM_H_
#define TEARPROOF_HARNESS_CORE_RANDOM_H_

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace tearproof {

// One step of SplitMix64; also a good mixer for deriving seeds from seeds.
constexpr uint64_t SplitMix64(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// A seed for part `part` of the run seeded by `seed`.
constexpr uint64_t DeriveSeed(uint64_t seed, uint64_t part) {
  uint64_t state = seed ^ (part * 0xd1342543de82ef95ULL);
  SplitMix64(state);
  return SplitMix64(state);
}

class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) word = SplitMix64(seed);
  }

  uint64_t Next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, bound), by Lemire's multiply-and-shift; the bias is below bound / 2^64.
  // REQUIRES: bound > 0.
  uint64_t Below(uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<uint64_t>((static_cast<Wide>(Next()) * bound) >> 64);
  }

  // Uniform in [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  std::array<uint64_t, 4> state_;
};

// Zipf's law with exponent 0.99 (YCSB's), over [0, count), by inversion of a cumulative table:
// 8 bytes an item, O(log count) a draw.
class ZipfDistribution {
 public:
  // REQUIRES: count > 0.
  explicit ZipfDistribution(uint32_t count);
  uint32_t Draw(Random& random) const;

 private:
  std::vector<double> cumulative_;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_RANDOM_H_
