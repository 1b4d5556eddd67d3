// The smallest cache there is, and runs of it made by hand: a key is a file, and no more.
#ifndef TEARPROOF_HARNESS_CRASH_FILES_CACHE_FOR_TESTS_H_
#define TEARPROOF_HARNESS_CRASH_FILES_CACHE_FOR_TESTS_H_

#include <memory>
#include <string>
#include <vector>

#include "harness/check/checkers_for_tests.h"
#include "harness/crash/log_for_tests.h"
#include "harness/crash/state_judge.h"

namespace tearproof::crash {

// What process 0 sets as its operation number `sequence`.
std::string ValueOf(uint64_t sequence);

// A set of k by process 0 that was invoked after call `begun` and returned with call `ended`;
// -1: it never did. The calls of a log are numbered from 1, and 0 is before the first.
Op SetOf(uint64_t sequence, int64_t begun, int64_t ended);

// A log with operations, the first `synced` steps of it before the log begins.
CrashRun RunOf(const WriteLog& log, std::vector<Op> ops);

// A reader of such caches, and a judge of what it reads.
class FilesCacheBench {
 public:
  FilesCacheBench();
  StateReader& reader() { return *reader_; }
  StateJudge& judge() { return *judge_; }

 private:
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::unique_ptr<StateReader> reader_;
  std::unique_ptr<StateJudge> judge_;
};

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_FILES_CACHE_FOR_TESTS_H_
