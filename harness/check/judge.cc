#include "harness/check/judge.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <system_error>
#include <thread>

#include "harness/check/neighbours.h"

namespace tearproof::check {
namespace {

size_t ThreadsFor(const History& history, size_t checkers) {
  if (history.ops().size() < kOpsWorthAThread) return 1;
  return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, std::max<size_t>(checkers, 1));
}

}  // namespace

std::vector<Verdict> Judge(const History& history, const Contract& contract,
                           const std::set<Promise>& which,
                           std::span<const Checker* const> checkers) {
  std::vector<const Checker*> chosen;
  std::copy_if(checkers.begin(), checkers.end(), std::back_inserter(chosen),
               [&](const Checker* checker) { return which.contains(checker->promise()); });
  std::vector<Verdict> verdicts(chosen.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < chosen.size(); i = next++) {
      verdicts[i] = chosen[i]->Check(history, contract);
      AddNeighbours(history, &verdicts[i]);
    }
  };
  {
    std::vector<std::jthread> helpers(ThreadsFor(history, chosen.size()) - 1);
    try {
      for (std::jthread& helper : helpers) helper = std::jthread(work);
    } catch (const std::system_error&) {
      // No more threads to be had: those that there are do all.
    }
    work();
  }
  std::sort(verdicts.begin(), verdicts.end(),
            [](const Verdict& a, const Verdict& b) { return a.promise < b.promise; });
  return verdicts;
}

}  // namespace tearproof::check
