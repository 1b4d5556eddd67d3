#include "harness/check/judge.h"

#include <algorithm>

namespace tearproof::check {

std::vector<Verdict> Judge(const History& history, const Contract& contract,
                           const std::set<Promise>& which,
                           std::span<const Checker* const> checkers) {
  std::vector<Verdict> verdicts;
  for (const Checker* checker : checkers) {
    if (which.contains(checker->promise())) verdicts.push_back(checker->Check(history, contract));
  }
  std::sort(verdicts.begin(), verdicts.end(),
            [](const Verdict& a, const Verdict& b) { return a.promise < b.promise; });
  return verdicts;
}

}  // namespace tearproof::check
