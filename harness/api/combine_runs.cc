#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "harness/api/run_record.h"
#include "harness/core/check.h"

namespace tearproof {
namespace {

template <typename T>
void MoveTo(std::vector<T>& target, std::vector<T>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(target));
}

void NoteDifferences(RunRecord& combined) {
  const auto differ = [&](auto field) {
    return std::any_of(combined.combined.begin(), combined.combined.end(),
                       [&](const RunIdentity& each) {
                         return each.machine.*field != combined.combined.front().machine.*field;
                       });
  };
  if (differ(&Machine::host_cpu) || differ(&Machine::cores) || differ(&Machine::memory_bytes)) {
    combined.notes.push_back("These runs are of different machines: their speeds do not compare.");
  }
  if (differ(&Machine::kernel) || differ(&Machine::file_system)) {
    combined.notes.push_back("These runs are of different kernels or file systems.");
  }
}

}  // namespace

RunRecord CombineRuns(std::vector<RunRecord> runs) {
  TEARPROOF_CHECK(!runs.empty(), "there is no run to combine");
  RunRecord combined = std::move(runs.front());
  if (runs.size() == 1) return combined;
  combined.combined.push_back(combined);
  const bool same_expect = std::all_of(runs.begin() + 1, runs.end(), [&](const RunRecord& run) {
    return run.expect == combined.expect;
  });
  for (auto run = runs.begin() + 1; run != runs.end(); ++run) {
    combined.combined.push_back(*run);
    combined.elapsed += run->elapsed;
    combined.strict = combined.strict || run->strict;
    combined.expect = combined.expect && run->expect;
    combined.interrupted = combined.interrupted || run->interrupted;
    MoveTo(combined.notes, run->notes);
    MoveTo(combined.cells, run->cells);
    MoveTo(combined.not_run, run->not_run);
  }
  if (!same_expect) {
    combined.notes.push_back(
        "Some of these runs were judged by what is expected, others were not: here none is.");
  }
  NoteDifferences(combined);
  return combined;
}

}  // namespace tearproof
