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
#undef TEARPROOF_DECLARE_CHECKER

inline std::vector<std::unique_ptr<Checker>> AllCheckers() {
  std::vector<std::unique_ptr<Checker>> checkers;
  for (auto make : {&intact::Make, &no_error::Make, &present::Make}) checkers.push_back(make());
  return checkers;
}

}  // namespace tearproof::check

#endif  // TEARPROOF_HARNESS_CHECK_CHECKERS_FOR_TESTS_H_
