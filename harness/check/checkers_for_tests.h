// The checkers by name, without the registry. For tests only.
#ifndef TEARPROOF_HARNESS_CHECK_CHECKERS_FOR_TESTS_H_
#define TEARPROOF_HARNESS_CHECK_CHECKERS_FOR_TESTS_H_

#include <memory>
#include <utility>
#include <vector>

#include "harness/api/checker.h"

namespace tearproof::check {

#define TEARPROOF_DECLARE_CHECKER(folder) \
  namespace folder {                      \
  std::unique_ptr<Checker> Make();        \
  }
TEARPROOF_DECLARE_CHECKER(intact)
TEARPROOF_DECLARE_CHECKER(no_error)
TEARPROOF_DECLARE_CHECKER(present)
TEARPROOF_DECLARE_CHECKER(fresh)
TEARPROOF_DECLARE_CHECKER(stays_gone)
TEARPROOF_DECLARE_CHECKER(add_once)
TEARPROOF_DECLARE_CHECKER(incr_exact)
TEARPROOF_DECLARE_CHECKER(expires)
TEARPROOF_DECLARE_CHECKER(bounded)
TEARPROOF_DECLARE_CHECKER(tidy)
TEARPROOF_DECLARE_CHECKER(tidy_after_kill)
TEARPROOF_DECLARE_CHECKER(confined)
TEARPROOF_DECLARE_CHECKER(returns)
TEARPROOF_DECLARE_CHECKER(kill_safe)
TEARPROOF_DECLARE_CHECKER(crash_atomic)
TEARPROOF_DECLARE_CHECKER(durable)
#undef TEARPROOF_DECLARE_CHECKER

inline std::vector<std::unique_ptr<Checker>> AllCheckers() {
  std::vector<std::unique_ptr<Checker>> checkers;
  for (auto make : {&intact::Make, &no_error::Make, &present::Make, &fresh::Make, &stays_gone::Make,
                    &add_once::Make, &incr_exact::Make, &expires::Make, &bounded::Make, &tidy::Make,
                    &tidy_after_kill::Make, &confined::Make, &returns::Make, &kill_safe::Make,
                    &crash_atomic::Make, &durable::Make})
    checkers.push_back(make());
  return checkers;
}

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_CHECKERS_FOR_TESTS_H_
