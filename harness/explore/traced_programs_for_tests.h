// The programs of simulated_files_for_tests.h, run by real processes on a real file system.
//
// Purpose: what litmus tests count on a simulated file system is counted on the kernel's, too, with
// the footprints that the tracer makes. There are no operations, so no begins and ends: an event is
// a system call.
#ifndef TEARPROOF_HARNESS_EXPLORE_TRACED_PROGRAMS_FOR_TESTS_H_
#define TEARPROOF_HARNESS_EXPLORE_TRACED_PROGRAMS_FOR_TESTS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/owned_directory.h"
#include "harness/core/unique_fd.h"
#include "harness/explore/simulated_files_for_tests.h"
#include "harness/trace/trace_session.h"

namespace tearproof::explore {

class TracedPrograms : public Subject {
 public:
  // A failed call does not end a program. REQUIRES: only opens, reads, writes, closes, renames,
  // unlinks, stats and waiting locks; a program opens each slot once.
  TracedPrograms(const std::vector<Program>& programs, std::map<std::string, std::string> files);

  uint32_t processes() const override { return static_cast<uint32_t>(lines_.size()); }
  Result<void> Restart() override;
  Readiness ReadinessOf(ProcessId process) override;
  std::string Pending(ProcessId process) override { return session_->Pending(process).label; }
  Footprint Awaited(ProcessId process) override { return session_->Pending(process).footprint; }
  Result<Event> Step(ProcessId process) override;
  Result<Event> Kill(ProcessId process) override;

 private:
  // Whoever stands at a call makes it, and those that follow.
  void BringHome();

  std::vector<std::string> lines_;  // A program each, as the traced processes read it.
  const std::map<std::string, std::string> files_;
  OwnedDirectory directory_;
  UniqueFd place_;
  std::unique_ptr<trace::TraceSession> session_;
  bool begun_ = false;
};

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_TRACED_PROGRAMS_FOR_TESTS_H_
