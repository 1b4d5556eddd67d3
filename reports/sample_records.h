// Run records that the tests of the reports render.
//
// Thread safety: pure functions.
#ifndef TEARPROOF_REPORTS_SAMPLE_RECORDS_H_
#define TEARPROOF_REPORTS_SAMPLE_RECORDS_H_

#include "harness/api/run_record.h"

namespace tearproof::reports {

// Five caches × four scenarios, as a run on a small machine yields them.
RunRecord RealisticRecord();
// Every text in it is an attack on a terminal, on XML, on Markdown or on a workflow command.
RunRecord HostileRecord();
// All promises and every kind of cell.
RunRecord WideRecord();

// Of so many caches and scenarios, each with a verdict on every promise, a tenth of them broken.
RunRecord LargeRecord(size_t backends, size_t scenarios);

// Benchmarks of three caches, one of them behind an adapter, another one broken.
RunRecord BenchmarkRecord();
// The same by value size, number of processes and file system.
RunRecord SweepRecord();

// Explorations: one that held in all interleavings, beside stress of the same; one that broke; one
// that its budget ended; one that could not see it all.
RunRecord ExploredRecord();
// The one that broke, alone.
RunRecord OneExplorationRecord();
// Crashes under two models, one of which broke something.
RunRecord CrashedRecord();

}  // namespace tearproof::reports

#endif  // TEARPROOF_REPORTS_SAMPLE_RECORDS_H_
