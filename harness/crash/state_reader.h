// Who reads a state of the disk: the cache itself, in a process of its own.
//
// Purpose: a state is made in a directory, read, and removed. A cache in C++ is read by a child of
// this process, which lives on from state to state; any other by its adapter, which drops all state
// at each init. Either is killed when it does not come back, and replaced.
// Thread safety: none. Ownership: of the process, and of the directory in which states are made.
// Errors: the machine's; what the cache does wrong is in the reading.
#ifndef TEARPROOF_HARNESS_CRASH_STATE_READER_H_
#define TEARPROOF_HARNESS_CRASH_STATE_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "harness/core/owned_directory.h"
#include "harness/crash/reading.h"
#include "harness/crash/tree.h"

namespace tearproof::crash {

struct ReaderSetup {
  OpenBackend open = nullptr;        // A cache in C++; or
  std::vector<std::string> command;  // starts an adapter.
  BackendOptions options;
  ReadingPlan plan;
  std::string parent_directory;
  std::string cache = "cache";  // Its directory, within a state.
};

class StateReader {
 public:
  // Errors: also kUsage, for a command that cannot be executed.
  static Result<std::unique_ptr<StateReader>> Start(ReaderSetup setup);
  virtual ~StateReader() = default;

  // What a fresh process finds in the state.
  Result<Reading> Read(const Tree& state);
  // Leaves the state, as it was made, in `directory`, which is made.
  static Result<void> Keep(const Tree& state, const std::string& directory);

 protected:
  StateReader(ReaderSetup setup, OwnedDirectory directory);
  virtual Result<Reading> ReadMade() = 0;
  std::string CacheDirectory() const;
  BackendSetup MakeBackendSetup() const;
  // A reading of one operation that never ended.
  Reading Stalled() const;
  const ReaderSetup& setup() const { return setup_; }
  // How long a reader may take, in nanoseconds; less once one has not come back.
  int64_t Patience();

 private:
  ReaderSetup setup_;
  OwnedDirectory directory_;
  bool stalled_before_ = false;
};

}  // namespace tearproof::crash

#endif  // TEARPROOF_HARNESS_CRASH_STATE_READER_H_
