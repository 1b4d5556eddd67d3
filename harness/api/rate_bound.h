// What a clean run says about how often something may still happen.
//
// Purpose: n cases were seen and none was broken. With 95 % confidence fewer than 3 in n are: the
// rule of three (Hanley and Lippman-Hand 1983, JAMA 249: "If nothing goes wrong, is everything all
// right?"; exactly -ln 0.05 = 2.996). It takes the cases for independent draws from this load, and
// says nothing of another.
// Thread safety: pure functions.
#ifndef TEARPROOF_HARNESS_API_RATE_BOUND_H_
#define TEARPROOF_HARNESS_API_RATE_BOUND_H_

#include <cmath>
#include <cstdint>

namespace tearproof {

inline constexpr double kRuleOfThree = 3;

// The bound that `clean_cases` support; 1 where they support none.
inline double RateBound(uint64_t clean_cases) {
  return clean_cases <= kRuleOfThree ? 1 : kRuleOfThree / static_cast<double>(clean_cases);
}
// How many clean cases the bound `rate` needs. REQUIRES: 1e-15 <= rate <= 1.
inline uint64_t CasesForRate(double rate) {
  return static_cast<uint64_t>(std::ceil(kRuleOfThree / rate));
}

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_RATE_BOUND_H_
