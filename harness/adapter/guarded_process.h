// A program that is ended with whatever it has started, however its owner ends.
//
// Purpose: what a program has started may put itself into another session, and its parent may be
// gone: then a SIGKILL of the owner reaches neither. So between the two stands a guard, a process
// that does nothing but wait: it owns the program, the kernel gives it whatever loses its parent
// below (prctl(2), PR_SET_CHILD_SUBREAPER), and when its pipe from the owner closes, which the
// kernel sees to, it ends them all. It is in a session of its own, so that no signal to the owner's
// process group ends it as well.
//
// Thread and process safety: none; the guard runs without exec, and only what signal-safety(7)
// allows. Ownership: owns guard and program. If the guard is killed, the program dies as well, and
// what that has started falls to the next process above that takes orphans (orphans.h).
// Errors: Start's are the user's or the machine's.
#ifndef TEARPROOF_HARNESS_ADAPTER_GUARDED_PROCESS_H_
#define TEARPROOF_HARNESS_ADAPTER_GUARDED_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof::adapter {

class GuardedProcess {
 public:
  // How the program ended: as siginfo_t's si_code and si_status of SIGCHLD say it.
  struct End {
    int code = 0;
    int status = 0;
  };

  // The program gets the three descriptors as its standard input, output and error, and a process
  // group of its own; it starts in `directory`, unless that is "". REQUIRES: a command of at least
  // one word. Errors: kUsage where the program cannot be executed, else kEnvironment.
  static Result<GuardedProcess> Start(const std::vector<std::string>& command,
                                      const std::string& directory, int in, int out, int err);
  GuardedProcess() = default;
  ~GuardedProcess() { Stop(); }
  GuardedProcess(GuardedProcess&& other) noexcept;
  GuardedProcess& operator=(GuardedProcess&& other) noexcept;

  // Of the program, in the system. Nobody else gets it before Stop, also where it has ended.
  pid_t id() const { return id_; }
  // Waits until it has ended. Nothing: it still runs.
  std::optional<End> AwaitEnd(int millis);
  // Ends it, and whatever it has started; returns when all are gone.
  void Stop();

 private:
  pid_t guard_ = -1;
  pid_t id_ = -1;
  UniqueFd alive_;   // The guard sees it close.
  UniqueFd report_;  // The guard says how the program ended.
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_GUARDED_PROCESS_H_
