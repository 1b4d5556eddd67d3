// The benchmarks of a run as tables of words: speed, and what was paid for it.
//
// Purpose: what every format shows of them, worded once; rows are grouped by what a set that has
// returned survives. Thread safety: pure functions. Text is escaped as in findings.h.
#ifndef TEARPROOF_REPORTS_BENCH_WORDS_H_
#define TEARPROOF_REPORTS_BENCH_WORDS_H_

#include <string>
#include <vector>

#include "harness/api/run_record.h"

namespace tearproof::reports {

struct BenchGroup {
  std::string durability;
  std::vector<std::vector<std::string>> rows;  // The first of each is the cache.
};
struct BenchColumn {
  std::string title;
  bool words = false;  // Or numbers, which are set flush right.
};
struct BenchTable {
  std::string title;
  std::vector<BenchColumn> columns;
  std::vector<BenchGroup> groups;  // Without a group, there is nothing to show.
};

// All operations of all processes, but for opening the cache.
double OperationsPerSecond(const CellRecord& cell);
// What must be alike for two benchmarks to be compared: "ext4 (/mnt), 90/10 gets/sets".
std::string BenchPlace(const BenchRecord& bench);

// Speed, latency, cost, space, and what measuring them cost, none wider than a terminal but for the
// caches' names and what they broke; empty where the run has no benchmarks.
std::vector<BenchTable> BenchTables(const RunRecord& record);
// What a reader must know of them, a sentence each: whose durability is no measure, an open loop.
std::vector<std::string> BenchNotes(const RunRecord& record);

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_BENCH_WORDS_H_
